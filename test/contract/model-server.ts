import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Fields, parseFields } from '../../src/sandbox/fields.ts';

/** A call that a model server got. */
export interface ModelCall {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Fields;
}

/** A small OpenAI server. */
export interface ModelServer {
  /** The base that LiteLLM is given, with `/v1`. */
  readonly base: string;
  readonly calls: readonly ModelCall[];
  stop(): Promise<void>;
}

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

function answerTo(path: string, model: unknown): Fields {
  if (path.endsWith('/embeddings')) {
    return { object: 'list', model, data: [{ object: 'embedding', index: 0, embedding: [0.5] }], usage: USAGE };
  }
  const message = { role: 'assistant', content: `served by ${String(model)}` };
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model,
    choices: [{ index: 0, finish_reason: 'stop', message }],
    usage: USAGE,
  };
}

/** Starts a model server on a free port of 127.0.0.1 that answers every chat and embeddings call and notes it. */
export async function startModelServer(): Promise<ModelServer> {
  const calls: ModelCall[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = parseFields(Buffer.concat(chunks).toString('utf8')) ?? {};
      const path = request.url ?? '/';
      calls.push({ path, authorization: request.headers.authorization, body });
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answerTo(path, body.model)));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    base: `http://127.0.0.1:${port}/v1`,
    calls,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
