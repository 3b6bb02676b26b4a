import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection, type ConnectOptions, connect, KubernetesError } from '../../../src/kubernetes/index.ts';
import { until } from '../../support/wait.ts';
import { selfSigned } from './certificate.ts';
import { startProxy, startServer, startTlsServer } from './servers.ts';
import { type Bench, reference, service, startBench } from './support.ts';

const THINGS = '/apis/serving.kserve.io/v1beta1/namespaces/llm/inferenceservices';

let folder: string;
/** What is to be taken down after the test, last first. */
let endings: (() => Promise<unknown>)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connection-'));
  endings = [() => rm(folder, { recursive: true, force: true })];
});

afterEach(async () => {
  for (const end of endings.reverse()) await end();
});

async function bench(options: Parameters<typeof startBench>[0] = {}): Promise<Bench> {
  const started = await startBench(options);
  endings.push(() => started.end());
  return started;
}

async function server<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const started = await starting;
  endings.push(() => started.stop());
  return started;
}

/** A connection to a server of the test's own. */
async function connectTo(
  url: string,
  more: { cluster?: string; user?: string } & ConnectOptions = {},
): Promise<Connection> {
  const { cluster = '', user = '{token: s3cr3t}', ...options } = more;
  const kubeconfig = join(folder, 'config');
  await writeFile(
    kubeconfig,
    [
      'current-context: c',
      'contexts: [{name: c, context: {cluster: c, user: u}}]',
      `clusters: [{name: c, cluster: {server: "${url}"${cluster}}}]`,
      `users: [{name: u, user: ${user}}]`,
    ].join('\n'),
  );
  const connection = await connect({ kubeconfig, ...options });
  endings.push(() => connection.close());
  return connection;
}

const get = (connection: Connection, path = '/x', signal?: AbortSignal) =>
  connection.request({ method: 'GET', path, ...(signal && { signal }) });

/** The error of a call, which must be one of ours and quote no secret. */
async function refusal(call: Promise<unknown>): Promise<KubernetesError> {
  const error = await call.then(
    () => new Error('it went through'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KubernetesError)) throw error;
  expect(error.message).not.toContain('s3cr3t');
  return error;
}

