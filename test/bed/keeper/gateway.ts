import { createServer, type ServerResponse } from 'node:http';
import {
  answerAs,
  answerWith,
  type GatewayCall,
  type HttpCall,
  listen,
  readCall,
  readStubBody,
  sendOn,
  sendStub,
} from '../base/index.ts';
import type { Pods, ServingPod } from './kserve/index.ts';

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
    const service = serviceOf(url.hostname);
    const target = routes.get(service);
    try {
      if (target === undefined) {
        const [name = '', namespace = ''] = service.split('.');
        const pod = await pods?.behind({ name, namespace, port: Number(url.port || 80) });
        if (pod === undefined) return refuse(`no endpoints available for service "${service}"`);
        return record({ ...seen, ...answerAsPod(pod, await readCall(incoming), url.pathname, response) });
      }
      const call = await readCall(incoming);
      const answer = await sendOn({ ...call, path: seen.path }, target, response);
      record({ ...seen, status: answer.statusCode ?? 0 });
      answerWith(answer, response);
    } catch {
      if (!response.headersSent) refuse(`the server behind "${service}" does not answer`);
    }
  });
  // LiteLLM keeps its connections: one that ends here in the moment of its next use would look like a server that broke off.
  server.keepAliveTimeout = 600_000;
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

/** Answers as the model server in that pod would, and says which pod it is. Gives what is recorded of it. */
function answerAsPod(pod: ServingPod, call: HttpCall, path: string, response: ServerResponse) {
  const body = readStubBody(call.body.toString());
  const answer = answerAs(pod.server, call.method, path, body);
  response.setHeader('x-bed-pod', pod.name);
  response.setHeader('x-bed-pod-uid', pod.uid);
  // OpenAI's own field for what answered: LiteLLM hands it on.
  const told = { ...answer.body, system_fingerprint: `${pod.name}/${pod.uid}` };
  sendStub(response, { ...answer, body: told }, body.stream === true);
  const model = body.model !== undefined && { model: body.model };
  return { status: answer.status, pod: pod.name, podUid: pod.uid, ...model };
}

/** `qwen.llm.svc.cluster.local`, `qwen.llm.svc` and `qwen.llm` are one Service. */
function serviceOf(host: string): string {
  return host.toLowerCase().replace(/(\.svc(\.cluster\.local)?)?\.?$/, '');
}
