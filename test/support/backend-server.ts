import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A model as a stub lists it: its id, and what the kind of server tells beside. */
export interface StubModel {
  id: string;
  max_model_len?: number | null;
  parent?: string;
}

/** The server that a stub answers like. */
export type BackendKind = 'ollama' | 'vllm' | 'huggingface';

export interface BackendCall {
  method: string;
  path: string;
  model: string | undefined;
  /** Whether it offered functions. */
  tools: boolean;
  authorization: string | undefined;
  status: number;
}

/** A stub of an endpoint outside Kubernetes. */
export interface BackendServer {
  /** With the path at which its OpenAI API begins. */
  readonly url: string;
  readonly calls: BackendCall[];
  list(models: readonly StubModel[]): void;
  /** Answers `/models` with this from now on; undefined ends that. */
  answerModels(body: unknown, status?: number): void;
  /** Which models call functions. */
  callsFunctions(ids: readonly string[]): void;
  /** Takes only this key. */
  wantKey(key: string | undefined): void;
  /** Calls are taken, and never answered. */
  hang(on: boolean): void;
  /** Closes its port; `start` opens the same one again. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** What each kind of server lists of a model: the fields, as they were read on the servers or in their source. */
const SHOWN: Record<BackendKind, (model: StubModel) => object> = {
  // Ollama: `owned_by` is the part before the slash, else `library`.
  ollama: ({ id }) => ({ id, object: 'model', created: 1_700_000_000, owned_by: 'library' }),
  // vLLM: ModelCard; of an adapter `root` is its path, `parent` the model below it, and no length is told.
  vllm: ({ id, max_model_len: length = null, parent }) => ({
    id,
    object: 'model',
    created: 1_700_000_000,
    owned_by: 'vllm',
    root: parent === null ? id : `/adapters/${id}`,
    parent: parent ?? null,
    max_model_len: length,
    permission: [{ id: 'modelperm-1', object: 'model_permission' }],
  }),
  // KServe's: the same card, with nothing in it.
  huggingface: ({ id }) => ({
    id,
    object: 'model',
    created: 1_700_000_000,
    owned_by: '',
    root: null,
    parent: null,
    max_model_len: null,
    permission: [],
  }),
};

const BASES: Record<BackendKind, string> = { ollama: '/v1', vllm: '/v1', huggingface: '/openai/v1' };

const USAGE = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

/** Starts a stub on a free port of loopback. */
export async function startBackend(kind: BackendKind, first: readonly StubModel[]): Promise<BackendServer> {
  const base = BASES[kind];
  const calls: BackendCall[] = [];
  let models = [...first];
  let instead: { status: number; body: unknown } | undefined;
  let able: readonly string[] = [];
  let wanted: string | undefined;
  let hangs = false;
  let server = createServer();
  let port = 0;

  function answer(method: string, path: string, body: { model?: string; tools?: unknown[] }) {
    if (method === 'GET' && path === `${base}/models`)
      return instead ?? { status: 200, body: { object: 'list', data: models.map(SHOWN[kind]) } };
    const { model = '' } = body;
    if (!models.some(({ id }) => id === model)) return { status: 404, body: { error: { message: `no ${model}` } } };
    if (path === `${base}/embeddings`)
      return {
        status: 200,
        body: { object: 'list', model, data: [{ object: 'embedding', index: 0, embedding: [0.1] }], usage: USAGE },
      };
    const call = { id: 'call-1', type: 'function', function: { name: 'current_time', arguments: '{"city":"Paris"}' } };
    const message = {
      role: 'assistant',
      content: `hello from ${model}`,
      tool_calls: body.tools && able.includes(model) ? [call] : null,
    };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    return {
      status: 200,
      body: { id: 'chatcmpl-1', object: 'chat.completion', created: 1, model, choices, usage: USAGE },
    };
  }

  function open(): Server {
    return createServer(async (incoming, response) => {
      const body = await bodyOf(incoming);
      const { authorization } = incoming.headers;
      const { method = '', url: path = '' } = incoming;
      const refused = wanted !== undefined && authorization !== `Bearer ${wanted}`;
      const given = refused ? { status: 401, body: { error: { message: 'no' } } } : answer(method, path, body);
      calls.push({
        method,
        path,
        model: body.model,
        tools: body.tools !== undefined,
        authorization,
        status: given.status,
      });
      if (hangs) return;
      response.writeHead(given.status, { 'content-type': 'application/json' });
      response.end(typeof given.body === 'string' ? given.body : JSON.stringify(given.body));
    });
  }

  async function start(): Promise<void> {
    server = open();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    ({ port } = server.address() as AddressInfo);
  }

  await start();
  return {
    url: `http://127.0.0.1:${port}${base}`,
    calls,
    list: (next) => {
      models = [...next];
    },
    answerModels: (body, status = 200) => {
      instead = body === undefined ? undefined : { status, body };
    },
    callsFunctions: (ids) => {
      able = ids;
    },
    wantKey: (key) => {
      wanted = key;
    },
    hang: (on) => {
      hangs = on;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    start,
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<{ model?: string; tools?: unknown[] }> {
  try {
    return JSON.parse(await text(incoming)) as { model?: string; tools?: unknown[] };
  } catch {
    return {};
  }
}
