import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** How a command ended. */
export interface Ended {
  /** The exit code; null where it had to be killed at the deadline. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface ProgramOptions {
  /** Its whole environment, beside a PATH and a home folder without a kubeconfig. */
  env?: Record<string, string>;
  /** In milliseconds. Default 30 000. */
  withinMs?: number;
}

/** A command that runs. */
export interface Program {
  kill(signal: NodeJS.Signals): void;
  ended: Promise<Ended>;
}

/** Starts `model-registrar` with these arguments. */
export function startProgram(args: readonly string[], options: ProgramOptions = {}): Program {
  const { env = {}, withinMs = 30_000 } = options;
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', HOME: import.meta.dirname, ...env },
  });
  const deadline = setTimeout(() => child.kill('SIGKILL'), withinMs);
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return {
    kill: (signal) => void child.kill(signal),
    ended: ended.then(([stdout, stderr]) => {
      clearTimeout(deadline);
      return { code: child.exitCode, stdout, stderr };
    }),
  };
}

/** Runs `model-registrar` with these arguments to its end. */
export function runProgram(args: readonly string[], options: ProgramOptions = {}): Promise<Ended> {
  return startProgram(args, options).ended;
}
