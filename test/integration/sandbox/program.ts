import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** What a command that ran to its end printed. */
export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A process whose output is gathered. */
export interface Running {
  child: ChildProcess;
  stdout(): string;
  ended: Promise<Ran>;
}

/** Starts a command in the root of the project. */
export function start(command: string, args: readonly string[]): Running {
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ran>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, stdout: () => stdout, ended };
}

/** Starts `model-registrar sandbox` with the Node that runs the tests. */
export function startSandbox(...args: string[]): Running {
  return start(process.execPath, ['src/main.ts', 'sandbox', ...args]);
}

/** The temporary folder that a sandbox names. */
export function folderIn(output: string): string | undefined {
  return /^ +files +(\S+)$/m.exec(output)?.[1];
}
