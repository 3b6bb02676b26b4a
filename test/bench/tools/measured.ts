import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from '../../support/wait.ts';
import type { Order, Usage } from './probe.ts';

/** As in the image: `npm run bench` builds it first. */
const MAIN = join(import.meta.dirname, '..', '..', '..', 'dist', 'main.js');
const DOCKERFILE = join(import.meta.dirname, '..', '..', '..', 'Dockerfile');
const PROBE = join(import.meta.dirname, 'probe.ts');
/** What the image sets: `NODE_OPTIONS=…` in its last ENV. */
const IMAGE_OPTIONS = /\bNODE_OPTIONS=(\S+)/.exec(readFileSync(DOCKERFILE, 'utf8'))?.[1] ?? '';
/** Flags for Node, by hand: `BENCH_NODE_FLAGS='--cpu-prof --cpu-prof-dir=/tmp/profile' npm run bench -- first-list`. */
const NODE_FLAGS = (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter(Boolean);

/** A line of the program's log. */
export interface LogLine {
  /** ISO 8601, with milliseconds. */
  time: string;
  msg: string;
}

/** The real program with its default settings, and a probe in it. */
export interface Measured {
  readonly pid: number;
  /** When it was started, in milliseconds since 1970. */
  readonly startedAt: number;
  usage(): Promise<Usage>;
  /** Counts CPU time and blocks from now on. */
  reset(): Promise<void>;
  /** As `reset`, without looking for blocks, which would cost CPU time itself. */
  quiet(): Promise<void>;
  /** Waits for the first line of the log that begins so. */
  logged(message: string, withinMs?: number): Promise<LogLine>;
  /** Waits for so many such lines, and gives the time of each, in milliseconds since 1970. */
  loggedTimes(message: string, count: number, withinMs?: number): Promise<number[]>;
  stop(): Promise<void>;
}

export interface MeasuredOptions {
  kubeconfig: string;
  litellmUrl: string;
  keyFile: string;
  ownerId: string;
  settings?: Record<string, string>;
}

/** Starts `model-registrar run`. */
export function startMeasured({ kubeconfig, litellmUrl, keyFile, ownerId, settings }: MeasuredOptions): Measured {
  const flags = Object.entries({
    kubeconfig,
    'litellm-url': litellmUrl,
    'litellm-key-file': keyFile,
    'owner-id': ownerId,
    listen: '127.0.0.1:0',
    'log-format': 'json',
    ...settings,
  }).map(([name, value]) => `--${name}=${value}`);
  const startedAt = Date.now();
  const child = spawn(process.execPath, [...NODE_FLAGS, '--import', PROBE, MAIN, 'run', ...flags], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: IMAGE_OPTIONS },
  });
  const lines: string[] = [];
  const { stderr } = child;
  if (stderr) createInterface(stderr).on('line', (line) => lines.push(line));
  const exited = once(child, 'exit');

  return {
    pid: child.pid ?? 0,
    startedAt,
    usage: () => ask(child, 'usage') as Promise<Usage>,
    async reset() {
      await ask(child, 'reset');
    },
    async quiet() {
      await ask(child, 'quiet');
    },
    logged: (message, withinMs = 60_000) =>
      until(
        `the program logs "${message}"`,
        () => {
          const found = lines.find((line) => line.includes(`"msg":"${message}`));
          if (found) return JSON.parse(found) as LogLine;
          if (child.exitCode !== null)
            throw new Error(`it ended with ${child.exitCode}:\n${lines.slice(-5).join('\n')}`);
          return undefined;
        },
        withinMs,
      ),
    loggedTimes: (message, count, withinMs = 60_000) =>
      until(
        `the program logs "${message}" ${count} times`,
        () => {
          const found = lines.filter((line) => line.includes(`"msg":"${message}`));
          return found.length < count ? undefined : found.map((line) => Date.parse((JSON.parse(line) as LogLine).time));
        },
        withinMs,
      ),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
  };
}

async function ask(child: ChildProcess, order: Order): Promise<unknown> {
  const answer = once(child, 'message');
  child.send(order);
  const [message] = (await answer) as unknown[];
  return message;
}
