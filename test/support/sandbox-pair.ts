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
} from '../../src/sandbox/index.ts';

export interface SandboxPairOptions {
  kubernetes?: KubernetesOptions;
  litellm?: LiteLlmOptions;
}

/** Both servers of the sandbox, and the files by which a program finds them. */
export interface SandboxPair {
  kubernetes: SandboxKubernetes;
  litellm: SandboxLiteLlm;
  /** The path of a kubeconfig. */
  kubeconfig: string;
  /** The path of a file with LiteLLM's master key. */
  keyFile: string;
  close(): Promise<void>;
}

export async function openSandboxPair(options: SandboxPairOptions = {}): Promise<SandboxPair> {
  const kubernetes = await startKubernetes(options.kubernetes);
  const litellm = await startLiteLlm({ reloadMilliseconds: 50, ...options.litellm });
  const folder = await mkdtemp(join(tmpdir(), 'model-registrar-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const keyFile = join(folder, 'key');
  await Promise.all([writeFile(kubeconfig, kubernetes.kubeconfig), writeFile(keyFile, `${litellm.masterKey}\n`)]);
  return {
    kubernetes,
    litellm,
    kubeconfig,
    keyFile,
    async close() {
      await Promise.all([kubernetes.stop(), litellm.stop()]);
      await rm(folder, { recursive: true });
    },
  };
}
