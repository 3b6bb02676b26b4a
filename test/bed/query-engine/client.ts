import { createRequire } from 'node:module';
import { join } from 'node:path';

/** A call on one table, `findMany` and the like. */
export type Table = Record<string, (args: object) => Promise<unknown>>;
/** Prisma's client, or one of its transactions: tables by name. */
export type Tables = Record<string, Table>;

export interface TransactionSettings {
  maxWait: number;
  timeout: number;
  isolationLevel?: string;
}

interface Field {
  name: string;
  kind: 'scalar' | 'object' | 'enum';
  type: string;
  isList?: boolean;
}

/** What the generated client knows of the schema. */
export type Models = Record<string, { fields: Field[] }>;

export interface PrismaClient {
  tables: Tables;
  models: Models;
  transaction<T>(work: (tables: Tables) => Promise<T>, settings?: TransactionSettings): Promise<T>;
}

export interface SqlResult {
  rowCount: number | null;
  fields: { name: string; dataTypeID: number }[];
  rows: unknown[][];
}

export interface Pool {
  query(query: { text: string; values: unknown[]; rowMode: 'array' }): Promise<SqlResult>;
  on(event: 'error', listener: () => void): void;
}

/** The parts of a GraphQL document that the engine's protocol uses. */
export interface SelectionNode {
  name: { value: string };
  arguments?: { name: { value: string }; value: unknown }[];
  selectionSet?: { selections: SelectionNode[] };
}

export interface GraphQl {
  parse(text: string): { definitions: { selectionSet: { selections: SelectionNode[] } }[] };
  valueFromASTUntyped(node: unknown): unknown;
}

interface Loaded {
  prisma: PrismaClient;
  pool: Pool;
  graphql: GraphQl;
}

/** The generated client with its `$transaction` and the schema that it keeps in a field of its own. */
type Generated = Tables & {
  $transaction: PrismaClient['transaction'];
  _runtimeDataModel: { models: Models };
};

/** Loads Prisma's client and its neighbours from the folder that the bed's build generated, and connects them to the database. */
export function load(folder: string, databaseUrl: string): Loaded {
  const require = createRequire(join(folder, 'package.json'));
  const { PrismaClient }: { PrismaClient: new (options: object) => Generated } = require('./client');
  const { PrismaPg }: { PrismaPg: new (options: object) => object } = require('@prisma/adapter-pg');
  const { Pool }: { Pool: new (options: object) => Pool } = require('pg');
  const graphql: GraphQl = require('graphql');
  const generated = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl }) });
  const pool = new Pool({ connectionString: databaseUrl, max: 5 });
  pool.on('error', () => undefined); // A lost database is reported by the next query.
  return {
    prisma: {
      tables: generated,
      models: generated._runtimeDataModel.models,
      transaction: (work, settings) => generated.$transaction(work, settings),
    },
    pool,
    graphql,
  };
}
