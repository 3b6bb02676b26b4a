import { textAt } from '../fields.ts';
import type { Answer } from '../server.ts';
import { type Deployment, deploymentOf } from './deployment.ts';
import { noDatabase, plainDetail, unprocessable } from './errors.ts';
import type { Caller } from './management.ts';

/** `GET /model/info` and `/v1/model/info`: what this replica serves. Throws a Refusal: 503 while the database is down, 400 for an unknown `litellm_model_id`. */
export function listModels(caller: Caller, query: URLSearchParams): Answer {
  const { replica, database } = caller;
  const id = query.get('litellm_model_id');
  const found = id === null ? replica.deployments : [replica.get(id)].filter((deployment) => deployment !== undefined);
  if (id !== null && found.length === 0) throw plainDetail(400, `Model id = ${id} not found on litellm proxy`);
  if (database.isDown) throw noDatabase();
  // One that is asked for by its id is shown as it is.
  const shown = id === null ? found.flatMap(expanded) : found;
  return { status: 200, body: { data: shown.map((deployment) => replica.show(deployment)) } };
}

/** Of the models that LiteLLM knows of a provider, two: the real one has 203 of `openai`, and none of `hosted_vllm` (1.106). */
const KNOWN_MODELS: Readonly<Record<string, readonly string[]>> = { openai: ['gpt-4o', 'gpt-4o-mini'] };

/** The list shows a deployment whose name ends in a slash and a star once for each model that is known of its provider, all with its id. */
function expanded(deployment: Deployment): Deployment[] {
  const [provider = ''] = `${textAt(deployment.params, 'model')}`.split('/');
  const models = deployment.name.endsWith('/*') ? KNOWN_MODELS[provider] : undefined;
  if (!models) return [deployment];
  return models.map((model) => {
    const name = `${deployment.name.slice(0, -1)}${model}`;
    return { ...deployment, name, params: { ...deployment.params, model: name } };
  });
}

/** The deployments that `/v2/model/info` is asked for: `search` and `modelId` look into the database, too, while it is there. */
function chosen(caller: Caller, query: URLSearchParams): readonly Deployment[] {
  const { replica, database } = caller;
  const id = query.get('modelId');
  const name = query.get('model');
  const part = query.get('search')?.trim().toLowerCase() ?? '';
  const fits = (deployment: Deployment) => name === null || deployment.name === name;
  const matches = (deployment: Deployment) => fits(deployment) && deployment.name.toLowerCase().includes(part);
  if (id !== null) {
    const row = database.isDown ? undefined : database.find(id);
    const found = replica.get(id) ?? (row && deploymentOf(row));
    return found && matches(found) ? [found] : [];
  }
  const loaded = replica.deployments.filter(matches);
  if (part === '') return loaded;
  const shown = new Set(loaded.map((deployment) => deployment.id));
  const stored = database.isDown ? [] : database.all().filter((row) => !shown.has(row.model_id));
  const found = stored.map(deploymentOf).filter((row) => fits(row) && isLike(row.name.toLowerCase(), part));
  return [...loaded, ...found];
}

/** The database is asked with LIKE: a percent sign in a search stands for any letters there. */
function isLike(name: string, part: string): boolean {
  let from = 0;
  return part.split('%').every((piece) => {
    const at = name.indexOf(piece, from);
    from = at + piece.length;
    return at >= 0;
  });
}

function whole(query: URLSearchParams, name: string, fallback: number): number {
  const value = Number(query.get(name) ?? fallback);
  if (Number.isInteger(value) && value > 0) return value;
  const msg = 'Input should be greater than or equal to 1';
  throw unprocessable([{ type: 'greater_than_equal', loc: ['query', name], msg }]);
}

/** `GET /v2/model/info`, by pages. A replica that serves nothing finds nothing, not even in the database; while that is down, memory alone answers. */
export function searchModels(caller: Caller, query: URLSearchParams): Answer {
  const page = whole(query, 'page', 1);
  const size = whole(query, 'size', 50);
  const found = caller.replica.deployments.length === 0 ? [] : chosen(caller, query);
  return {
    status: 200,
    body: {
      data: found.slice((page - 1) * size, page * size).map((deployment) => caller.replica.show(deployment)),
      total_count: found.length,
      current_page: page,
      total_pages: Math.ceil(found.length / size),
      size,
    },
  };
}

/** `GET /v1/models`: the names that can be asked for. */
export function listNames(caller: Caller): Answer {
  const about = { object: 'model', created: 1677610602, owned_by: 'openai' };
  const data = [...caller.replica.names()].map(([id, mode]) => ({
    id,
    ...about,
    ...(mode === undefined ? {} : { mode }),
  }));
  return { status: 200, body: { data, object: 'list' } };
}
