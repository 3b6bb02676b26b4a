import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, runStep } from '../base/index.ts';
import { cached, type Progress } from './cache.ts';
import { needPython } from './tools.ts';
import {
  GRAPHQL_VERSION,
  LITELLM_VERSION,
  PRISMA_CLI_VERSION,
  PRISMA_ENGINE_COMMIT,
  PRISMA_JS_VERSION,
  PRISMA_PYTHON_VERSION,
} from './versions.ts';

const CONSTRAINTS = join(import.meta.dirname, 'constraints.txt');

export interface LiteLlmInstallation {
  /** The Python that has LiteLLM. */
  python: string;
  /** One file of SQL that makes all of LiteLLM's tables. */
  migrations: string;
  /** The folder with Prisma's JavaScript client, generated for LiteLLM's schema. */
  prismaClient: string;
}

/**
 * LiteLLM with its database client, from PyPI and npm. LiteLLM reaches its database through prisma-client-py and Prisma's query engine, a
 * binary that no package registry serves; the query engine of this bed stands in for it (`query-engine/`).
 */
export async function liteLlm(progress: Progress): Promise<LiteLlmInstallation> {
  const proxy = await cached(
    {
      name: `litellm-${LITELLM_VERSION}`,
      what: `LiteLLM ${LITELLM_VERSION}`,
      inputs: [CONSTRAINTS, join(import.meta.dirname, 'versions.ts')],
      build: (folder, logFile) => buildProxy(folder, logFile, progress),
      works: (folder) => worksStill(pythonIn(folder)),
    },
    progress,
  );
  const prismaClient = await cached(
    {
      name: `prisma-client-${PRISMA_JS_VERSION}-litellm-${LITELLM_VERSION}`,
      what: `Prisma's client ${PRISMA_JS_VERSION} for LiteLLM's schema`,
      inputs: [join(proxy, 'schema.prisma'), join(import.meta.dirname, 'versions.ts')],
      build: (folder, logFile) => buildPrismaClient(folder, join(proxy, 'schema.prisma'), logFile),
    },
    progress,
  );
  return { python: pythonIn(proxy), migrations: join(proxy, 'migrations.sql'), prismaClient };
}

async function buildProxy(folder: string, logFile: string, progress: Progress): Promise<void> {
  const python = await needPython(progress);
  await runStep({ command: python, args: ['-m', 'venv', join(folder, 'venv')], logFile });
  const install = ['-m', 'pip', 'install', '-q', '-c', CONSTRAINTS];
  const packages = [`litellm[proxy]==${LITELLM_VERSION}`, `prisma==${PRISMA_PYTHON_VERSION}`];
  await runStep({ command: pythonIn(folder), args: [...install, ...packages], logFile });

  const { stdout } = await run(pythonIn(folder), ['-c', 'import litellm_proxy_extras as m; print(m.__path__[0])']);
  const extras = stdout.trim();
  await cp(join(extras, 'schema.prisma'), join(folder, 'schema.prisma'));
  await writeFile(join(folder, 'migrations.sql'), await allMigrations(join(extras, 'migrations')));

  const work = join(folder, 'generate');
  await npmInstall(work, [`prisma@${PRISMA_CLI_VERSION}`], logFile);
  const schema = (await readFile(join(folder, 'schema.prisma'), 'utf8')).replace(
    /binaryTargets\s*=.*/,
    'binaryTargets = ["native"]',
  );
  await generate(work, schema, { logFile, path: join(folder, 'venv', 'bin') });
  await rm(work, { recursive: true });
}

async function buildPrismaClient(folder: string, schemaFile: string, logFile: string): Promise<void> {
  const version = PRISMA_JS_VERSION;
  const packages = [`@prisma/client@${version}`, `@prisma/adapter-pg@${version}`, `graphql@${GRAPHQL_VERSION}`];
  await npmInstall(folder, [`prisma@${version}`, ...packages], logFile);
  const schema = (await readFile(schemaFile, 'utf8'))
    .replace(
      /generator client \{[^}]*\}/,
      'generator client {\n  provider = "prisma-client-js"\n  output = "./client"\n}',
    )
    .replace(/\n\s*url\s*=.*/, ''); // Prisma 7 is given its database by the adapter.
  await generate(folder, schema, { logFile });
}

async function npmInstall(folder: string, packages: readonly string[], logFile: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  // No scripts: Prisma's would download engines.
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', ...packages];
  await runStep({ command: 'npm', args, cwd: folder, logFile });
}

/** Runs `prisma generate`, with files in the place of the engines that it would otherwise download. */
async function generate(folder: string, schema: string, options: { logFile: string; path?: string }): Promise<void> {
  const engine = join(folder, 'engine');
  const library = join(folder, 'engine.so.node');
  await writeFile(join(folder, 'schema.prisma'), schema);
  await writeFile(engine, `#!/bin/sh\necho "query-engine ${PRISMA_ENGINE_COMMIT}"\n`);
  await chmod(engine, 0o755);
  await writeFile(library, '');
  await runStep({
    command: process.execPath,
    args: [join(folder, 'node_modules', 'prisma', 'build', 'index.js'), 'generate', '--schema', 'schema.prisma'],
    cwd: folder,
    logFile: options.logFile,
    env: {
      HOME: folder,
      PATH: [options.path, process.env.PATH].filter((entry) => entry !== undefined).join(':'),
      PRISMA_QUERY_ENGINE_BINARY: engine,
      PRISMA_SCHEMA_ENGINE_BINARY: engine,
      PRISMA_QUERY_ENGINE_LIBRARY: library,
      PRISMA_CLI_QUERY_ENGINE_TYPE: 'binary',
      CHECKPOINT_DISABLE: '1',
    },
  });
}

async function allMigrations(folder: string): Promise<string> {
  const names = (await readdir(folder)).toSorted();
  const files = names.map((name) => join(folder, name, 'migration.sql')).filter((file) => existsSync(file));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return texts.join('\n;\n');
}

function pythonIn(folder: string): string {
  return join(folder, 'venv', 'bin', 'python');
}

/** A venv breaks when the Python that it was made from is taken away. */
async function worksStill(python: string): Promise<boolean> {
  try {
    await run(python, ['-c', 'import sys']);
    return true;
  } catch {
    return false;
  }
}
