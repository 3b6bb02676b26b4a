import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from '../support/wait.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** Waiting times that let a test see in seconds what takes minutes in a cluster; still longer than the bed's reload interval. */
export const FAST: Record<string, string> = {
  settle: '6s',
  'resync-interval': '2s',
  'name-cooldown': '8s',
  'rollout-wait': '500ms',
  'backoff-min': '200ms',
  'backoff-max': '3s',
  'litellm-timeout': '10s',
  'log-level': 'debug',
  'log-format': 'json',
};

/** The real program as a process of its own. */
export interface Controller {
  pid: number;
  /** Where it serves its figures. */
  url: string;
  /** Everything it has written so far. */
  output(): string;
  metrics(): Promise<string>;
  ready(): Promise<{ status: number; text: string }>;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Any signal, and does not wait for what comes of it: SIGSTOP, SIGCONT. */
  signal(name: NodeJS.Signals): void;
  /** The exit code, when it has ended; null where a signal ended it. */
  ended: Promise<number | null>;
}

export interface ControllerOptions {
  kubeconfig: string;
  litellmUrl: string;
  keyFile: string;
  /** Empty: none is given, and the program finds its own. */
  ownerId: string;
  /** Beyond {@link FAST}; the names are those of the flags, of which some may be given several times. */
  settings?: Record<string, string | readonly string[]>;
}

/** Starts `model-registrar run` and waits until it is ready, unless told otherwise. Throws when it ends by itself. */
export async function startController(options: ControllerOptions, waitForReady = true): Promise<Controller> {
  const settings = {
    ...FAST,
    kubeconfig: options.kubeconfig,
    'litellm-url': options.litellmUrl,
    'litellm-key-file': options.keyFile,
    ...(options.ownerId && { 'owner-id': options.ownerId }),
    listen: '127.0.0.1:0',
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, values]) =>
    [values].flat().map((value) => `--${name}=${value}`),
  );
  const child = spawn(process.execPath, [MAIN, 'run', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', (line) => lines.push(line));
  const output = (): string => lines.join('\n');

  const started = async <T>(what: string, condition: () => T | Promise<T>) => {
    try {
      return await until(what, condition, 30_000);
    } catch (error) {
      // Nobody holds it yet: left alone it would go on, and meddle with the tests that follow.
      await end(child, 'SIGKILL', exited);
      throw new Error(`${error instanceof Error ? error.message : 'failed'}\n${lines.slice(-5).join('\n')}`, {
        cause: error,
      });
    }
  };

  const url = await started('the controller listens', () => listenAddress(child, lines));
  const controller: Controller = {
    pid: child.pid ?? 0,
    url,
    output,
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
    ready: async () => {
      const answer = await fetch(`${url}/readyz`);
      return { status: answer.status, text: await answer.text() };
    },
    stop: () => end(child, 'SIGTERM', exited),
    kill: async () => {
      await end(child, 'SIGKILL', exited);
    },
    signal: (name) => void child.kill(name),
    ended: exited.then(() => child.exitCode),
  };
  if (waitForReady) await started('the controller is ready', async () => (await controller.ready()).status === 200);
  return controller;
}

function listenAddress(child: ChildProcess, lines: string[]): string | undefined {
  for (const line of lines) {
    const found = /"listen":"([^"]+)"/.exec(line)?.[1];
    if (found) return found;
  }
  if (child.exitCode !== null) throw new Error(`the controller ended with ${child.exitCode}:\n${lines.join('\n')}`);
  return undefined;
}

async function end(child: ChildProcess, signal: NodeJS.Signals, exited: Promise<unknown[]>): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await exited;
  return child.exitCode;
}
