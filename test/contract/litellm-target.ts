import { randomBytes } from 'node:crypto';
import { vi } from 'vitest';
import { type Fields, fieldsAt } from '../../src/sandbox/fields.ts';
import { type Answered, ask, objectsAt } from './http.ts';
import type { ModelServer } from './model-server.ts';

/** A row as it is put into the database behind LiteLLM's back. */
export interface StoredModel {
  readonly id: string;
  readonly name: string;
  readonly params: Fields;
  readonly info: Fields;
}

/** A LiteLLM under test. */
export interface LiteLlmTarget {
  readonly url: string;
  readonly adminKey: string;
  /** The key of a user who is no admin. */
  readonly userKey: string;
  /** The id of a model that stands in its config file. */
  readonly configModelId: string;
  /** Puts a row into the database, as SQL does. */
  readonly insertRow: (model: StoredModel) => Promise<void>;
  readonly setDatabaseDown: (isDown: boolean) => Promise<void>;
  /** How long it may take until it has loaded what changed in the database, in milliseconds. */
  readonly reloadsWithin: number;
  readonly stop?: () => Promise<void>;
}

/** What the parts of the contract share. */
export interface LiteLlmSetting {
  readonly target: () => LiteLlmTarget;
  readonly modelServer: () => ModelServer;
  /** Ids that were made: what is left of them is deleted at the end. */
  readonly made: Set<string>;
}

/** Calls that the parts of the contract make. */
export interface Client {
  readonly call: (method: string, path: string, body?: unknown, key?: string) => Promise<Answered>;
  readonly create: (model: Fields) => Promise<Answered>;
  /** Creates a model that is served, and gives back its id and its name. */
  readonly made: (model?: { name?: string; params?: Fields; info?: Fields; blocked?: boolean }) => Promise<Made>;
  readonly patch: (id: string, patch: Fields) => Promise<Answered>;
  readonly remove: (id: string) => Promise<Answered>;
  /** The entry of an id in the list, if there is one. */
  readonly listed: (id: string) => Promise<Fields | undefined>;
  readonly names: () => Promise<readonly unknown[]>;
  readonly chat: (model: string) => Promise<Answered>;
}

/** A model that was created. */
export interface Made {
  readonly id: string;
  readonly name: string;
  readonly answered: Answered;
}

/** An id or a name that no other test uses. */
export function fresh(prefix: string): string {
  return `contract.${prefix}.${randomBytes(4).toString('hex')}`;
}

/** The id of an entry of a list. */
export function idOf(entry: Fields): unknown {
  return fieldsAt(entry, 'model_info').id;
}

/** The message of an error in the usual envelope. */
export function messageOf(answered: Answered): string {
  const { message } = fieldsAt(answered.json, 'error');
  return typeof message === 'string' ? message : '';
}

/** Plain HTTP calls, as an admin unless told. */
export function clientOf(setting: LiteLlmSetting): Client {
  const call = (method: string, path: string, body?: unknown, key = setting.target().adminKey) =>
    ask({ url: setting.target().url, token: key }, method, path, body === undefined ? {} : { body });
  const create = (model: Fields) => {
    const { id } = fieldsAt(model, 'model_info');
    if (typeof id === 'string') setting.made.add(id);
    return call('POST', '/model/new', model);
  };
  return {
    call,
    create,
    made: async ({ name = fresh('name'), params = {}, info = {}, blocked } = {}) => {
      const id = fresh('id');
      const answered = await create({
        model_name: name,
        litellm_params: {
          model: 'hosted_vllm/served-name',
          api_base: setting.modelServer().base,
          api_key: 'not-needed',
          ...params,
        },
        model_info: { id, ...info },
        ...(blocked === undefined ? {} : { blocked }),
      });
      if (answered.status !== 200) throw new Error(`a model was not created: ${answered.status} ${answered.text}`);
      return { id, name, answered };
    },
    patch: (id, patch) => call('PATCH', `/model/${id}/update`, patch),
    remove: (id) => call('POST', '/model/delete', { id }),
    listed: async (id) =>
      objectsAt((await call('GET', '/model/info')).json, 'data').find((entry) => idOf(entry) === id),
    names: async () => objectsAt((await call('GET', '/v1/models')).json, 'data').map((model) => model.id),
    chat: (model) =>
      call('POST', '/v1/chat/completions', { model, messages: [{ role: 'user', content: fresh('hello') }] }),
  };
}

/** Waits until something holds; fails with what was thrown last when it does not in time (milliseconds). */
export async function eventually(milliseconds: number, check: () => Promise<void>): Promise<void> {
  await vi.waitFor(check, { timeout: milliseconds, interval: Math.min(250, milliseconds / 20) });
}
