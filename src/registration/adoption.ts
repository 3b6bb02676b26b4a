import { buildEntry, type ModelRecord } from './entry.ts';
import { entryId } from './identity.ts';
import { type Change, entryRows, mendInPlace, type Plan, type ServeInput } from './plan.ts';

/**
 * The changes by which an object's rows take the place of others': ours is made beside theirs, with what others set there, or brought in step
 * where it stands already, and theirs goes `settle` later, when every replica of LiteLLM knows ours. Nothing else of the object is planned.
 *
 * @param adopted - the rows to take over that still stand
 * @param names - the public names that are taken over
 */
export function planAdoption(input: ServeInput, adopted: readonly ModelRecord[], names: ReadonlySet<string>): Plan {
  const { owner, source, uid, now, settleMs } = input;
  const later: number[] = [];
  const writes: Change[] = [];
  const deletes: Change[] = [];
  for (const registration of input.granted.filter(({ publicName }) => names.has(publicName))) {
    const { publicName } = registration;
    const theirs = adopted.filter((row) => row.publicName === publicName);
    // Whether ours is to be blocked, nobody can tell then.
    if (isHalfBlocked(theirs)) continue;
    const [current] = entryRows(input, publicName);
    const mending = current && mendInPlace(input, registration, current);
    if (mending) writes.push(mending);
    if (!current) {
      if (!input.mayStart) continue;
      const since = inheritedSince(theirs) ?? now;
      const copyFrom = copiedOf(theirs);
      const entry = buildEntry({ owner, source, uid, registration, generation: 1, since, created: now });
      writes.push({ kind: 'create', why: 'adopted', entry, ...(copyFrom && { copyFrom }) });
    }
    const due = (current && !mending ? Date.parse(current.stamp.created) : now) + settleMs;
    const needs = [current?.id ?? entryId({ owner, source, uid, publicName })];
    for (const record of theirs) {
      if (due > now) later.push(due);
      else deletes.push({ kind: 'delete', record, why: 'adopted', needs });
    }
  }
  const changes = [...writes, ...deletes];
  return later.length > 0 ? { changes, dueAt: Math.min(...later) } : { changes };
}

/** Leaves nothing in a plan but what takes rows over, or prepares that. */
export function adoptionsOf(plan: Plan): Plan {
  const changes = plan.changes.filter(
    (change) => change.kind === 'update' || ('why' in change && change.why === 'adopted'),
  );
  return { ...plan, changes };
}

/** A moment before theirs: the older of two stamped rows stays, so that no controller takes ours out while both stand. */
function inheritedSince(theirs: readonly ModelRecord[]): number | undefined {
  const known = theirs.flatMap(({ stamp }) => (stamp ? [Date.parse(stamp.since)] : []));
  return known.length > 0 ? Math.min(...known) - 1 : undefined;
}

/** True where some of the rows are blocked and others are not: one that takes the place of all could only serve or not. */
export function isHalfBlocked(rows: readonly ModelRecord[]): boolean {
  return rows.some(({ blocked }) => blocked) && !rows.every(({ blocked }) => blocked);
}

/** The one of several rows whose settings are taken over. */
export function copiedOf(rows: readonly ModelRecord[]): ModelRecord | undefined {
  return rows.toSorted(byMaking)[0];
}

/** Of several generations the last: what others set is set on that one. Of rows that were made by hand nothing tells: the first by id. */
function byMaking(one: ModelRecord, other: ModelRecord): number {
  const later = Date.parse(other.stamp?.created ?? '1970') - Date.parse(one.stamp?.created ?? '1970');
  return later || (one.id < other.id ? -1 : 1);
}
