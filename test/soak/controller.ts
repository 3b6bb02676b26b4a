import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { FAST } from '../support/model/settings.ts';
import type { SandboxPair } from '../support/sandbox-pair.ts';
import type { Usage } from './flat.ts';

const PROBE = fileURLToPath(new URL('probe.ts', import.meta.url));
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const KEPT_LINES = 60;

/** The controller in a process of its own, so that what it has in use is its own. */
export interface ChildController {
  /** What it has in use now, after a collection. @throws Error where it has ended */
  usage(): Promise<Usage>;
  /** The last that it logged. */
  logs(): string[];
  stop(): Promise<void>;
}

export function startController({ kubeconfig, keyFile, litellm }: SandboxPair): ChildController {
  const settings = { ...FAST, kubeconfig, 'litellm-url': litellm.url, 'litellm-key-file': keyFile };
  const flags = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  const args = ['--expose-gc', '--import', PROBE, MAIN, 'run', '--listen=127.0.0.1:0', '--log-format=json', ...flags];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const lines: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lines.push(...text.split('\n').filter((line) => line !== ''));
    lines.splice(0, lines.length - KEPT_LINES);
  });
  return {
    usage: () => ask(child),
    logs: () => [...lines],
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function ask(child: ChildProcess): Promise<Usage> {
  if (child.exitCode !== null) throw new Error(`the controller has ended with ${child.exitCode}`);
  const answer = once(child, 'message');
  child.send('usage');
  const [usage] = (await answer) as [Usage];
  return usage;
}
