import type { StampedRecord } from './entry.ts';
import { type Change, type Plan, planHold, planWithdraw } from './plan.ts';

/** What happens to the entries of an object that is down: not Ready, and no copy of it serves. */
export const UNREADY_POLICIES = ['Retain', 'Block', 'Withdraw'] as const;

export type UnreadyPolicy = (typeof UNREADY_POLICIES)[number];

/** What an object's owner wants of it while it is not Ready; never `Retain`, which is to do nothing. */
export interface Unready {
  policy: Exclude<UnreadyPolicy, 'Retain'>;
  /** For so long it may be down before anything happens, in milliseconds. */
  graceMs: number;
  /** That no copy serves is known. */
  down: boolean;
}

/** The changes for an object that has been down for longer than its owner lets it. */
export function planDown(policy: Unready['policy'], uid: string, records: StampedRecord[]): Plan {
  if (policy === 'Withdraw') return planWithdraw(records);
  const { changes } = planHold(uid, records);
  const own = records.filter((record) => record.stamp.uid === uid);
  return { changes: [...changes, ...own.flatMap(block)] };
}

/**
 * Takes back our own blocks of an object's rows; an administrator's stay. A row that is changed besides is so in the same write.
 *
 * @param plan - what else is to be done about them
 */
export function liftBlocks(plan: Plan, uid: string, records: readonly StampedRecord[]): Plan {
  const blocked = records.filter(({ stamp }) => stamp.uid === uid && stamp.blockedByUs === true);
  if (blocked.length === 0) return plan;
  const changes = plan.changes.map((change) =>
    change.kind === 'update' && blocked.some(({ id }) => id === change.record.id) ? lifted(change) : change,
  );
  const touched = new Set(
    plan.changes.flatMap((change) => (change.kind === 'update' || change.kind === 'delete' ? change.record.id : [])),
  );
  const others = blocked.filter(({ id }) => !touched.has(id)).map((record) => lifted(markOnly(record, false)));
  // First of all: calls for the model are refused until then.
  return { ...plan, changes: [...others, ...changes] };
}

/** One that somebody else blocked is left alone; one that we did and somebody let go, too. */
function block(record: StampedRecord): Change[] {
  if (record.blocked || record.stamp.blockedByUs === true) return [];
  const change = markOnly(record, true);
  return [{ ...change, blocked: true, fields: [{ field: 'blocked', from: false, to: true }] }];
}

function lifted(change: Change & { kind: 'update' }): Change {
  const { record, fields } = change;
  // Somebody has let it go: then there is but our mark to take away.
  if (!record.blocked) return change;
  return { ...change, blocked: false, fields: [{ field: 'blocked', from: true, to: false }, ...fields] };
}

/** A write that changes nothing but the mark. */
function markOnly(record: StampedRecord, blockedByUs: boolean): Change & { kind: 'update' } {
  const { id, publicName, stamp } = record;
  const { blockedByUs: _, ...mark } = stamp;
  const entry = { id, publicName, params: {}, info: {}, stamp: blockedByUs ? { ...mark, blockedByUs } : mark };
  return { kind: 'update', record, entry, fields: [] };
}
