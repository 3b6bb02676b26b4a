import type { GoModule } from './go-build.ts';
import { KSERVE_VERSION } from './versions.ts';

/** What is built in the module's own folder, with its own go.mod and go.sum. */
export const KSERVE_MODULE: GoModule = {
  path: 'github.com/kserve/kserve',
  version: KSERVE_VERSION,
  sum: 'h1:Bs7HxmGV4KFqqptDcWseKv+mwD4YOYHJWcuVgPG2Gug=',
};

/** The simulated kubelet. */
export const KWOK_MODULE: GoModule = {
  path: 'sigs.k8s.io/kwok',
  version: 'v0.8.0',
  sum: 'h1:OTIOTwgROqPMovcTwxICx2eYQ4AwLpSx5EpjbDKF4SQ=',
};