describe('request', () => {
  it('sends what is given and gives the parsed body', async () => {
    const seen: unknown[] = [];
    const { url } = await server(
      startServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const { authorization, accept, 'content-type': type, 'user-agent': agent } = request.headers;
          seen.push([
            request.method,
            request.url,
            authorization,
            accept,
            type,
            agent,
            Buffer.concat(chunks).toString(),
          ]);
          response.end(request.method === 'DELETE' ? '' : '{"a":[1]}');
        });
      }),
    );
    const connection = await connectTo(`${url}/base/`, { userAgent: 'tester' });
    const query = { limit: 5, watch: true, labelSelector: 'a in (b,c)', continue: undefined };
    expect(await connection.request({ method: 'GET', path: '/api', query })).toEqual({ a: [1] });
    await connection.request({
      method: 'PATCH',
      path: '/p',
      body: { b: 2 },
      contentType: 'application/merge-patch+json',
    });
    expect(await connection.request({ method: 'DELETE', path: '/d' })).toBeUndefined();
    await connection.request({ method: 'POST', path: '/n', body: null });
    const json = 'application/json';
    const token = 'Bearer s3cr3t';
    expect(seen).toEqual([
      ['GET', '/base/api?limit=5&watch=true&labelSelector=a+in+%28b%2Cc%29', token, json, undefined, 'tester', ''],
      ['PATCH', '/base/p', token, json, 'application/merge-patch+json', 'tester', '{"b":2}'],
      ['DELETE', '/base/d', token, json, undefined, 'tester', ''],
      ['POST', '/base/n', token, json, json, 'tester', 'null'],
    ]);
    expect(connection.server).toBe(`${url}/base`);
    expect(connection.namespace).toBe('default');
  });

  it('throws coded errors of what a real path leads to', async () => {
    const { api, connection } = await bench();
    api.apply(service('a'));
    expect(await refusal(get(connection, `${THINGS}/none`))).toMatchObject({ code: 'not-found', status: 404 });
    expect(await refusal(connection.request({ method: 'POST', path: THINGS, body: service('a') }))).toMatchObject({
      code: 'already-exists',
    });
    const stale = { ...service('a'), metadata: { namespace: 'llm', name: 'a', resourceVersion: '1' } };
    expect(await refusal(connection.request({ method: 'PUT', path: `${THINGS}/a`, body: stale }))).toMatchObject({
      code: 'conflict',
    });
    api.faults.inject({ effect: { kind: 'status', status: 429, retryAfterSeconds: 7 } });
    expect(await refusal(get(connection, THINGS))).toMatchObject({ code: 'too-many-requests', retryAfterMs: 7_000 });
    api.faults.inject({ effect: { kind: 'status', status: 500, body: { message: 's3cr3t' } } });
    expect(await refusal(get(connection, THINGS))).toMatchObject({ code: 'server-error', status: 500 });
    api.faults.inject({ effect: { kind: 'status', status: 200, body: 's3cr3t' } });
    expect(await refusal(get(connection, THINGS))).toMatchObject({ code: 'unreadable' });
    api.faults.inject({ effect: { kind: 'cut' } });
    expect(await refusal(get(connection, THINGS))).toMatchObject({ code: 'unreachable' });
    api.faults.inject({ effect: { kind: 'cut-midway' } });
    expect(await refusal(get(connection, THINGS))).toMatchObject({ code: 'unreachable' });
  });

  it.each(['hang', 'stall-midway'] as const)('gives up in time on a server that does not answer (%s)', async (kind) => {
    const { api, connection } = await bench({ requestTimeoutMs: 200 });
    api.faults.inject({ effect: { kind } });
    expect(await refusal(get(connection, THINGS))).toMatchObject({ code: 'timeout' });
    await get(connection, THINGS);
  });

  it('throws the reason of the caller’s signal', async () => {
    const { api, connection } = await bench();
    api.faults.inject({ times: 2, effect: { kind: 'hang' } });
    const controller = new AbortController();
    const call = get(connection, THINGS, controller.signal);
    await until('it is under way', () => api.calls.count() === 1);
    controller.abort(new Error('changed my mind'));
    await expect(call).rejects.toThrow('changed my mind');
    await expect(get(connection, THINGS, controller.signal)).rejects.toThrow('changed my mind');
    expect(api.calls.count()).toBe(1);
  });

  it('refuses a body without an end', async () => {
    const { url } = await server(
      startServer((_, response) => {
        const chunk = Buffer.alloc(1024 * 1024, ' ');
        const more = () => {
          while (response.write(chunk));
        };
        response.on('drain', more);
        more();
      }),
    );
    expect(await refusal(get(await connectTo(url)))).toMatchObject({ code: 'unreadable' });
  });

  it('ends with the connection', async () => {
    const { api, connection } = await bench();
    api.faults.inject({ effect: { kind: 'hang' } });
    const call = refusal(get(connection, THINGS));
    await until('it is under way', () => api.calls.count() === 1);
    await connection.close();
    expect((await call).message).toContain('is closed');
    expect((await refusal(get(connection, THINGS))).message).toContain('is closed');
    expect(api.calls.count()).toBe(1);
  });
});

describe('the pool', () => {
  it('uses one connection for calls one after the other, few for many at once', async () => {
    const started = await server(startServer((_, response) => response.end('{}')));
    const connection = await connectTo(started.url);
    for (let turn = 0; turn < 20; turn += 1) await get(connection);
    // A call may begin before the connection of the one before is free.
    expect(started.connections).toBeLessThanOrEqual(2);
    await Promise.all(Array.from({ length: 200 }, () => get(connection)));
    expect(started.connections).toBeLessThanOrEqual(16);
  });

  it('is not starved by watches', async () => {
    const { api, connection } = await bench();
    const { signal } = new AbortController();
    const watches = Array.from({ length: 40 }, () =>
      connection.lines({ path: THINGS, query: { watch: true }, signal }),
    );
    await Promise.all(watches);
    expect(api.watches.count()).toBe(40);
    expect(await get(connection, THINGS)).toMatchObject({ kind: 'InferenceServiceList' });
  });
});

