import type { Decision, Engine } from '../../controller/index.ts';
import type { LiteLlmClient, Registry } from '../../litellm/index.ts';
import {
  type AdoptedSetting,
  adoptedSettings,
  type Change,
  copiedOf,
  type ModelRecord,
  sourceKey,
} from '../../registration/index.ts';
import type { Choice, LeftOut, Takeover } from './choose.ts';

/** A takeover that can be done, and what it comes to. */
export interface Intent extends Takeover {
  /** The row that takes their place. */
  ours: Pick<ModelRecord, 'id' | 'params' | 'info'>;
  /** True where it stands already: an earlier run was interrupted, or theirs came later. */
  standing: boolean;
  /** By their row: what becomes of its settings. */
  settings: { row: ModelRecord; settings: AdoptedSetting[] }[];
}

export interface Rooms {
  engine: Engine;
  registry: Registry;
  client: LiteLlmClient;
  adopting: Map<string, readonly ModelRecord[]>;
}

/**
 * Asks the engine what comes of a choice: names are judged by the rules for all, as if theirs did not stand there. From then on it looks at
 * the objects for that alone.
 *
 * @throws LiteLlmError
 */
export async function intend({ takeovers: given, leftOut }: Choice, rooms: Rooms) {
  const { engine, registry, adopting } = rooms;
  const intents: Intent[] = [];
  const refused: LeftOut[] = [...leftOut, ...given.filter(isHalfBlocked).map(halfBlocked)];
  const takeovers = given.filter((takeover) => !isHalfBlocked(takeover));
  for (const takeover of takeovers) {
    const key = sourceKey(takeover.source);
    adopting.set(key, [...(adopting.get(key) ?? []), ...takeover.rows]);
  }
  for (const takeover of takeovers) {
    const key = sourceKey(takeover.source);
    const decision = await engine.verify(key);
    const made = decision?.plan.changes.find((change) => isCreated(change, takeover.name));
    const ours = made
      ? made.entry
      : registry.recordsOf(takeover.source).find(({ publicName }) => publicName === takeover.name);
    if (decision && ours) {
      const standing = made === undefined;
      intents.push({ ...takeover, ours, standing, settings: await settingsOf(takeover, ours, standing, rooms) });
    } else {
      const ids = takeover.rows.map(({ id }) => id);
      refused.push({ name: takeover.name, ids, why: whyNot(takeover, decision) });
      adopting.set(
        key,
        (adopting.get(key) ?? []).filter((row) => !takeover.rows.includes(row)),
      );
    }
  }
  return { intents, leftOut: refused };
}

/** One row that takes the place of both could only serve or not. */
function isHalfBlocked({ rows }: Takeover): boolean {
  return rows.some(({ blocked }) => blocked) && !rows.every(({ blocked }) => blocked);
}

function halfBlocked({ name, rows }: Takeover): LeftOut {
  const ids = rows.map(({ id }) => id);
  const blocked = rows.filter((row) => row.blocked).map(({ id }) => id);
  const why = `of its ${ids.length} rows ${blocked.join(', ')} ${blocked.length === 1 ? 'is' : 'are'} blocked in LiteLLM and the rest serves: delete or unblock what is blocked, then try again`;
  return { name, ids, why };
}

type Created = Change & { kind: 'create' };

function isCreated(change: Change, name: string): change is Created {
  return change.kind === 'create' && change.entry.publicName === name;
}

/** A list shows little of each row: theirs are read whole. */
async function settingsOf(
  { rows }: Takeover,
  ours: Intent['ours'],
  standing: boolean,
  { client }: Rooms,
): Promise<Intent['settings']> {
  const whole = standing ? ((await client.findById(ours.id)) ?? ours) : ours;
  const found: Intent['settings'] = [];
  const copied = standing ? undefined : copiedOf(rows);
  for (const row of rows) {
    const theirs = (await client.findById(row.id)) ?? row;
    found.push({ row: theirs, settings: adoptedSettings(theirs, whole, row === copied) });
  }
  return found;
}

function whyNot({ name, source }: Takeover, decision: Decision | undefined): string {
  if (!decision) return `${sourceKey(source)} cannot be read now`;
  const problem = decision.problems.find(({ message }) => message.includes(`"${name}"`)) ?? decision.problems[0];
  const why = problem?.message ?? decision.why ?? 'it does not serve';
  return `${sourceKey(source)} may not have it: ${why.replace(/\.$/, '')}`;
}
