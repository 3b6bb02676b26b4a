import { type Dispatcher, request } from 'undici';
import { type Fields, isFields } from '../../src/sandbox/fields.ts';

/** A server under test, and who calls it. */
export interface Endpoint {
  readonly url: string;
  /** Undefined: no Authorization header at all. */
  readonly token: string | undefined;
  /** For a server with a certificate of its own. */
  readonly dispatcher?: Dispatcher;
}

/** What was answered. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body; empty when it is no JSON object. */
  readonly json: Fields;
}

/** What is asked besides method and path. */
export interface Asked {
  readonly body?: unknown;
  readonly contentType?: string;
}

function parse(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : {};
  } catch {
    return {};
  }
}

/** One plain HTTP call; no retries, nothing thrown for an error status. */
export async function ask(endpoint: Endpoint, method: string, path: string, asked: Asked = {}): Promise<Answered> {
  const { body, contentType = 'application/json' } = asked;
  const {
    statusCode,
    headers,
    body: answer,
  } = await request(`${endpoint.url}${path}`, {
    method,
    headers: {
      ...(endpoint.token === undefined ? {} : { authorization: `Bearer ${endpoint.token}` }),
      ...(body === undefined ? {} : { 'content-type': contentType }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(endpoint.dispatcher ? { dispatcher: endpoint.dispatcher } : {}),
  });
  const text = await answer.text();
  return { status: statusCode, headers, text, json: parse(text) };
}

/** The objects of a list under a key. */
export function objectsAt(object: Fields, key: string): readonly Fields[] {
  const value = object[key];
  return Array.isArray(value) ? value.filter(isFields) : [];
}