describe('credentials', () => {
  it('are read anew when they are refused, and the call is made once more', async () => {
    const accepted = { token: 'new' };
    const started = await server(
      startServer((request, response) => {
        response.statusCode = request.headers.authorization === `Bearer ${accepted.token}` ? 200 : 401;
        response.end('{}');
      }),
    );
    const connection = await connectTo(started.url, { user: '{token: old}' });
    const kubeconfig = join(folder, 'config');
    await writeFile(kubeconfig, (await connectionText(kubeconfig)).replace('token: old', 'token: new'));
    await Promise.all([get(connection), get(connection), get(connection)]);
    // Not for each refusal: a plug-in may take long, and the answer will be no other.
    accepted.token = 'newer';
    await writeFile(kubeconfig, (await connectionText(kubeconfig)).replace('token: new', 'token: newer'));
    expect(await refusal(get(connection))).toMatchObject({ code: 'unauthorized', status: 401 });
  });

  it('of another cluster are not taken over', async () => {
    const started = await server(startServer((_, response) => response.writeHead(401).end('{}')));
    const other = await server(startServer((_, response) => response.end('{}')));
    const connection = await connectTo(started.url);
    const kubeconfig = join(folder, 'config');
    await writeFile(kubeconfig, (await connectionText(kubeconfig)).replace(started.url, other.url));
    expect(await refusal(get(connection))).toMatchObject({ code: 'unauthorized' });
    expect(other.connections).toBe(0);
  });

  it('that cannot be read fail the call, within its time when a plug-in hangs', async () => {
    const hanging = await connectTo('http://127.0.0.1:1', {
      user: '{exec: {command: sleep, args: ["5"]}}',
      requestTimeoutMs: 100,
    });
    expect(await refusal(get(hanging))).toMatchObject({ code: 'timeout' });
    const missing = await connectTo('http://127.0.0.1:1', { user: '{tokenFile: /none}' });
    expect(await refusal(get(missing))).toMatchObject({ code: 'unauthorized' });
  });

  async function connectionText(file: string): Promise<string> {
    const { readFile } = await import('node:fs/promises');
    return readFile(file, 'utf8');
  }
});

describe('TLS', () => {
  it('trusts the authority of the kubeconfig, follows it when it is renewed, and nobody else', async () => {
    const [first, second] = [selfSigned(), selfSigned()];
    const started = await server(startTlsServer(first, (_, response) => response.end('{}')));
    await writeFile(join(folder, 'ca.crt'), first.cert);
    const connection = await connectTo(started.url, { cluster: ', certificate-authority: ca.crt' });
    await get(connection);
    await get(connection);
    expect(started.connections).toBeLessThanOrEqual(2);

    started.replace(second);
    const message = await until('the new certificate is refused', async () => (await refusal(get(connection))).message);
    expect(message).toContain('certificate-authority');
    await writeFile(join(folder, 'ca.crt'), second.cert);
    await get(connection);
  });

  it('can be told not to look', async () => {
    const started = await server(startTlsServer(selfSigned(), (_, response) => response.end('{}')));
    await get(await connectTo(started.url, { cluster: ', insecure-skip-tls-verify: true' }));
  });

  it('goes through the proxy of the kubeconfig', async () => {
    const identity = selfSigned();
    const started = await server(startTlsServer(identity, (_, response) => response.end('{}\n')));
    const proxy = await server(startProxy());
    const authority = Buffer.from(identity.cert).toString('base64');
    const connection = await connectTo(started.url, {
      cluster: `, proxy-url: "${proxy.url}", certificate-authority-data: ${authority}`,
    });
    await get(connection);
    const { signal } = new AbortController();
    for await (const line of await connection.lines({ path: '/x', signal })) expect(line).toBe('{}');
    expect(proxy.targets).toEqual([new URL(started.url).host, new URL(started.url).host]);
  });

  it('a proxy of an unknown kind is refused in plain words', async () => {
    await expect(connectTo('https://127.0.0.1:1', { cluster: ', proxy-url: "ftp://x"' })).rejects.toThrow(/proxy-url/);
  });
});

