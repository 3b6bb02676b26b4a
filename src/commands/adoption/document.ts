import { z } from 'zod';
import { type StampedRecord, sourceKey, visible } from '../../registration/index.ts';
import type { Unfinished } from './carry-out.ts';
import type { LeftOut } from './choose.ts';
import type { Intent } from './intend.ts';

const Setting = z.strictObject({
  field: z.string().describe('litellm_params.KEY or model_info.KEY'),
  fate: z.enum(['kept', 'changed', 'lost']),
  value: z.json().optional().describe('Absent where LiteLLM hides it, or where it looks like a secret.'),
  ours: z.json().optional().describe('Where it is changed: what the new row has.'),
});

const Theirs = z.strictObject({
  id: z.string().describe('The id of the row in LiteLLM.'),
  ownerId: z.string().optional().describe('Absent on a row that was made by hand.'),
  blocked: z.boolean().describe('Switched off in LiteLLM; the new row is too.'),
  settings: z.array(Setting),
});

/** What `adopt -o json` prints. */
export const AdoptDocument = z.strictObject({
  ownerId: z.string().describe('The owner id of this installation.'),
  models: z
    .array(
      z.strictObject({
        name: z.string().describe('The public name.'),
        source: z.string().describe('kind/namespace/name of the object that takes it over.'),
        id: z.string().describe('The id of the row that takes the place of the others.'),
        standing: z.boolean().describe('It stood there before.'),
        result: z.enum(['planned', 'taken-over', 'unfinished']),
        why: z.string().optional().describe('Where it is unfinished.'),
        theirs: z.array(Theirs),
      }),
    )
    .describe('What is taken over.'),
  leftOut: z
    .array(z.strictObject({ name: z.string(), ids: z.array(z.string()), why: z.string() }))
    .describe('What stays as it is.'),
  unread: z.array(z.string()).describe('Sources that could not be read: their objects are not known.'),
});
export type AdoptDocument = z.output<typeof AdoptDocument>;

/**
 * What a terminal would obey is spelled out, as in the plan for people.
 *
 * @param unfinished - what could not be finished; undefined where nothing was begun
 */
export function adoptDocument(
  ownerId: string,
  intents: readonly Intent[],
  { leftOut, unread, unfinished }: { leftOut: LeftOut[]; unread: string[]; unfinished: Unfinished[] | undefined },
): AdoptDocument {
  const document: AdoptDocument = {
    ownerId,
    models: intents.map((intent) => {
      const failed = unfinished?.find((one) => one.intent === intent);
      return {
        name: intent.name,
        source: sourceKey(intent.source),
        id: intent.ours.id,
        standing: intent.standing,
        result: !unfinished ? 'planned' : failed ? 'unfinished' : 'taken-over',
        ...(failed && { why: failed.why }),
        theirs: intent.settings.map(({ row, settings }) => ({
          id: row.id,
          ...(row.stamp && { ownerId: row.stamp.owner }),
          blocked: row.blocked,
          settings: settings.map(({ value, ...rest }) => ({ ...rest, ...(value !== undefined && { value }) })),
        })),
      };
    }),
    leftOut,
    unread,
  };
  return AdoptDocument.parse(spelledOut(document));
}

/** A value of JSON with all its texts and keys made visible. */
function spelledOut(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) return value.map(spelledOut);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [visible(key), spelledOut(part)]));
}

/** What `withdraw -o json` prints. */
export const WithdrawDocument = z.strictObject({
  ownerId: z.string().describe('The owner id whose models these are.'),
  models: z.array(
    z.strictObject({
      name: z.string().describe('The public name.'),
      id: z.string().describe('The id of the row in LiteLLM.'),
      source: z.string().describe('kind/namespace/name of the object that it stands for.'),
      result: z.enum(['planned', 'withdrawn', 'left']),
    }),
  ),
  again: z.int().describe('How many were there again at the end: a controller runs.'),
  controllers: z.array(z.string()).describe('namespace/name of controllers that are installed and not scaled to 0.'),
});
export type WithdrawDocument = z.output<typeof WithdrawDocument>;

/** A row for printing. What a terminal would obey is spelled out. */
export function withdrawnModel(
  { publicName, id, stamp }: StampedRecord,
  result: WithdrawDocument['models'][number]['result'],
): WithdrawDocument['models'][number] {
  return { name: visible(publicName), id: visible(id), source: visible(stamp.source), result };
}
