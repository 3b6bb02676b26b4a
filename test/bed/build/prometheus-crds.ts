import { join } from 'node:path';
import type { Progress } from './cache.ts';
import { type GoModule, goModule } from './go-build.ts';

const PROMETHEUS_OPERATOR: GoModule = {
  path: 'github.com/prometheus-operator/prometheus-operator',
  version: 'v0.85.0',
  sum: 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=',
};

/** The files with the Prometheus operator's CRDs of these kinds in plural and lower case, such as `podmonitors`. */
export async function prometheusCrds(kinds: readonly string[], progress: Progress): Promise<string[]> {
  const folder = join(await goModule(PROMETHEUS_OPERATOR, progress), 'example', 'prometheus-operator-crd');
  return kinds.map((kind) => join(folder, `monitoring.coreos.com_${kind}.yaml`));
}
