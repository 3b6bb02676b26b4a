import type { Loop } from '../../controller/index.ts';
import type { Leadership } from './leadership.ts';
import type { Rooms } from './rooms.ts';

interface Readiness {
  ok: boolean;
  reasons: string[];
}

const STOPPING: Readiness = { ok: false, reasons: ['it was told to stop'] };
const OVERDUE: Readiness = {
  ok: false,
  reasons: ['the Lease could not be renewed in time: nothing is written until it can'],
};

/** What `/readyz` answers: of a leader whether it does its work, of one that stands by whether it could take over at once. */
export function readinessOf(controller: {
  loop: Pick<Loop, 'ready'>;
  leadership: Leadership;
  rooms: Pick<Rooms, 'reflectors'>;
  signal: AbortSignal;
}): Readiness {
  const { loop, leadership, rooms, signal } = controller;
  if (signal.aborted) return STOPPING;
  if (!leadership.standsBy) return leadership.mayWrite() ? loop.ready() : OVERDUE;
  const missing = unsettled(rooms).map((what) => `${what} has not been read yet`);
  return missing.length > 0 ? { ok: false, reasons: missing } : { ok: true, reasons: ['standing by'] };
}

/** The sources that have not been read, for people. */
export function unsettled({ reflectors }: Pick<Rooms, 'reflectors'>): string[] {
  return reflectors.flatMap(({ source, reflector }) =>
    reflector.state === 'starting' || reflector.state === 'failing' ? [`the source ${source.kind}`] : [],
  );
}
