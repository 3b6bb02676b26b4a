import {
  ANNOTATION_PREFIX,
  CREDENTIAL_PARAM,
  type Json,
  type Options,
  type Problem,
  type Projection,
  type Registration,
  type SecretRef,
  type Unready,
  visible,
} from '../../registration/index.ts';
import type { ServerArguments } from '../server-arguments.ts';

/** LiteLLM's parameters beside model and address. */
function paramsOf({ params, tags }: Options): Record<string, Json> {
  const further = { ...params, ...(tags && { tags }) };
  // It goes before a credential that is named (measured on 1.106.0). That LiteLLM has that one is looked at before each write.
  if (Object.hasOwn(params, CREDENTIAL_PARAM)) return further;
  // Without a key LiteLLM would send the one that its environment holds for the provider (measured on 1.106.0).
  return { ...further, api_key: 'not-needed' };
}

/**
 * What LiteLLM tells its clients about the model; annotations of their own go before `model-info`.
 *
 * @param read - what the server's arguments say, where they are known
 */
function infoOf(
  options: Options,
  read: Partial<Pick<ServerArguments, 'mode' | 'maxModelLen'>> = {},
): Record<string, Json> {
  // `embedding: "false"` speaks against what the arguments look like.
  const readMode = options.embedding === false && read.mode === 'embedding' ? undefined : read.mode;
  const mode = options.mode ?? readMode;
  const length = options.maxModelLen ?? read.maxModelLen;
  return {
    ...options.info,
    ...(mode === undefined ? {} : { mode }),
    ...(length === undefined ? {} : { max_tokens: length, max_input_tokens: length }),
    ...(options.notes === undefined ? {} : { notes: options.notes }),
    ...(options.accessGroups && { access_groups: options.accessGroups }),
  };
}

/** One registration for each model; what was read of the server counts for all of them. */
export function registrationsOf(
  models: readonly Pick<Registration, 'publicName' | 'servedName'>[],
  apiBase: string,
  options: Options,
  read?: Parameters<typeof infoOf>[1],
): Registration[] {
  const { provider } = options;
  return models.map((model) => ({
    ...model,
    provider,
    apiBase,
    params: paramsOf(options),
    info: infoOf(options, read),
  }));
}

/** The Secret that holds the backend's key, where one is named. */
export function secretOf(
  { namespace }: { namespace: string },
  { apiKeySecret }: Options,
): { apiKeySecret?: SecretRef } {
  return apiKeySecret ? { apiKeySecret: { namespace, ...apiKeySecret } } : {};
}

/** What the owner wants of an object that is not Ready, where that is anything. @param down - whether it is known that no copy serves */
export function unreadyOf(
  { unreadyPolicy: policy, unreadyGraceMs: graceMs }: Options,
  down: boolean,
): { unready?: Unready } {
  return policy === 'Retain' ? {} : { unready: { policy, graceMs, down } };
}

export function notRoutable(message: string): Problem {
  return { reason: 'NotRoutable', message };
}

export function malformedAnnotation(key: string): Problem {
  return {
    reason: 'InvalidAnnotation',
    message: `${visible(key.slice(0, 100))} is no text; put its value in quotes.`,
  };
}

/** Not ours. */
export function ignored(why: string): Projection & { state: 'ignore' } {
  return { state: 'ignore', names: [], why };
}

/** Not ours, since nobody annotated it. */
export const NOT_ANNOTATED = ignored(`no annotation begins with ${ANNOTATION_PREFIX}`);

/** Not ours, since it says so itself. */
export const OPTED_OUT = { ...ignored(`${ANNOTATION_PREFIX}enabled is "false"`), optedOut: true } as const;
