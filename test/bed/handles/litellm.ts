import { type BedCoordinates, BedError, type ReplicaCoordinates, replicaSchema } from '../base/index.ts';
import type { Ask } from './ask.ts';
import { createServerHandle, type ServerHandle } from './server.ts';

export interface LiteLlmAnswer {
  status: number;
  headers: Headers;
  /** Parsed, where it is JSON; else the text. */
  body: unknown;
}

/** One process of LiteLLM. */
export interface ReplicaHandle extends ServerHandle {
  readonly url: string;
  readonly logFile: string;
  /** A call, with the bed's master key unless another is given, at most 60 s long. Any status is an answer; it throws when none comes. */
  request(method: string, path: string, body?: object, key?: string): Promise<LiteLlmAnswer>;
}

/** The real LiteLLM on a real database. */
export interface LiteLlmHandle {
  readonly masterKey: string;
  /** The first replica's. */
  readonly url: string;
  /** All that run or ran; `startReplica` of this handle adds to it. */
  readonly replicas: readonly ReplicaHandle[];
  readonly first: ReplicaHandle;
  /**
   * Starts one more process on the same database (10 s), which may be set otherwise: null takes a variable of its environment away. It stays for the rest of the bed's life: stop it where
   * others should not see it.
   */
  startReplica(env?: Record<string, string | null>): Promise<ReplicaHandle>;
  /** A call to the first replica. */
  request: ReplicaHandle['request'];
}

const CALL_WITHIN_MS = 60_000;

/** The handle on a bed's LiteLLM. */
export function createLiteLlmHandle(coordinates: BedCoordinates['litellm'], ask: Ask): LiteLlmHandle {
  const { masterKey } = coordinates;
  const replicas = coordinates.replicas.map((replica) => createReplica(replica, masterKey, ask));
  const [first] = replicas;
  if (first === undefined)
    throw new BedError('control-failed', 'The bed has no LiteLLM: start it with at least one replica.');
  return {
    masterKey,
    url: first.url,
    replicas,
    first,
    startReplica: async (env) => {
      const replica = createReplica(
        replicaSchema.parse(await ask({ op: 'add-replica', ...(env && { env }) })),
        masterKey,
        ask,
      );
      replicas.push(replica);
      return replica;
    },
    request: (method, path, body) => first.request(method, path, body),
  };
}

function createReplica(replica: ReplicaCoordinates, masterKey: string, ask: Ask): ReplicaHandle {
  const request: ReplicaHandle['request'] = async (method, path, body, key = masterKey) => {
    const response = await fetch(new URL(path, replica.url), {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(CALL_WITHIN_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: parsed(await response.text()) };
  };
  return { ...createServerHandle(replica.name, ask), url: replica.url, logFile: replica.logFile, request };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
