import { once } from 'node:events';
import { type ChildSpec, killGroup, spawnChild } from './child.ts';
import { BedError } from './errors.ts';

const running = new Set<number>();
let aborted = false;

/** Runs a command to its end, its output in the log file. Throws BedError `command-failed` on a bad exit. */
export async function runStep(spec: ChildSpec): Promise<void> {
  if (aborted) throw new BedError('command-failed', 'The bed is ending: nothing more is started for it.');
  const child = await spawnChild(spec);
  const ended = once(child, 'exit');
  if (child.pid !== undefined) running.add(child.pid);
  try {
    const [code, signal] = await ended;
    if (code === 0) return;
    throw new BedError(
      'command-failed',
      `${spec.command} ${spec.args.slice(0, 4).join(' ')} … ended with ${signal ?? `exit ${code}`}.`,
    );
  } finally {
    if (child.pid !== undefined) running.delete(child.pid);
  }
}

/** Ends every step that runs, with all that it started, and lets none begin any more: the bed is no longer wanted. */
export function abortSteps(): void {
  aborted = true;
  for (const pid of running) killGroup(pid, 'SIGKILL');
}
