/** Builds and keeps what the bed runs. */
export { abandonBuilds, type Progress } from './cache.ts';
export { controllerBinaries, type KServeBinaries, kserveBinaries } from './kserve.ts';
export { type KubernetesBinaries, kubernetesBinaries } from './kubernetes.ts';
export { type LiteLlmInstallation, liteLlm } from './litellm.ts';
export { prometheusCrds } from './prometheus-crds.ts';
export { needPromtool } from './promtool.ts';
export { needShell, type Shell } from './shells.ts';
export { needPostgres } from './tools.ts';
export { PRISMA_ENGINE_COMMIT } from './versions.ts';
