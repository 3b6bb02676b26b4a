export { createBackendKeys } from './backend-keys.ts';
export type { Check } from './checks.ts';
export type { Decision, ObjectState } from './decide.ts';
export { createDepartures } from './departures.ts';
export { createDowntimes } from './downtimes.ts';
export { createEngine, type Engine, type Outcome } from './engine.ts';
export { EVENTS, type EventDescription, type EventReason } from './event-table.ts';
export { describeError } from './failures.ts';
export { asHeld, createGuard } from './guard.ts';
export {
  confirmCommand,
  createHeldReport,
  describeHeld,
  type HeldReport,
  heldFields,
  type OwnEvent,
} from './held-report.ts';
export { createLoop, type Loop, type SourceChange } from './loop.ts';
export { createNameBook } from './name-book.ts';
export { onePass } from './pass.ts';
export { createPatience } from './patience.ts';
export { createReport, type Report } from './report.ts';
export { type Fellow, litellmFor, seenFrom } from './seen-from.ts';
export type { ObjectCache, SourceView } from './source-view.ts';
export { type WithdrawnAll, withdrawAll } from './withdraw.ts';
export { warningsOf } from './words.ts';
