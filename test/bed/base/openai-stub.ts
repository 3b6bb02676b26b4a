import type { ServerResponse } from 'node:http';
import { z } from 'zod';

const bodySchema = z.looseObject({
  model: z.string().optional(),
  stream: z.boolean().optional(),
  input: z.union([z.string(), z.array(z.unknown())]).optional(),
  documents: z.array(z.unknown()).optional(),
});

/** What a stub reads of a call. */
export type StubBody = z.infer<typeof bodySchema>;

const USAGE = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

export interface StubAnswer {
  status: number;
  body: object;
}

/** A server of models, as far as a stub is one. */
export interface StubServer {
  /** The names that it answers to. */
  served: readonly string[];
  /** Where its OpenAI API begins. */
  basePath: string;
}

/** What such a server answers. A model that it does not serve gets OpenAI's 404. */
export function answerAs(server: StubServer, method: string, path: string, body: StubBody): StubAnswer {
  const { basePath, served } = server;
  if (!path.startsWith(`${basePath}/`)) return stubError(404, `There is nothing at ${path}.`, 'not_found');
  return answerTo(method, path.slice(basePath.length), body, served);
}

function answerTo(method: string, path: string, body: StubBody, served: readonly string[]): StubAnswer {
  if (method === 'GET' && path === '/models') {
    return {
      status: 200,
      body: { object: 'list', data: served.map((id) => ({ id, object: 'model', owned_by: 'stub' })) },
    };
  }
  const make = MAKERS[path];
  if (method !== 'POST' || make === undefined) return stubError(404, `There is nothing at ${path}.`, 'not_found');
  const model = body.model ?? '';
  if (!served.includes(model)) return stubError(404, `The model \`${model}\` does not exist.`, 'model_not_found');
  return { status: 200, body: make(model, body) };
}

const MAKERS: Readonly<Record<string, (model: string, body: StubBody) => object>> = {
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

/** An error as OpenAI words it. */
export function stubError(status: number, message: string, code: string): StubAnswer {
  return { status, body: { error: { message, type: 'invalid_request_error', param: null, code } } };
}

/** Sends an answer, as a stream of one chunk where the call asked for a stream. */
export function sendStub(response: ServerResponse, answer: StubAnswer, stream: boolean): void {
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

/** The body of a call; empty where it is no JSON object. */
export function readStubBody(text: string): StubBody {
  try {
    return bodySchema.parse(JSON.parse(text));
  } catch {
    return {};
  }
}
