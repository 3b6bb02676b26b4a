import { ANNOTATION_PREFIX, findAnnotation } from './annotations.ts';
import { type PassThroughPlace, readPassThrough } from './pass-through.ts';
import type { Problem } from './projection.ts';
import type { Json } from './registration.ts';
import type { TenantRights } from './rights.ts';

/** Reads an annotation of further settings, and adds what is wrong with it to the problems: then none of them counts. Values are not repeated: they may be credentials in the wrong place. */
export function readFurther(
  key: 'litellm-params' | 'model-info',
  place: PassThroughPlace,
  value: string | undefined,
  problems: Problem[],
  rights: TenantRights | undefined,
): Record<string, Json> {
  if (value === undefined) return {};
  const read = readPassThrough(place, value, rights);
  // A key that is not on the list may be a slip; a credential is the administrator's to give.
  const [ungiven = [], wrong = []] = [true, false].map((is) =>
    read.problems.filter((one) => (one.rule === 'credential') === is),
  );
  for (const { message } of ungiven) {
    problems.push({ reason: 'NotAllowed', message: `${ANNOTATION_PREFIX}${key}: ${message}.`, rule: 'credential' });
  }
  if (wrong.length > 0) {
    const allowed = findAnnotation(key)?.allowed ?? '';
    const told = wrong.slice(0, 3).map(({ message }) => message);
    const rule = wrong.find((one) => one.rule)?.rule;
    problems.push({
      reason: 'InvalidAnnotation',
      message: `${ANNOTATION_PREFIX}${key}: ${told.join('; ')}. Allowed: ${allowed}.`,
      ...(rule && { rule }),
    });
  }
  return read.values;
}
