import { type Change, type Plan, takesOut } from './plan.ts';

/** How far the program may go: all changes, none that take a model out, or nothing but additions. */
export const POLICIES = ['sync', 'upsert-only', 'create-only'] as const;

export type Policy = (typeof POLICIES)[number];

/** Leaves out of a plan what the policy forbids. A superseded row may go under `upsert-only`: its entry remains. */
export function applyPolicy(plan: Plan, policy: Policy): Plan {
  if (policy === 'sync') return plan;
  return { ...plan, changes: plan.changes.filter((change) => allowed(change, policy)) };
}

function allowed(change: Change, policy: Policy): boolean {
  if (change.kind === 'create') return true;
  if (policy === 'create-only') return false;
  return !takesOut(change);
}
