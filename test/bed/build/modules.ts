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

/** Kinds that KServe's controller of LLMInferenceServices watches, whether or not anything of them is used. Only their CRDs are taken. */
export const CRD_MODULES: readonly (GoModule & { crds: string })[] = [
  {
    path: 'sigs.k8s.io/gateway-api',
    version: 'v1.5.1',
    sum: 'h1:RqVRIlkhLhUO8wOHKTLnTJA6o/1un4po4/6M1nRzdd0=',
    crds: 'config/crd/standard',
  },
  {
    path: 'sigs.k8s.io/gateway-api-inference-extension',
    version: 'v1.5.0',
    sum: 'h1:w9Awt60cmI1vM7Y6N81h8wDCBP0WkmxpdI7GKY0v070=',
    crds: 'config/crd/bases',
  },
  {
    path: 'sigs.k8s.io/lws',
    version: 'v0.8.0',
    sum: 'h1:DdhJ8QabwTfWgbgaHH2gdf8twliioHaoSfmDXRYEVU0=',
    crds: 'config/crd/bases',
  },
];
