export type { Problem, Projection } from './projection.ts';
export { MAX_NAME_LENGTH, publicNameProblem } from './public-name.ts';
export { type Json, parseSourceKey, type Registration, type SourceRef, sourceKey } from './registration.ts';
