import type { Decision, Engine } from '../../controller/index.ts';
import type { LiteLlmClient, Registry } from '../../litellm/index.ts';
import {
  type AdoptedSetting,
  adoptedSettings,
  type Change,
  copiedOf,
  isHalfBlocked,
  type ModelRecord,
  sourceKey,
  withKept,
} from '../../registration/index.ts';
import type { Choice, LeftOut, Takeover } from './choose.ts';

/** A takeover that can be done, and what it comes to. */
export interface Intent extends Takeover {
  /** The row that takes their place. */
  ours: Pick<ModelRecord, 'id' | 'params' | 'info'>;
  /** True where it stands already: an earlier run was interrupted, or theirs came later. */
  standing: boolean;
  /** Where it stands and is not what the object wants: what is written to it first. */
  mended: Pick<ModelRecord, 'params' | 'info'> | undefined;
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
  const refused: LeftOut[] = [...leftOut, ...given.filter(({ rows }) => isHalfBlocked(rows)).map(halfBlocked)];
  const takeovers = given.filter(({ rows }) => !isHalfBlocked(rows));
  for (const takeover of takeovers) {
    const key = sourceKey(takeover.source);
    adopting.set(key, [...(adopting.get(key) ?? []), ...takeover.rows]);
  }
  for (const takeover of takeovers) {
    const key = sourceKey(takeover.source);
    const decision = await engine.verify(key);
    const written = decision?.plan.changes.find((change) => isWritten(change, takeover.name));
    const ours =
      written?.kind === 'create'
        ? written.entry
        : registry.recordsOf(takeover.source).find(({ publicName }) => publicName === takeover.name);
    if (decision && ours) {
      const mended = written?.kind === 'update' ? written.entry : undefined;
      const intent = { ...takeover, ours: overlaid(ours, mended), standing: written?.kind !== 'create', mended };
      intents.push({ ...intent, settings: await settingsOf(intent, rooms) });
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

function halfBlocked({ name, rows }: Takeover): LeftOut {
  const ids = rows.map(({ id }) => id);
  const blocked = rows.filter((row) => row.blocked).map(({ id }) => id);
  const why = `of its ${ids.length} rows ${blocked.join(', ')} ${blocked.length === 1 ? 'is' : 'are'} blocked in LiteLLM and the rest serves: delete or unblock what is blocked, then try again`;
  return { name, ids, why };
}

function isWritten(change: Change, name: string): change is Change & { kind: 'create' | 'update' } {
  return (change.kind === 'create' || change.kind === 'update') && change.entry.publicName === name;
}

/** A row as it is once the entry is written to it. */
function overlaid({ id, params, info }: Intent['ours'], entry: Intent['mended']): Intent['ours'] {
  return { id, params: { ...params, ...entry?.params }, info: { ...info, ...entry?.info } };
}

/** A list shows little of each row: theirs are read whole. */
async function settingsOf(
  { rows, ours, standing, mended }: Omit<Intent, 'settings'>,
  { client }: Rooms,
): Promise<Intent['settings']> {
  const whole = standing ? overlaid((await client.findById(ours.id)) ?? ours, mended) : ours;
  const theirs: ModelRecord[] = [];
  for (const row of rows) theirs.push((await client.findById(row.id)) ?? row);
  const copied = standing ? undefined : copiedOf(theirs);
  const made = copied ? withKept(copied, whole) : whole;
  return theirs.map((row) => ({
    row,
    settings: row === copied ? adoptedSettings(row, whole, true) : adoptedSettings(row, made, false),
  }));
}

function whyNot({ name, source }: Takeover, decision: Decision | undefined): string {
  if (!decision) return `${sourceKey(source)} cannot be read now`;
  const problem = decision.problems.find(({ message }) => message.includes(`"${name}"`)) ?? decision.problems[0];
  const why = problem?.message ?? decision.why ?? 'it does not serve';
  return `${sourceKey(source)} may not have it: ${why.replace(/\.$/, '')}`;
}
