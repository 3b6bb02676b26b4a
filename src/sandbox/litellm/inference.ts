import { request as send } from 'undici';
import { type Fields, parseFields, shown } from '../fields.ts';
import type { Answer, Request } from '../server.ts';
import { keyFor } from './credentials.ts';
import type { Deployment } from './deployment.ts';
import { proxyError, Refusal } from './errors.ts';
import type { Caller } from './management.ts';
import { backendModel } from './providers.ts';
import { pick } from './replica.ts';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** What LiteLLM says of the deployment that answered. */
function headersOf(deployment: Deployment): Record<string, string> {
  const base = deployment.params.api_base;
  return {
    'x-litellm-model-id': deployment.id,
    ...(typeof base === 'string' ? { 'x-litellm-model-api-base': base } : {}),
  };
}

function loopbackBase(params: Fields): string | undefined {
  const base = params.api_base;
  if (typeof base !== 'string' || !URL.canParse(base)) return undefined;
  return LOOPBACK.has(new URL(base).hostname) ? base.replace(/\/+$/, '') : undefined;
}

/** The answer of a backend that only exists in the sandbox. */
function cannedBody(path: string, model: string, deployment: Deployment): Fields {
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  if (path === '/embeddings') {
    return { object: 'list', model, data: [{ object: 'embedding', index: 0, embedding: [0.1, 0.2, 0.3] }], usage };
  }
  const content = `This is ${shown(deployment.params.model)} at ${shown(deployment.params.api_base)}.`;
  return {
    id: 'chatcmpl-sandbox',
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model,
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
    usage,
  };
}

async function forward(
  base: string,
  path: string,
  body: Fields,
  deployment: Deployment,
  key: string | undefined,
): Promise<Answer> {
  const {
    statusCode,
    headers,
    body: answer,
  } = await send(`${base}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined ? { authorization: `Bearer ${key}` } : {}),
    },
    body: JSON.stringify({ ...body, model: backendModel(deployment.params) }),
  });
  const text = await answer.text();
  if (statusCode >= 400) {
    throw proxyError(statusCode, `litellm.APIError: the model server answered ${statusCode}`, 'None');
  }
  const contentType = headers['content-type'];
  return {
    status: 200,
    headers: {
      ...headersOf(deployment),
      'content-type': typeof contentType === 'string' ? contentType : 'application/json',
    },
    body: text,
  };
}

function unknownModel({ replica }: Caller, path: string, model: string): Refusal {
  const message = replica.hasPatterns
    ? `litellm.BadRequestError: You passed in model=${model}. There are no healthy deployments for this model`
    : `${path}: Invalid model name passed in model=${model}. Call \`/v1/models\` to view available models for your key.`;
  return proxyError(400, message, 'invalid_request_error');
}

/** A blocked name is forbidden; a blocked row that is called by its id is out of service (seen at 1.106). */
function blocked(candidates: readonly Deployment[], model: string): Refusal {
  const [first] = candidates;
  if (first?.name === model)
    return proxyError(403, 'litellm.PermissionDeniedError: Model is blocked', 'permission_error');
  const what = `Model '${shown(first?.params.model)}' is currently paused and cannot accept requests.`;
  return proxyError(503, `litellm.ServiceUnavailableError: ${what}`, 'internal_server_error');
}

/**
 * `POST /v1/chat/completions` and `/v1/embeddings`: picks a deployment by name or id. A backend on this machine is really
 * called; any other is played. Throws a Refusal: 400 for an unknown name, 403 or 503 when all that have it are blocked,
 * 500 when the backend cannot be reached, the backend's own status when it refuses.
 */
export async function infer(caller: Caller, request: Request, path: string): Promise<Answer> {
  const body = parseFields(request.text) ?? {};
  const model = typeof body.model === 'string' ? body.model : '';
  const candidates = caller.replica.candidates(model);
  if (candidates.length === 0) throw unknownModel(caller, path, model);
  const chosen = pick(candidates.filter((deployment) => !deployment.isBlocked));
  if (!chosen) throw blocked(candidates, model);
  const base = loopbackBase(chosen.params);
  if (base === undefined) return { status: 200, headers: headersOf(chosen), body: cannedBody(path, model, chosen) };
  try {
    return await forward(base, path, body, chosen, keyFor(caller.replica, chosen));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw proxyError(500, 'litellm.InternalServerError: Cannot connect to the model server.', 'internal_server_error');
  }
}
