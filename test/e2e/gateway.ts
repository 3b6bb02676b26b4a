import type { Bed } from '../bed/index.ts';

/** A row as LiteLLM's management API shows it. */
export interface ShownModel {
  model_name: string;
  litellm_params: Record<string, unknown>;
  model_info: Record<string, unknown> & { id: string; db_model?: boolean; blocked?: boolean };
}

/** What came back for a call of a model. */
export interface CallResult {
  status: number;
  /** `x-litellm-model-id`: which row answered. */
  id: string | null;
  body: unknown;
}

/** LiteLLM as its users and its administrator see it. */
export interface Gateway {
  /** The rows of the database that the proxy serves; models of its config file left out. */
  models(): Promise<ShownModel[]>;
  /** The one row under a name; throws where there is none or several. */
  model(name: string): Promise<ShownModel>;
  /** The names that `/v1/models` lists. */
  names(): Promise<string[]>;
  chat(model: string): Promise<CallResult>;
  embed(model: string): Promise<CallResult>;
  /** Adds a model by hand; gives its id. */
  addByHand(model: { name: string; params: object; info?: object; id?: string }): Promise<string>;
  /** Changes a row as the admin UI does. */
  edit(id: string, change: object): Promise<void>;
  deleteRow(id: string): Promise<void>;
}

type Replica = Bed['litellm']['first'];

/** One replica of the bed's LiteLLM. */
export function openGateway(replica: Pick<Replica, 'request'>): Gateway {
  const ok = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await replica.request(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const call = async (path: string, body: object): Promise<CallResult> => {
    const answer = await replica.request('POST', path, body);
    return { status: answer.status, id: answer.headers.get('x-litellm-model-id'), body: answer.body };
  };
  const models = async (): Promise<ShownModel[]> => {
    const { data } = (await ok('GET', '/model/info')) as { data: ShownModel[] };
    return data.filter((row) => row.model_info.db_model === true);
  };

  return {
    models,
    model: async (name) => {
      const found = (await models()).filter((row) => row.model_name === name);
      const [row] = found;
      if (!row || found.length > 1) throw new Error(`${found.length} rows are named "${name}"`);
      return row;
    },
    names: async () => {
      const { data } = (await ok('GET', '/v1/models')) as { data: { id: string }[] };
      return data.map((model) => model.id);
    },
    chat: (model) => call('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'hello' }] }),
    embed: (model) => call('/v1/embeddings', { model, input: 'hello' }),
    addByHand: async ({ name, params, info, id }) => {
      const body = { model_name: name, litellm_params: params, model_info: { ...info, ...(id && { id }) } };
      const made = (await ok('POST', '/model/new', body)) as { model_id: string };
      return made.model_id;
    },
    edit: async (id, change) => {
      await ok('PATCH', `/model/${id}/update`, change);
    },
    deleteRow: async (id) => {
      await ok('POST', '/model/delete', { id });
    },
  };
}
