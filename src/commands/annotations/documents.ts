import { z } from 'zod';
import { ANNOTATION_PREFIX, ANNOTATIONS } from '../../registration/index.ts';
import { alignColumns, counted, paint } from '../output.ts';
import type { AddedToList } from './kserve.ts';
import { LIST_FIELD } from './merge-list.ts';

/** What `annotations -o json` prints. */
export const AnnotationsDocument = z.strictObject({
  annotations: z.array(
    z.strictObject({
      key: z.string().describe('The whole key, with its prefix.'),
      meaning: z.string(),
      allowed: z.string().describe('What a value may be, in words.'),
      default: z.string().describe('What holds without it, in words.'),
      example: z.string(),
      available: z.boolean().describe('False: known, and refused until a later version.'),
      source: z.string().describe('The one source whose objects may carry it. Absent: all.').optional(),
    }),
  ),
});
export type AnnotationsDocument = z.output<typeof AnnotationsDocument>;

/** What `annotations --kserve -o json` prints: the part of KServe's configuration, ready to be merged. */
export const KserveListDocument = z.strictObject({
  serviceAnnotationDisallowedList: z.array(z.string()).describe('Annotation keys that KServe shall not copy to pods.'),
});
export type KserveListDocument = z.output<typeof KserveListDocument>;

/** What `annotations --kserve --apply -o json` prints. */
export const KserveAppliedDocument = z.strictObject({
  namespace: z.string().describe('Where KServe’s ConfigMap inferenceservice-config stands.'),
  added: z.array(z.string()).describe('Keys that were added to the list. Empty: nothing was written.'),
  present: z.array(z.string()).describe('Keys that were in the list before.'),
});

/** Every annotation there is, from the table. */
export function annotationsDocument(): AnnotationsDocument {
  return {
    annotations: ANNOTATIONS.map(({ key, ...rest }) => ({ key: ANNOTATION_PREFIX + key, ...rest })),
  };
}

/** Our exact keys, and others that restart models in the same way. */
export function kserveKeys(also: readonly string[]): string[] {
  return [...new Set([...ANNOTATIONS.map(({ key }) => ANNOTATION_PREFIX + key), ...also])];
}

/** The table for people. */
export function annotationsTable({ annotations }: AnnotationsDocument): string {
  const rows = annotations.flatMap(({ key, meaning, allowed, default: without, example, available }) => [
    `${paint('bold', key)}  ${meaning}${available ? '' : paint('dim', ' (not supported by this version, and refused)')}`,
    ...alignColumns([
      ['    allowed', allowed],
      ['    without it', without],
      ['    example', example],
    ]),
  ]);
  return `${rows.join('\n')}\n`;
}

/** The part of KServe's configuration for people who merge it by hand: the same JSON. */
export function kserveList(document: KserveListDocument): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** What was done to KServe's list, for people. */
export function appliedText({ namespace, added, present }: AddedToList): string {
  const where = `${LIST_FIELD} of inferenceservice-config in namespace ${namespace}`;
  if (added.length === 0)
    return `Nothing to add: ${counted(present.length, 'key')} of ${present.length} in ${where}.\n`;
  const lines = added.map((key) => paint('green', `+ ${key}`));
  return `${lines.join('\n')}\nAdded ${counted(added.length, 'key')} to ${where}; ${present.length} were there. KServe reads it at its next look: no restart is needed.\n`;
}
