import { vi } from 'vitest';
import { main } from '../../../src/commands/index.ts';
import type { SandboxKubernetes, SandboxLiteLlm } from '../../../src/sandbox/index.ts';
import { openSandboxPair, type SandboxPairOptions } from '../../support/sandbox-pair.ts';
import type { Ran } from '../sandbox/program.ts';

/** A sandbox of both servers, and commands that are run against it. */
export interface Bench {
  kubernetes: SandboxKubernetes;
  litellm: SandboxLiteLlm;
  kubeconfig: string;
  keyFile: string;
  /** Runs a command that talks to nobody. */
  runAlone: (...args: string[]) => Promise<Ran>;
  /** Runs a command that talks to Kubernetes alone. */
  run: (...args: string[]) => Promise<Ran>;
  /** Runs a command that talks to both. */
  runBoth: (...args: string[]) => Promise<Ran>;
  close(): Promise<void>;
}

/**
 * Runs `model-registrar` to its end, in this process: one of its own would take most of a test's time to start. One at a time, since what it
 * prints is caught.
 */
export async function runProgram(...args: string[]): Promise<Ran> {
  let [stdout, stderr] = ['', ''];
  // The log goes past what is caught, to the terminal of whoever runs the tests.
  vi.stubEnv('MODEL_REGISTRAR_LOG_LEVEL', 'silent');
  const caught = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      stdout += text.toString();
      return true;
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      stderr += text.toString();
      return true;
    }),
    // The runner's console would keep these for itself.
    vi.spyOn(console, 'log').mockImplementation((text: string) => {
      stdout += `${text}\n`;
    }),
    vi.spyOn(console, 'error').mockImplementation((text: string) => {
      stderr += `${text}\n`;
    }),
  ];
  try {
    const code = await main(args);
    return { code, stdout, stderr };
  } finally {
    for (const spy of caught) spy.mockRestore();
    vi.unstubAllEnvs();
  }
}

export async function openBench(options: SandboxPairOptions = {}): Promise<Bench> {
  const pair = await openSandboxPair(options);
  const { kubernetes, litellm, kubeconfig, keyFile } = pair;
  const cluster = `--kubeconfig=${kubeconfig}`;
  return {
    kubernetes,
    litellm,
    kubeconfig,
    keyFile,
    runAlone: runProgram,
    run: (command = '', ...args) => runProgram(command, cluster, ...args),
    runBoth: (command = '', ...args) =>
      runProgram(command, cluster, `--litellm-url=${litellm.url}`, `--litellm-key-file=${keyFile}`, ...args),
    async close() {
      await pair.close();
    },
  };
}
