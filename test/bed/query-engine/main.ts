/**
 * Stands in for Prisma's Rust query engine, which LiteLLM's Python client starts as a child: the same HTTP and GraphQL protocol, over Prisma's own
 * JavaScript client, whose query compiler is WebAssembly. LiteLLM runs unmodified on it.
 */
import { createServer } from 'node:http';
import { z } from 'zod';
import { PRISMA_ENGINE_COMMIT } from '../build/index.ts';
import { load, type Tables } from './client.ts';
import { execute } from './execute.ts';
import { createTransactions } from './transactions.ts';
import { createTranslator } from './translate.ts';

const ORPHAN_LOOK_MS = 500;

if (process.argv.includes('--version')) {
  process.stdout.write(`query-engine ${PRISMA_ENGINE_COMMIT}\n`);
  process.exit(0);
}

const environment = z.object({ DATABASE_URL: z.string(), QUERY_ENGINE_CLIENT: z.string() }).parse({ ...process.env });
const port = Number(process.argv[process.argv.indexOf('-p') + 1]);
const { prisma, pool, graphql } = load(environment.QUERY_ENGINE_CLIENT, environment.DATABASE_URL);
const engine = { graphql, pool, translator: createTranslator(prisma.models, graphql) };
const transactions = createTransactions(prisma);

const bodySchema = z.looseObject({
  query: z.string().optional(),
  batch: z.array(z.object({ query: z.string() })).optional(),
  transaction: z.boolean().optional(),
});
const beginSchema = z.object({
  max_wait: z.number().optional(),
  timeout: z.number().optional(),
  isolation_level: z.string().optional(),
});

const server = createServer(async (incoming, response) => {
  const send = (answer: object): void => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  };
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const transaction = incoming.headers['x-transaction-id'];
    send(await answerTo(incoming.url ?? '/', text === '' ? {} : JSON.parse(text), String(transaction)));
  } catch (error) {
    send(failure(error));
  }
});
server.listen(port, '127.0.0.1');

// A connection that breaks is reported by the next query; the engine itself goes on.
process.on('uncaughtException', (error) => process.stderr.write(`query engine: ${error.message}\n`));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));

// LiteLLM does not end its engine when it is killed.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(0);
}, ORPHAN_LOOK_MS).unref();

async function answerTo(url: string, body: unknown, transaction: string): Promise<object> {
  if (url === '/status') return { status: 'ok' };
  if (url.startsWith('/metrics')) return { counters: [], gauges: [], histograms: [] };
  if (url === '/transaction/start') return { id: await transactions.begin(beginSchema.parse(body)) };
  const end = /^\/transaction\/([^/]+)\/(commit|rollback)$/.exec(url);
  if (end?.[1] !== undefined) {
    transactions.end(end[1], end[2] === 'commit' ? 'commit' : 'rollback');
    return {};
  }
  const { query, batch, transaction: asOne } = bodySchema.parse(body);
  const tables = transactions.tables(transaction) ?? prisma.tables;
  if (batch === undefined) return { data: { result: await execute(engine, tables, query ?? '') } };
  const queries = batch.map((each) => each.query);
  return { batchResult: asOne ? await prisma.transaction((own) => all(own, queries)) : await all(tables, queries) };
}

async function all(tables: Tables, queries: readonly string[]): Promise<object[]> {
  const results: object[] = [];
  for (const query of queries) results.push({ data: { result: await execute(engine, tables, query) } });
  return results;
}

/** An error as the engine words it: LiteLLM tells a duplicate key or a lost database by the code. */
function failure(error: unknown): object {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const meta = error instanceof Error && 'meta' in error ? error.meta : undefined;
  const userFacing = { is_panic: false, message, meta: meta ?? {}, error_code: code ?? 'P2010' };
  return { errors: [{ error: message, user_facing_error: userFacing }] };
}
