import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type KubernetesOptions,
  type LiteLlmOptions,
  type SandboxKubernetes,
  type SandboxLiteLlm,
  startKubernetes,
  startLiteLlm,
} from '../../../src/sandbox/index.ts';
import { type Ran, start } from '../sandbox/program.ts';

/** A sandbox of both servers, and commands that are run against it. */
export interface Bench {
  kubernetes: SandboxKubernetes;
  litellm: SandboxLiteLlm;
  kubeconfig: string;
  keyFile: string;
  /** Runs a command that talks to Kubernetes alone. */
  run(...args: string[]): Promise<Ran>;
  /** Runs a command that talks to both. */
  runBoth(...args: string[]): Promise<Ran>;
  close(): Promise<void>;
}

/** Runs `model-registrar` as a process of its own. */
export function runProgram(...args: string[]): Promise<Ran> {
  return start(process.execPath, ['src/main.ts', ...args]).ended;
}

export async function openBench(
  options: { kubernetes?: KubernetesOptions; litellm?: LiteLlmOptions } = {},
): Promise<Bench> {
  const kubernetes = await startKubernetes(options.kubernetes);
  const litellm = await startLiteLlm({ reloadMilliseconds: 50, ...options.litellm });
  const folder = await mkdtemp(join(tmpdir(), 'model-registrar-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const keyFile = join(folder, 'key');
  await Promise.all([writeFile(kubeconfig, kubernetes.kubeconfig), writeFile(keyFile, `${litellm.masterKey}\n`)]);
  const cluster = `--kubeconfig=${kubeconfig}`;
  return {
    kubernetes,
    litellm,
    kubeconfig,
    keyFile,
    run: (command = '', ...args) => runProgram(command, cluster, ...args),
    runBoth: (command = '', ...args) =>
      runProgram(command, cluster, `--litellm-url=${litellm.url}`, `--litellm-key-file=${keyFile}`, ...args),
    async close() {
      await Promise.all([kubernetes.stop(), litellm.stop()]);
      await rm(folder, { recursive: true });
    },
  };
}
