import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BedError, run, which } from '../base/index.ts';
import type { Progress } from './cache.ts';

interface Tool {
  what: string;
  /** Debian's and Ubuntu's packages for it. */
  packages: readonly string[];
  /** Its path, undefined where it is missing or too old. */
  find(): Promise<string | undefined>;
}

/** Kubernetes 1.36 asks for Go 1.26; LiteLLM for Python 3.10 with the venv module. */
const GO: Tool = { what: 'Go 1.26 or newer (go)', packages: ['golang-go'], find: findGo };
const PYTHON: Tool = {
  what: 'Python 3.10 or newer with venv (python3)',
  packages: ['python3', 'python3-venv'],
  find: findPython,
};
const POSTGRES: Tool = {
  what: "PostgreSQL's server (initdb, postgres, psql)",
  packages: ['postgresql'],
  find: findPostgres,
};

let listsAreFresh: Promise<void> | undefined;

/** The path of `go`. Throws BedError `tool-missing` with the line that installs it. */
export function needGo(progress: Progress): Promise<string> {
  return need(GO, progress);
}

/** The path of `python3`. Throws BedError `tool-missing` with the line that installs it. */
export function needPython(progress: Progress): Promise<string> {
  return need(PYTHON, progress);
}

/** The folder of PostgreSQL's own binaries. Throws BedError `tool-missing` with the line that installs it. */
export function needPostgres(progress: Progress): Promise<string> {
  return need(POSTGRES, progress);
}

async function need(tool: Tool, progress: Progress): Promise<string> {
  const found = await tool.find();
  if (found !== undefined) return found;
  const install = `apt-get install -y ${tool.packages.join(' ')}`;
  if (process.env.CI !== 'true') {
    throw new BedError('tool-missing', `The test bed needs ${tool.what}. Install it: ${install}`);
  }
  progress(`CI: ${install}`);
  await aptInstall(tool.packages).catch((error: Error) => {
    throw new BedError('tool-missing', `The test bed needs ${tool.what}, and "${install}" failed: ${error.message}`);
  });
  const installed = await tool.find();
  if (installed !== undefined) return installed;
  throw new BedError(
    'tool-missing',
    `The test bed needs ${tool.what}, and "${install}" did not bring it: put it on PATH.`,
  );
}

async function aptInstall(packages: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  listsAreFresh ??= run('apt-get', ['update', '-q'], { env }).then(() => undefined);
  // One after another: apt-get holds a lock of its own.
  listsAreFresh = listsAreFresh.then(async () => {
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], { env });
  });
  await listsAreFresh;
}

async function findGo(): Promise<string | undefined> {
  const go = await which('go', ['/usr/local/go/bin', '/usr/lib/go/bin']);
  if (go === undefined) return undefined;
  const { stdout } = await run(go, ['version']);
  return isAtLeast(/go(\d+)\.(\d+)/.exec(stdout), 1, 26) ? go : undefined;
}

async function findPython(): Promise<string | undefined> {
  const python = await which('python3');
  if (python === undefined) return undefined;
  try {
    const { stdout } = await run(python, ['-c', 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])']);
    return isAtLeast(/(\d+)\.(\d+)/.exec(stdout), 3, 10) ? python : undefined;
  } catch {
    return undefined; // Debian splits venv from Python: then the import fails.
  }
}

async function findPostgres(): Promise<string | undefined> {
  // Debian puts the server's binaries beside PATH, one folder a version.
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? await readdir(debian) : [];
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a)).map((version) => join(debian, version, 'bin'));
  const path = (process.env.PATH ?? '').split(':');
  return [...newestFirst, ...path].find((folder) =>
    ['initdb', 'postgres', 'psql'].every((name) => folder !== '' && existsSync(join(folder, name))),
  );
}

function isAtLeast(found: RegExpExecArray | null, major: number, minor: number): boolean {
  const [haveMajor, haveMinor] = [Number(found?.[1]), Number(found?.[2])];
  return haveMajor > major || (haveMajor === major && haveMinor >= minor);
}
