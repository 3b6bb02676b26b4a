import { createServer } from 'node:http';
import {
  answerAs,
  answerWith,
  type GatewayCall,
  listen,
  readCall,
  readStubBody,
  sendOn,
  sendStub,
} from '../base/index.ts';
import type { Pods } from './kserve/index.ts';

/** A forward proxy that stands for a cluster's DNS and network: it knows which server is behind a Service's name. */
export interface Gateway {
  url: string;
  /** `host` as `name.namespace`, also with `.svc` or `.svc.cluster.local`; `target` the URL of a server on loopback. */
  route(host: string, target: string): void;
  unroute(host: string): void;
  /** From now on calls that have no route go to the pods of a cluster: the gateway answers as their servers would. */
  answerForPods(pods: Pods): void;
  calls(): GatewayCall[];
}

const CALLS_KEPT = 10_000;

/** Opens the gateway on a free port of loopback. What it does not know gets a 503, as from a Service without endpoints. */
export async function openGateway(): Promise<Gateway> {
  const routes = new Map<string, string>();
  let pods: Pods | undefined;
  const calls: GatewayCall[] = [];
  const record = (call: GatewayCall): void => {
    calls.push(call);
    if (calls.length > CALLS_KEPT) calls.shift();
  };

  const server = createServer(async (incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://no-host');
    const seen = {
      at: Date.now(),
      method: incoming.method ?? 'GET',
      host: url.host,
      path: `${url.pathname}${url.search}`,
    };
    const refuse = (why: string): void => {
      record({ ...seen, status: 503 });
      response.writeHead(503, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: why, type: 'bed_gateway' } }));
    };
    const target = routes.get(serviceOf(url.hostname));
    try {
      if (target === undefined) {
        const [name = '', namespace = ''] = serviceOf(url.hostname).split('.');
        const pod = await pods?.behind({ name, namespace, port: Number(url.port || 80) });
        if (pod === undefined) return refuse(`no endpoints available for service "${serviceOf(url.hostname)}"`);
        const call = await readCall(incoming);
        const body = readStubBody(call.body.toString());
        const answer = answerAs(pod.server, call.method, url.pathname, body);
        const by = { pod: pod.name, podUid: pod.uid };
        record({ ...seen, status: answer.status, ...by, ...(body.model !== undefined && { model: body.model }) });
        response.setHeader('x-bed-pod', pod.name);
        response.setHeader('x-bed-pod-uid', pod.uid);
        // OpenAI's own field for what answered: LiteLLM hands it on.
        sendStub(
          response,
          { ...answer, body: { ...answer.body, system_fingerprint: `${pod.name}/${pod.uid}` } },
          body.stream === true,
        );
        return;
      }
      const call = await readCall(incoming);
      const answer = await sendOn({ ...call, path: seen.path }, target, response);
      record({ ...seen, status: answer.statusCode ?? 0 });
      answerWith(answer, response);
    } catch {
      if (!response.headersSent) refuse(`the server behind "${serviceOf(url.hostname)}" does not answer`);
    }
  });
  // Nothing of a bed talks to the outside world: every tunnel is refused.
  server.on('connect', (incoming, socket) => {
    record({ at: Date.now(), method: 'CONNECT', host: incoming.url ?? '', path: '', status: 503 });
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n');
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    route: (host, target) => void routes.set(serviceOf(host), target),
    answerForPods: (found) => {
      pods = found;
    },
    unroute: (host) => void routes.delete(serviceOf(host)),
    calls: () => [...calls],
  };
}

/** `qwen.llm.svc.cluster.local`, `qwen.llm.svc` and `qwen.llm` are one Service. */
function serviceOf(host: string): string {
  return host.toLowerCase().replace(/(\.svc(\.cluster\.local)?)?\.?$/, '');
}
