import { setTimeout as wait } from 'node:timers/promises';
import { type Connection, KubernetesError, type Lease, listLeases } from '../../kubernetes/index.ts';
import { LEASE_LABELS, OWNER_ANNOTATION } from '../wiring/index.ts';

/** Longest wait for the API server. */
const PATIENCE_MS = 5_000;
/** By so much the clocks of two machines may differ. */
const SKEW_MS = 30_000;

const SELECTOR = Object.entries(LEASE_LABELS)
  .map(([key, value]) => `${key}=${value}`)
  .join();

/**
 * The Leases by which controllers of this owner id lead just now: renewed so lately, by the clocks, that they have not run out; or seen to
 * change, where the clocks do not say so. That takes a fifth of the Lease's duration.
 *
 * @param place - where Leases are looked for if this user may not see those of all namespaces
 * @returns undefined where this user may see no Leases
 * @throws KubernetesError where the API server cannot be asked
 */
export async function leadersOf(connection: Connection, owner: string, place: string): Promise<Lease[] | undefined> {
  try {
    const held = (await leases(connection, place)).filter(
      ({ annotations, record }) => annotations[OWNER_ANNOTATION] === owner && record.holder !== '',
    );
    const silent = held.filter((lease) => !isFresh(lease, Date.now()));
    const changed = silent.length > 0 ? await seenToChange(connection, place, silent) : [];
    return held.filter((lease) => !silent.includes(lease) || changed.includes(lease));
  } catch (error) {
    if (error instanceof KubernetesError && error.code === 'forbidden') return undefined;
    throw error;
  }
}

async function leases(connection: Connection, namespace: string): Promise<Lease[]> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return listLeases(connection, { labelSelector: SELECTOR }, signal).catch((error: unknown) => {
    if (!(error instanceof KubernetesError) || error.code !== 'forbidden') throw error;
    return listLeases(connection, { namespace, labelSelector: SELECTOR }, signal);
  });
}

function isFresh({ record: { renewTime = '', durationMs } }: Lease, now: number): boolean {
  const sinceMs = now - Date.parse(renewTime);
  // One that is far ahead was written by a clock that is wrong: it says nothing.
  return sinceMs > -SKEW_MS && sinceMs < durationMs + SKEW_MS;
}

async function seenToChange(connection: Connection, place: string, before: readonly Lease[]): Promise<Lease[]> {
  await wait(Math.max(...before.map(({ record }) => record.durationMs / 5)));
  const after = await leases(connection, place);
  return before.filter(({ namespace, name, record }) => {
    const now = after.find((lease) => lease.namespace === namespace && lease.name === name);
    return now !== undefined && now.record.holder !== '' && now.record.renewTime !== record.renewTime;
  });
}

/**
 * How to stop them.
 *
 * @param controllers - those that are installed, as `namespace/name`
 */
export function howToStop(leaders: readonly Lease[], controllers: readonly string[]): string[] {
  const namespaces = new Set(leaders.map(({ namespace }) => namespace));
  return [...namespaces].flatMap((namespace) => {
    const installed = controllers.filter((one) => one.startsWith(`${namespace}/`)).map((one) => one.split('/')[1]);
    return (installed.length > 0 ? installed : ['model-registrar']).map(
      (name) => `kubectl -n ${namespace} scale deployment/${name} --replicas=0`,
    );
  });
}

/** `POD holds the Lease NAMESPACE/NAME`, for each of them. */
export function whoLeads(leaders: readonly Lease[]): string {
  return leaders
    .map(({ namespace, name, record }) => `${record.holder} holds the Lease ${namespace}/${name}`)
    .join(', and ');
}
