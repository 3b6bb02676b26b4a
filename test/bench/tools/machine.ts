import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { KSERVE_VERSION, KUBERNETES_VERSION, LITELLM_VERSION } from '../../bed/build/versions.ts';

/** On what it was measured; nothing that names a machine. */
export interface Machine {
  cpu: string;
  cores: number;
  memory: string;
  /** How many processes wanted a core when the row began, on average over a minute: more than there are cores, and every time is too long. */
  load: number;
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
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    node: process.version,
    kubernetes: KUBERNETES_VERSION,
    kserve: KSERVE_VERSION,
    litellm: LITELLM_VERSION,
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
  };
}
