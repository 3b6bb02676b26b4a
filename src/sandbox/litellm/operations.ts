import { createHash } from 'node:crypto';
import type { Answer, Request } from '../server.ts';
import { createCredential, deleteCredential, listCredentials } from './credentials.ts';
import { proxyError, Refusal } from './errors.ts';
import { infer } from './inference.ts';
import { type Caller, createModel, deleteModel, patchModel, unblockModel } from './management.ts';
import { listModels, listNames, searchModels } from './reading.ts';

/** One thing that LiteLLM can be asked. */
interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: RegExp;
  readonly isOpen?: boolean;
  readonly answer: (caller: Caller, request: Request, id: string) => Answer | Promise<Answer>;
}

const OPERATIONS: readonly Operation[] = [
  {
    name: 'list',
    method: 'GET',
    path: /^(?:\/v1)?\/model\/info$/,
    answer: (caller, request) => listModels(caller, request.url.searchParams),
  },
  {
    name: 'search',
    method: 'GET',
    path: /^\/v2\/model\/info$/,
    answer: (caller, request) => searchModels(caller, request.url.searchParams),
  },
  {
    name: 'new',
    method: 'POST',
    path: /^\/model\/new$/,
    answer: (caller, request) => createModel(caller, request.text),
  },
  {
    name: 'update',
    method: 'PATCH',
    path: /^\/model\/(?<id>[^/]+)\/update$/,
    answer: (caller, request, id) => patchModel(caller, id, request.text),
  },
  {
    name: 'delete',
    method: 'POST',
    path: /^\/model\/delete$/,
    answer: (caller, request) => deleteModel(caller, request.text),
  },
  { name: 'unblock', method: 'POST', path: /^\/model\/unblock$/, answer: unblockModel },
  { name: 'credentials', method: 'GET', path: /^\/credentials$/, answer: listCredentials },
  {
    name: 'new credential',
    method: 'POST',
    path: /^\/credentials$/,
    answer: (caller, request) => createCredential(caller, request.text),
  },
  {
    name: 'delete credential',
    method: 'DELETE',
    path: /^\/credentials\/(?<id>[^/]+)$/,
    answer: (caller, _request, id) => deleteCredential(caller, id),
  },
  { name: 'names', method: 'GET', path: /^(?:\/v1)?\/models$/, answer: listNames },
  {
    name: 'chat',
    method: 'POST',
    path: /^(?:\/v1)?\/chat\/completions$/,
    answer: (caller, request) => infer(caller, request, '/chat/completions'),
  },
  {
    name: 'embeddings',
    method: 'POST',
    path: /^(?:\/v1)?\/embeddings$/,
    answer: (caller, request) => infer(caller, request, '/embeddings'),
  },
  {
    name: 'liveness',
    method: 'GET',
    path: /^\/health\/live(?:ness|liness)$/,
    isOpen: true,
    answer: () => ({ status: 200, headers: { 'content-type': 'application/json' }, body: `"I'm alive!"` }),
  },
  {
    name: 'readiness',
    method: 'GET',
    path: /^\/health\/readiness$/,
    isOpen: true,
    answer: ({ database }) => ({ status: database.isDown ? 503 : 200, body: readiness(database.isDown) }),
  },
  {
    name: 'readiness details',
    method: 'GET',
    path: /^\/health\/readiness\/details$/,
    answer: ({ database }) => ({
      status: database.isDown ? 503 : 200,
      body: { ...readiness(database.isDown), litellm_version: '1.106.0' },
    }),
  },
];

function readiness(isDown: boolean) {
  return { status: 'healthy', db: isDown ? 'disconnected' : 'connected' };
}

function find(request: Request): Operation | undefined {
  return OPERATIONS.find(({ method, path }) => method === request.method && path.test(request.url.pathname));
}

/** The name of what a request asks: `list`, `search`, `new`, `update`, `delete`, `unblock`, `credentials`, `names`, `chat`, `embeddings`, `liveness`, `readiness`. */
export function operationOf(request: Request): string {
  return find(request)?.name ?? `${request.method} ${request.url.pathname}`;
}

/** The keys of a LiteLLM. */
export interface Keys {
  readonly master: string;
  /** A virtual key of a user who is no admin. */
  readonly user: string;
}

function keyOf(request: Request): string {
  const { authorization } = request.headers;
  if (authorization === undefined || authorization === '') {
    throw proxyError(401, 'Authentication Error, No api key passed in.', 'auth_error', 'None');
  }
  return authorization.replace(/^Bearer /, '');
}

function isAdminKey(request: Request, keys: Keys): boolean {
  const key = keyOf(request);
  if (key === keys.master) return true;
  if (key === keys.user) return false;
  // LiteLLM echoes the end of the key and its hash: a client that logs this message leaks them.
  const hash = createHash('sha256').update(key).digest('hex');
  throw proxyError(
    401,
    `Authentication Error, Invalid proxy server token passed. Received API Key = sk-...${key.slice(-4)}, Key Hash (Token) ` +
      `=${hash}. Unable to find token in cache or \`LiteLLM_VerificationTokenTable\``,
    'token_not_found_in_db',
    'key',
  );
}

/** Answers one request to LiteLLM. */
export async function answer(parts: Omit<Caller, 'isAdmin'>, keys: Keys, request: Request): Promise<Answer> {
  const operation = find(request);
  if (!operation) return { status: 404, body: { detail: 'Not Found' } };
  try {
    const isAdmin = operation.isOpen === true || isAdminKey(request, keys);
    const id = operation.path.exec(request.url.pathname)?.groups?.id ?? '';
    return await operation.answer({ ...parts, isAdmin }, request, decodeURIComponent(id));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.answer;
  }
}
