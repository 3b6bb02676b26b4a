import type { Machine } from './machine.ts';
import { SHARED } from './on-objects.ts';
import type { Operation } from './operation.ts';
import { keyOf, ownRows, serves } from './reference.ts';

/** What people do with LiteLLM's rows, ours and their own. */
export const ON_ROWS: readonly Operation[] = [
  { weight: 5, act: editRow },
  { weight: 3, act: deleteRow },
  { weight: 3, act: addForeign },
  { weight: 4, act: changeForeign },
  { weight: 3, act: block },
];

function editRow({ random, litellm, touched, reference: { models } }: Machine): string | undefined {
  const own = random.pickAny(ownRows(litellm.rows()));
  const model = own && models.get(own.place);
  if (!own || !model) return undefined;
  const { model_id: id, model_info } = own.row;
  const { keys = [] } = model_info.model_registrar as { keys?: string[] };
  // What its object does not set would stay, as somebody's own.
  const isOurs = (key: string, value: unknown): boolean => value !== undefined && keys.includes(key);
  const change = random.pick([
    { params: { api_base: 'http://elsewhere/v1' } },
    { params: { model: 'openai/elsewhere' } },
    ...(isOurs('params.timeout', model.timeout) ? [{ params: { timeout: 7 } }] : []),
    ...(isOurs('info.notes', model.notes) ? [{ info: { notes: 'by hand' } }] : []),
    ...(isOurs('info.max_tokens', model.tokens) ? [{ info: { max_tokens: 7 } }] : []),
  ]);
  touched.add(own.place);
  litellm.edit(id, change);
  return `the row ${id} is edited: ${JSON.stringify(change)}`;
}

function deleteRow(machine: Machine): string | undefined {
  const { random, litellm } = machine;
  const own = random.pickAny(ownRows(litellm.rows()));
  if (!own) return undefined;
  machine.touched.add(own.place);
  machine.reference.release(own.place, own.row.model_name);
  litellm.remove(own.row.model_id);
  return `the row ${own.row.model_id} is deleted by hand`;
}

let foreigners = 0;

function addForeign({ random, litellm, reference: { models, foreign } }: Machine): string | undefined {
  if (foreign.size >= 3) return undefined;
  const names = [...SHARED, ...[...models.values()].flatMap((model) => model.names)];
  foreigners += 1;
  const id = `foreign-${foreigners}`;
  const name = random.pick(names);
  litellm.insert({ id, name, params: { model: 'openai/theirs', api_base: 'http://theirs/v1' } });
  note(litellm, foreign, id);
  return `somebody else adds ${id} as ${name}`;
}

function note(litellm: Machine['litellm'], foreign: Machine['reference']['foreign'], id: string): void {
  const row = litellm.row(id);
  if (row) foreign.set(id, structuredClone(row));
}

function changeForeign({ random, litellm, reference: { foreign } }: Machine): string | undefined {
  const id = random.pickAny([...foreign.keys()]);
  if (id === undefined) return undefined;
  if (random.chance(0.7)) {
    litellm.remove(id);
    foreign.delete(id);
    return `somebody else takes ${id} away`;
  }
  litellm.edit(id, { params: { rpm: random.below(100) }, blocked: random.chance(0.3) });
  note(litellm, foreign, id);
  return `somebody else edits ${id}`;
}

/** An administrator blocks a model, or lifts that, while nothing else happens to it. */
function block(machine: Machine): string | undefined {
  const { random, litellm, touched, reference: known } = machine;
  const own = ownRows(litellm.rows());
  const one = random.pickAny(own.filter(({ place }) => !touched.has(place)));
  const model = one && known.models.get(one.place);
  if (!one || !model || !serves(model)) return undefined;
  const key = keyOf(one);
  if (!known.standing.has(key)) return undefined;
  const blocked = !known.blocked.has(key);
  for (const { row } of own.filter((other) => keyOf(other) === key)) litellm.edit(row.model_id, { blocked });
  if (blocked) known.blocked.add(key);
  else known.blocked.delete(key);
  known.everBlocked.add(one.place);
  return `${key} is ${blocked ? 'blocked' : 'unblocked'} by an administrator`;
}
