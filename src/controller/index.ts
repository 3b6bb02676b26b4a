export { createBackendKeys } from './backend-keys.ts';
export type { Decision, ObjectState } from './decide.ts';
export { createEngine, describeError, type Engine, type Outcome } from './engine.ts';
export { createLoop, type Loop, type SourceChange } from './loop.ts';
export { createNameBook } from './name-book.ts';
export { onePass } from './pass.ts';
export { createPatience } from './patience.ts';
export { createReport, type Report } from './report.ts';
export type { ObjectCache, SourceView } from './source-view.ts';
