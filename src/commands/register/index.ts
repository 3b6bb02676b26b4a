export { addModelFlags, annotationsOf, inFlags } from './flags.ts';
export { noCluster } from './no-cluster.ts';
export { registerOne } from './register-one.ts';
export type { Wanted } from './subject.ts';
export { readTarget, TARGETS, type Target } from './target.ts';
