export { type AdoptedSetting, adoptedSettings, keptSetting, withKept } from './adopted-settings.ts';
export { adoptionsOf, copiedOf, isHalfBlocked, planAdoption } from './adoption.ts';
export {
  ANNOTATION_PREFIX,
  ANNOTATIONS,
  type Annotation,
  type AnnotationKey,
  findAnnotation,
  MODES,
  nearestAnnotation,
  PROVIDERS,
} from './annotations.ts';
export { type Assignment, type Audience, assignLiteLlm } from './assignment.ts';
export { canonical, digest } from './canonical.ts';
export { type Claimant, type Declarer, decideClaim, type LastHolder, type NameState, type Verdict } from './claims.ts';
export type { FieldChange } from './difference.ts';
export { disarm } from './disarm.ts';
export { settleDoubt } from './doubt.ts';
export type { Entry, ModelRecord, StampedRecord } from './entry.ts';
export { type Judgement, judgeTakeOuts, type TakeOut } from './guard.ts';
export { holdsHidden } from './hidden.ts';
export { entryId, splitId } from './identity.ts';
export {
  basePathProblem,
  type Options,
  openAiBaseProblem,
  parseTokenCount,
  readOptions,
  servedNameProblem,
} from './options.ts';
export { holdsNull, mayPass, type PassThroughPlace } from './pass-through.ts';
export { PASS_THROUGH_INFO, PASS_THROUGH_PARAMS, type PassThrough } from './pass-through-table.ts';
export { MAX_PATTERN_LENGTH, matchesAny, matchesPattern } from './pattern.ts';
export { textProblem } from './plain-text.ts';
export {
  type Change,
  changesBackend,
  type DeleteReason,
  type Plan,
  planHold,
  planServe,
  planWithdraw,
  type ServeInput,
  takesOut,
} from './plan.ts';
export { applyPolicy, POLICIES, type Policy } from './policy.ts';
export type { Doubt, PodTemplate, Problem, Projection } from './projection.ts';
export { MAX_NAME_LENGTH, publicNameProblem } from './public-name.ts';
export { kindWord, REGISTER_KIND, registeredRef } from './register-ref.ts';
export {
  type Json,
  NO_NAMESPACE,
  parseSourceKey,
  type Registration,
  type SourceRef,
  sourceKey,
} from './registration.ts';
export {
  allowsName,
  CREDENTIAL_PARAM,
  createRights,
  nameRefusal,
  neverAllowed,
  neverKept,
  RIGHTS_RULES,
  type Rights,
  type RightsPlace,
  type RightsRule,
  SHARE_PARAMS,
  type SharedName,
  type TenantEntry,
  type TenantRights,
  USUAL_RIGHTS,
} from './rights.ts';
export { type SecretRef, sentKeyProblem } from './secret.ts';
export { readDuration, readTags } from './short-values.ts';
export { showable } from './showable.ts';
export { readStamp, STAMP_KEY, type Stamp } from './stamp.ts';
export { liftBlocks, planDown, type Unready } from './unready.ts';
export { quoted, visible } from './visible.ts';
