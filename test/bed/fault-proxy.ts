import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { answerWith, type HttpCall, listen, readCall, sendOn } from './base/index.ts';
import { createFaults, type Fault, type FaultHandle } from './faults.ts';

/** One call that came to the proxy. */
export interface ProxyCall {
  /** When it came, in milliseconds since 1970. */
  at: number;
  method: string;
  /** Path and query as they came. */
  path: string;
  /** Path without what differs from call to call: `/model/{id}/update`, `/v2/model/info?search`. */
  template: string;
  /** What the caller was answered; undefined while it waits and where the connection was cut. */
  status: number | undefined;
  /** The fault that was applied. */
  fault: Fault['kind'] | undefined;
}

/** Stands before LiteLLM: counts the calls, and lets go wrong what a test wants to go wrong. */
export interface FaultProxy {
  readonly url: string;
  /** All calls since the start or the last `forget`, oldest first. */
  readonly calls: readonly ProxyCall[];
  /** How many calls of each kind: `{ 'GET /model/info': 3 }`. */
  counts(): Record<string, number>;
  /** Lets the next calls that match go wrong, until its `times` are used up or it is lifted. */
  fault(fault: Fault): FaultHandle;
  /** Lifts all faults; calls that hang are cut. */
  healAll(): void;
  /** Closes the port, connections too: refused, as by a Service without endpoints. */
  unreachable(): Promise<void>;
  reachable(): Promise<void>;
  /** Sends calls to these servers from now on, in turn. */
  retarget(...targets: string[]): void;
  forget(): void;
  stop(): Promise<void>;
}

/** Starts the proxy on a free port of loopback. Several targets get the calls in turn, as replicas behind a Service do. */
export async function startFaultProxy(...targets: string[]): Promise<FaultProxy> {
  const calls: ProxyCall[] = [];
  const faults = createFaults();
  const hanging = new Set<ServerResponse>();
  let behind = targets;
  let turn = 0;

  const nextTarget = (): string => {
    const target = behind[turn % behind.length];
    turn += 1;
    if (target === undefined) throw new TypeError('The proxy has no target.');
    return target;
  };

  const pass = async (call: HttpCall, seen: ProxyCall, response: ServerResponse): Promise<void> => {
    const answer = await sendOn(call, nextTarget(), response);
    seen.status = answer.statusCode;
    answerWith(answer, response);
  };

  const handle = async (call: HttpCall, seen: ProxyCall, response: ServerResponse): Promise<void> => {
    const fault = faults.take(call.method, call.path, call.body.toString('utf8'));
    seen.fault = fault?.kind;
    switch (fault?.kind) {
      case undefined:
        return pass(call, seen, response);
      case 'delay':
        await pause(fault.ms);
        return pass(call, seen, response);
      case 'hang':
        hanging.add(response);
        response.once('close', () => hanging.delete(response));
        return;
      case 'endless':
        seen.status = 200;
        return withoutEnd(fault, response);
      case 'cut':
        response.destroy();
        return;
      case 'cut-after':
        await toTheEnd(await sendOn(call, nextTarget()));
        response.destroy();
        return;
      case 'answer-after':
        await toTheEnd(await sendOn(call, nextTarget()));
        return answer(fault, seen, response);
      case 'answer':
        return answer(fault, seen, response);
    }
  };

  const server = createServer(async (incoming, response) => {
    const path = incoming.url ?? '/';
    const method = incoming.method ?? 'GET';
    const seen: ProxyCall = {
      at: Date.now(),
      method,
      path,
      template: templateOf(path),
      status: undefined,
      fault: undefined,
    };
    calls.push(seen);
    try {
      await handle(await readCall(incoming), seen, response);
    } catch {
      // The server behind is not there or broke off: so does this.
      response.destroy();
    }
  });
  const port = await listen(server);
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };

  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    counts: () => countBy(calls.map((call) => `${call.method} ${call.template}`)),
    fault: (fault) => faults.add(fault),
    healAll: () => {
      faults.clear();
      for (const response of hanging) response.destroy();
    },
    unreachable: close,
    reachable: async () => {
      if (!server.listening) await listen(server, port);
    },
    retarget: (...next) => {
      behind = next;
    },
    forget: () => {
      calls.length = 0;
    },
    stop: close,
  };
}

async function toTheEnd(answer: IncomingMessage): Promise<void> {
  for await (const _ of answer);
}

async function withoutEnd({ begin, again }: { begin: string; again: string }, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write(begin);
  const gone = once(response, 'close');
  while (!response.destroyed) {
    if (!response.write(again)) await Promise.race([once(response, 'drain'), gone]);
    else await pause(0);
  }
}

function answer(fault: Extract<Fault, { status: number }>, seen: ProxyCall, response: ServerResponse): void {
  seen.status = fault.status;
  const body = typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body ?? { error: 'fault on demand' });
  response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
  response.end(body);
}

function templateOf(path: string): string {
  const url = new URL(path, 'http://proxy');
  const names = [...new Set(url.searchParams.keys())].toSorted();
  const template = url.pathname.replace(/^\/model\/[^/]+\/update$/, '/model/{id}/update');
  return names.length === 0 ? template : `${template}?${names.join('&')}`;
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
