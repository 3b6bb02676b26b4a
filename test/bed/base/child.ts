import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { BedError } from './errors.ts';

/** util-linux; where it is missing (macOS), the keeper alone sees to it that nothing stays. */
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'].find((file) => existsSync(file));

export interface ChildSpec {
  command: string;
  args: readonly string[];
  logFile: string;
  cwd?: string;
  env?: Record<string, string>;
  /** Whom to run it as; only root can say so. */
  user?: { uid: number; gid: number };
  /** What the kernel sends to the child should this process die without ending it. Default KILL. */
  deathSignal?: 'KILL' | 'QUIT';
}

export interface Output {
  stdout: string;
  stderr: string;
}

/**
 * Starts a child that dies with this process, however this process dies: the kernel signals it (Linux). It leads its own process group, so
 * that its own children can be ended with it. Output goes to the log file.
 * Call it on the main thread only: the kernel's signal follows the thread that forked.
 */
export async function spawnChild(spec: ChildSpec): Promise<ChildProcess> {
  const log = await open(spec.logFile, 'a');
  try {
    const [command, args] = dyingWithParent(spec.command, spec.args, spec.deathSignal ?? 'KILL');
    return spawn(command, args, {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
      ...(spec.env === undefined ? {} : { env: spec.env }),
      ...spec.user,
    });
  } finally {
    await log.close();
  }
}

/** Ends a child's whole process group; fine when it is gone already. */
export function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone already: that is what was wanted.
  }
}

/** Signals a process and all that descend from it, wherever they have put themselves. */
export async function signalFamily(pid: number, signal: NodeJS.Signals): Promise<void> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=']);
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const family = [pid];
  for (const member of family) {
    for (const [child, parent] of pairs) if (parent === member && child !== undefined) family.push(child);
  }
  for (const member of family) {
    try {
      process.kill(member, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** Runs a command to its end and gives what it wrote. Throws BedError `command-failed` with what it said on a bad exit. */
export async function run(
  command: string,
  args: readonly string[],
  options: { stdin?: string; env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<Output> {
  const { promise, resolve, reject } = Promise.withResolvers<Output>();
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.once('error', reject);
  child.stdin.on('error', () => undefined); // A command that does not read its input is no failure.
  child.once('close', (code) => {
    if (code === 0) return resolve({ stdout, stderr });
    reject(
      new BedError(
        'command-failed',
        `${command} ${args.join(' ')} failed (exit ${code}): ${(stderr || stdout).trim()}`,
      ),
    );
  });
  child.stdin.end(options.stdin ?? '');
  return promise;
}

/** The last lines of a log, for an error message; empty where there is no log. */
export async function tail(logFile: string, lines = 15): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

function dyingWithParent(command: string, args: readonly string[], signal: string): [string, string[]] {
  if (process.platform !== 'linux' || SETPRIV === undefined) return [command, [...args]];
  return [SETPRIV, ['--pdeathsig', signal, command, ...args]];
}
