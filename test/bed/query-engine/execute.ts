import type { GraphQl, Pool, SelectionNode, Table, Tables } from './client.ts';
import { scalar, type Translator } from './translate.ts';

/** The engine's names for the operations, with the client's where they differ; longer ones before those that they begin with. */
const METHODS: readonly [string, string][] = [
  ['createOne', 'create'],
  ['createMany', 'createMany'],
  ['deleteOne', 'delete'],
  ['deleteMany', 'deleteMany'],
  ['updateOne', 'update'],
  ['updateMany', 'updateMany'],
  ['upsertOne', 'upsert'],
  ['findMany', 'findMany'],
  ['findFirst', 'findFirst'],
  ['findUnique', 'findUnique'],
  ['aggregate', 'aggregate'],
  ['groupBy', 'groupBy'],
];
const MODEL_INPUTS = ['where', 'data', 'create', 'update', 'cursor', 'having'];

/** PostgreSQL's type numbers → the engine's words for them; all others are strings. */
const RAW_TYPES: Readonly<Record<number, string>> = {
  16: 'bool',
  20: 'bigint',
  21: 'int',
  23: 'int',
  114: 'json',
  700: 'float',
  701: 'double',
  1000: 'bool-array',
  1003: 'string-array',
  1007: 'int-array',
  1009: 'string-array',
  1015: 'string-array',
  1016: 'bigint-array',
  1082: 'date',
  1114: 'datetime',
  1184: 'datetime',
  1700: 'decimal',
  3802: 'json',
};

interface Engine {
  translator: Translator;
  graphql: GraphQl;
  pool: Pool;
}

/** Carries out one GraphQL operation of the engine's protocol on the client or on a transaction of it. Throws what the client throws. */
export async function execute(engine: Engine, tables: Tables, query: string): Promise<unknown> {
  const field = engine.graphql.parse(query).definitions[0]?.selectionSet.selections[0];
  if (field === undefined) throw new Error('The query has no operation.');
  const args = engine.translator.arguments(field);
  if (field.name.value === 'queryRaw') return (await raw(engine.pool, args)).result;
  if (field.name.value === 'executeRaw') return (await raw(engine.pool, args)).rowCount;
  return onModel(engine.translator, tables, field, args);
}

async function onModel(
  translator: Translator,
  tables: Tables,
  field: SelectionNode,
  args: Record<string, unknown>,
): Promise<unknown> {
  const name = field.name.value;
  const orThrow = name.endsWith('OrThrow') ? 'OrThrow' : '';
  const [prefix, method] = METHODS.find(([start]) => name.startsWith(start)) ?? [];
  if (prefix === undefined || method === undefined) throw new Error(`The query engine does not know "${name}".`);
  const model = name.slice(prefix.length, orThrow === '' ? undefined : -orThrow.length);
  const table = tables[`${model.charAt(0).toLowerCase()}${model.slice(1)}`];
  if (table === undefined) throw new Error(`The schema has no model "${model}".`);

  const call: Record<string, unknown> = { ...args };
  for (const key of MODEL_INPUTS) if (call[key] !== undefined) call[key] = translator.input(model, call[key]);
  const selection = translator.selection(field, model);
  if (method === 'aggregate' || method === 'groupBy') {
    return translator.output(model, await callTable(table, method, { ...call, ...aggregates(selection, method) }));
  }
  if (method.endsWith('Many') && method !== 'findMany') return callTable(table, method, call);
  return translator.output(model, await callTable(table, `${method}${orThrow}`, { ...call, select: selection }));
}

function aggregates(selection: Record<string, unknown>, method: 'aggregate' | 'groupBy'): Record<string, unknown> {
  const wanted = Object.entries(selection).filter(([name]) => method === 'aggregate' || name.startsWith('_'));
  return Object.fromEntries(wanted.map(([name, value]) => [name, selectOf(value)]));
}

function selectOf(value: unknown): unknown {
  return value !== null && typeof value === 'object' && 'select' in value ? value.select : true;
}

function callTable(table: Table, method: string, args: object): Promise<unknown> {
  const action = table[method];
  if (action === undefined) throw new Error(`The client has no "${method}".`);
  return action(args);
}

/** Raw SQL goes to the driver itself: it names every column's type, which Prisma's client does not. */
async function raw(pool: Pool, args: Record<string, unknown>): Promise<{ rowCount: number; result: object }> {
  const { query, parameters = '[]' } = args;
  if (typeof query !== 'string' || typeof parameters !== 'string')
    throw new Error('Raw SQL and its parameters are texts.');
  const values: unknown[] = JSON.parse(parameters);
  const done = await pool.query({ text: query, values: values.map(parameter), rowMode: 'array' });
  const types = done.fields.map((column) => RAW_TYPES[column.dataTypeID] ?? 'string');
  const columns = done.fields.map((column) => column.name);
  return { rowCount: done.rowCount ?? 0, result: { columns, types, rows: done.rows.map((row) => row.map(scalar)) } };
}

function parameter(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || !('prisma__type' in value) || !('prisma__value' in value))
    return value;
  return value.prisma__type === 'date' ? new Date(String(value.prisma__value)) : value;
}