describe('list', () => {
  it('hands over each item and gives the rest', async () => {
    const { api, connection } = await bench();
    api.apply(service('a'));
    api.apply(service('b'));
    const items: unknown[] = [];
    const rest = await connection.list({ path: THINGS, query: { limit: 1 } }, (raw) => items.push(raw));
    expect(items).toMatchObject([{ metadata: { name: 'a' } }]);
    expect(rest).toMatchObject({ kind: 'InferenceServiceList', metadata: { continue: expect.any(String) } });
    expect(rest).not.toHaveProperty('items');
  });

  it('throws what the receiver throws, and coded errors', async () => {
    const { api, connection } = await bench();
    api.apply(service('a'));
    const thrown = new TypeError('not this one');
    const list = () =>
      connection.list({ path: THINGS }, () => {
        throw thrown;
      });
    await expect(list()).rejects.toBe(thrown);
    api.faults.inject({ effect: { kind: 'cut-midway' } });
    expect(await refusal(connection.list({ path: THINGS }, () => undefined))).toMatchObject({ code: 'unreachable' });
    api.faults.inject({ effect: { kind: 'status', status: 200, body: '{"items":[' } });
    expect(await refusal(connection.list({ path: THINGS }, () => undefined))).toMatchObject({ code: 'unreadable' });
  });
});

describe('lines', () => {
  const watch = { path: THINGS, query: { watch: true } };

  it('throws before the stream when it is refused, and gives up on a server that never answers', async () => {
    const { api, connection } = await bench({ requestTimeoutMs: 200 });
    const { signal } = new AbortController();
    api.faults.inject({ effect: { kind: 'status', status: 410 } });
    expect(await refusal(connection.lines({ ...watch, signal }))).toMatchObject({ code: 'expired' });
    api.faults.inject({ effect: { kind: 'hang' } });
    expect(await refusal(connection.lines({ ...watch, signal }))).toMatchObject({ code: 'timeout' });
  });

  it('goes on beyond the time of a request, and ends when the server ends it', async () => {
    const { api, connection } = await bench({ requestTimeoutMs: 150, bookmarkMilliseconds: 60_000 });
    const { signal } = new AbortController();
    const lines = await connection.lines({ ...watch, signal });
    api.faults.inject({ effect: { kind: 'hang' } });
    expect(await refusal(get(connection, THINGS))).toMatchObject({ code: 'timeout' });
    api.apply(service('a'));
    api.delete(reference('a'));
    api.watches.close();
    const kinds: unknown[] = [];
    for await (const line of lines) kinds.push(JSON.parse(line).type);
    expect(kinds).toEqual(['ADDED', 'DELETED']);
  });

  it.each([
    ['is cut', false, 'unreachable'],
    ['is cut within a line', true, 'unreachable'],
  ])('throws when it %s', async (_, inLine, code) => {
    const { api, connection } = await bench();
    const { signal } = new AbortController();
    const reading = readAll(await connection.lines({ ...watch, signal }));
    api.watches.cut(undefined, { inLine });
    expect(await refusal(reading)).toMatchObject({ code });
  });

  it('throws the reason of its signal', async () => {
    const { api, connection } = await bench();
    const controller = new AbortController();
    const reading = readAll(await connection.lines({ ...watch, signal: controller.signal }));
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    await until('the server knows', () => api.watches.count() === 0);
  });

  async function readAll(lines: AsyncIterable<string>): Promise<void> {
    for await (const line of lines) JSON.parse(line);
  }
});
