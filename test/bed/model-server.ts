import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { listen, readCall } from './base/index.ts';

export interface ModelServerOptions {
  /** The names that it answers to. */
  served: readonly string[];
  /** Where its OpenAI API begins. Default `/v1`; KServe's Hugging Face runtime has `/openai/v1`. */
  basePath?: string;
}

export interface ModelServerCall {
  method: string;
  path: string;
  /** The model that the call names, if any. */
  model: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
  status: number;
}

/** A stub that speaks OpenAI's API: what stands behind an InferenceService here. */
export interface ModelServer {
  /** With the base path: what LiteLLM calls `api_base`. */
  readonly url: string;
  readonly port: number;
  /** Every call that it got, refused ones too. */
  readonly calls: readonly ModelServerCall[];
  /** Changes the names that it answers to. */
  serve(names: readonly string[]): void;
  /** Answers every call with this status from now on; undefined ends that. */
  failWith(status: number | undefined): void;
  forget(): void;
  stop(): Promise<void>;
}

const bodySchema = z.looseObject({
  model: z.string().optional(),
  stream: z.boolean().optional(),
  input: z.union([z.string(), z.array(z.unknown())]).optional(),
  documents: z.array(z.unknown()).optional(),
});

type Body = z.infer<typeof bodySchema>;

const USAGE = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

/** Starts a stub model server on a free port of loopback. A model that it does not serve gets OpenAI's 404. */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const basePath = options.basePath ?? '/v1';
  const calls: ModelServerCall[] = [];
  let served = [...options.served];
  let failure: number | undefined;

  const server = createServer(async (incoming, response) => {
    const call = await readCall(incoming).catch(() => undefined);
    if (call === undefined) return;
    const body = parseBody(call.body.toString());
    const path = call.path.replace(/\?.*$/, '');
    const answer = (): Answer => {
      if (failure !== undefined) return error(failure, 'The stub was told to fail.', 'stub_failure');
      if (!path.startsWith(`${basePath}/`)) return error(404, `There is nothing at ${path}.`, 'not_found');
      return answerTo(call.method, path.slice(basePath.length), body, served);
    };
    const given = answer();
    const { method, headers } = call;
    calls.push({ method, path, model: body.model, headers, body: call.body.toString(), status: given.status });
    send(response, given, body.stream === true);
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}${basePath}`,
    port,
    calls,
    serve: (names) => {
      served = [...names];
    },
    failWith: (status) => {
      failure = status;
    },
    forget: () => {
      calls.length = 0;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Answer {
  status: number;
  body: object;
}

function answerTo(method: string, path: string, body: Body, served: readonly string[]): Answer {
  if (method === 'GET' && path === '/models') {
    return {
      status: 200,
      body: { object: 'list', data: served.map((id) => ({ id, object: 'model', owned_by: 'stub' })) },
    };
  }
  const make = MAKERS[path];
  if (method !== 'POST' || make === undefined) return error(404, `There is nothing at ${path}.`, 'not_found');
  const model = body.model ?? '';
  if (!served.includes(model)) return error(404, `The model \`${model}\` does not exist.`, 'model_not_found');
  return { status: 200, body: make(model, body) };
}

const MAKERS: Readonly<Record<string, (model: string, body: Body) => object>> = {
  '/chat/completions': (model) => ({
    id: 'chatcmpl-stub',
    object: 'chat.completion',
    created: 1,
    model,
    choices: [{ index: 0, message: { role: 'assistant', content: `hello from ${model}` }, finish_reason: 'stop' }],
    usage: USAGE,
  }),
  '/completions': (model) => ({
    id: 'cmpl-stub',
    object: 'text_completion',
    created: 1,
    model,
    choices: [{ index: 0, text: `hello from ${model}`, logprobs: null, finish_reason: 'stop' }],
    usage: USAGE,
  }),
  '/embeddings': (model, body) => ({
    object: 'list',
    model,
    data: listOf(body.input).map((_, index) => ({ object: 'embedding', index, embedding: [0.1, 0.2, 0.3] })),
    usage: { prompt_tokens: 3, total_tokens: 3 },
  }),
  '/rerank': (model, body) => ({
    id: 'rerank-stub',
    model,
    results: listOf(body.documents).map((document, index) => ({
      index,
      relevance_score: 1 / (index + 1),
      document: { text: String(document) },
    })),
    usage: { total_tokens: 3 },
  }),
};

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function error(status: number, message: string, code: string): Answer {
  return { status, body: { error: { message, type: 'invalid_request_error', param: null, code } } };
}

function send(response: ServerResponse, answer: Answer, stream: boolean): void {
  if (!stream || answer.status !== 200) {
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
    return;
  }
  // One chunk with all of it, then the end: enough for a client that reads a stream.
  const { choices, ...rest } = z
    .looseObject({ choices: z.array(z.looseObject({ message: z.unknown() })) })
    .parse(answer.body);
  const chunk = {
    ...rest,
    object: 'chat.completion.chunk',
    choices: choices.map(({ message, ...each }) => ({ ...each, delta: message })),
  };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
}

function parseBody(text: string): Body {
  try {
    return bodySchema.parse(JSON.parse(text));
  } catch {
    return {};
  }
}
