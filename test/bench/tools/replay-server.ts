/**
 * A process that speaks as much of the Kubernetes API as a list, a watch and an Event need, from texts that were made before: an API server or the sandbox
 * would be measured with it, since neither gives out 20,000 changes a second. Beside it, in the same process, the LiteLLM of the sandbox.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startLiteLlm } from '../../../src/sandbox/index.ts';
import { shown } from './objects.ts';
import type { ReplayOrder, ReplayReport } from './replay.ts';
import { startWide } from './wide-litellm.ts';

const PAGE = 500;
const OBJECTS = '/apis/serving.kserve.io/v1beta1/inferenceservices';
/** How much of a burst is handed over at a time. */
const LINES_A_WRITE = 100;

const { count, registered, size } = JSON.parse(process.argv[2] ?? '{}') as {
  count: number;
  registered: number;
  size: 'small' | 'large';
};
const litellm = await startLiteLlm({ reloadMilliseconds: 1_000 });
const front = await startWide(litellm.url);
const watches = new Set<ServerResponse>();
let version = 1_000_000;
let calls = 0;
let listed = 0;

const wish = (index: number) => ({
  namespace: `team-${index % 20}`,
  name: `model-${index}`,
  size,
  registered: index < registered,
});
const pages = Array.from({ length: Math.ceil(count / PAGE) }, (_, page) => {
  const items = Array.from({ length: Math.min(PAGE, count - page * PAGE) }, (_, index) =>
    shown(wish(page * PAGE + index), page * PAGE + index + 1),
  );
  const next = (page + 1) * PAGE < count ? `${page + 1}` : undefined;
  const metadata = { resourceVersion: `${version}`, ...(next && { continue: next }) };
  return Buffer.from(JSON.stringify({ kind: 'InferenceServiceList', apiVersion: 'v1', metadata, items }));
});

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://replay');
  if (url.pathname !== OBJECTS) return answerOther(request, response, url);
  if (url.searchParams.get('watch') === 'true') {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    watches.add(response);
    response.on('close', () => watches.delete(response));
    return;
  }
  const page = pages[Number(url.searchParams.get('continue') ?? 0)] ?? Buffer.from('{}');
  if (!url.searchParams.has('continue')) listed = Date.now();
  response.writeHead(200, { 'content-type': 'application/json' }).end(page);
});

function answerOther(request: IncomingMessage, response: ServerResponse, url: URL): void {
  const json = (status: number, body: object) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (request.method === 'GET' && url.searchParams.get('watch') === 'true') {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    return;
  }
  if (request.method === 'GET') {
    json(200, { kind: 'List', metadata: { resourceVersion: '1' }, items: [] });
    return;
  }
  calls += 1;
  request.resume();
  request.on('end', () =>
    json(201, { kind: 'Event', metadata: { name: 'event', resourceVersion: '1' }, status: { allowed: true } }),
  );
}

/** Changes of which none means anything to us: KServe wrote a status again. */
async function burst(events: number): Promise<void> {
  const texts: Buffer[] = [];
  for (let from = 0; from < events; from += LINES_A_WRITE) {
    const lines = Array.from({ length: Math.min(LINES_A_WRITE, events - from) }, (_, index) => {
      version += 1;
      const object = shown(wish((from + index) % count), version);
      return `${JSON.stringify({ type: 'MODIFIED', object })}\n`;
    });
    texts.push(Buffer.from(lines.join('')));
  }
  version += 1;
  // The one change that does mean something tells, by its row, that all before it were read.
  const last = shown({ ...wish(count), registered: true }, version);
  texts.push(Buffer.from(`${JSON.stringify({ type: 'ADDED', object: last })}\n`));
  calls = 0;
  litellm.calls.clear();
  tell({ kind: 'sending', at: Date.now(), bytes: texts.reduce((sum, text) => sum + text.length, 0) });
  for (const watch of watches) {
    for (const text of texts) {
      if (!watch.write(text)) await new Promise((resolve) => watch.once('drain', resolve));
    }
  }
}

function tell(report: ReplayReport): void {
  process.send?.(report);
}

process.on('message', (order: ReplayOrder) => {
  if (order.kind === 'burst') void burst(order.events);
  else {
    const rows = litellm.calls.list().filter(({ method }) => method !== 'GET');
    tell({
      kind: 'counts',
      kubernetesWrites: calls,
      litellm: litellm.calls.counts(),
      firstWriteAt: rows[0]?.at,
      lastWriteAt: rows.at(-1)?.at,
      listedAt: listed,

      rows: litellm.rows().length,
    });
  }
});
process.on('disconnect', () => process.exit());

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  tell({
    kind: 'ready',
    server: `http://127.0.0.1:${port}`,
    litellmUrl: front,
    masterKey: litellm.masterKey,
    objectBytes: Math.round(pages.reduce((sum, page) => sum + page.length, 0) / count),
  });
});
