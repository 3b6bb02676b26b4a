import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { KSERVE_VERSION, KUBERNETES_VERSION, LITELLM_VERSION } from '../../bed/build/versions.ts';

/** On what it was measured; nothing that names a machine. */
export interface Machine {
  cpu: string;
  cores: number;
  memory: string;
  node: string;
  kubernetes: string;
  kserve: string;
  litellm: string;
  commit: string;
}

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: process.version,
    kubernetes: KUBERNETES_VERSION,
    kserve: KSERVE_VERSION,
    litellm: LITELLM_VERSION,
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
  };
}
