import { createServer, type IncomingHttpHeaders } from 'node:http';
import { answerAs, listen, readCall, readStubBody, type StubAnswer, sendStub, stubError } from './base/index.ts';

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

/** Starts a stub model server on a free port of loopback. A model that it does not serve gets OpenAI's 404. */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const basePath = options.basePath ?? '/v1';
  const calls: ModelServerCall[] = [];
  let served = [...options.served];
  let failure: number | undefined;

  const server = createServer(async (incoming, response) => {
    const call = await readCall(incoming).catch(() => undefined);
    if (call === undefined) return;
    const body = readStubBody(call.body.toString());
    const path = call.path.replace(/\?.*$/, '');
    const answer = (): StubAnswer => {
      if (failure !== undefined) return stubError(failure, 'The stub was told to fail.', 'stub_failure');
      return answerAs({ served, basePath }, call.method, path, body);
    };
    const given = answer();
    const { method, headers } = call;
    calls.push({ method, path, model: body.model, headers, body: call.body.toString(), status: given.status });
    sendStub(response, given, body.stream === true);
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
