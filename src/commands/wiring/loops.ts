import type { Settings } from '../../config/index.ts';
import { type Check, createLoop, type Loop, type Outcome, type SourceChange } from '../../controller/index.ts';
import type { Metrics } from '../../telemetry/index.ts';
import type { Instance } from './instance.ts';
import { unsettled } from './readiness.ts';
import type { Reporting } from './reporting.ts';
import type { Rooms } from './rooms.ts';

export interface LoopsOptions {
  rooms: Rooms;
  settings: Settings;
  reporting: Reporting;
  metrics: Metrics;
  /** How long writes in hand may go on after the signal, in milliseconds. */
  drainMs: number;
}

/** The loops of all LiteLLMs, each by itself, as one. */
export interface Loops {
  changed(litellm: string, change: SourceChange): void;
  /** Runs until the signal is aborted. @returns false where something was cut off */
  run(signal: AbortSignal): Promise<boolean>;
  /** What is missing is told with the name of its LiteLLM, where there are several. */
  ready: () => Check;
  live: () => Check;
  readonly depth: number;
}

/** One loop for each LiteLLM: one that hangs keeps none of the others waiting, also while they start. */
export function openLoops({ rooms, settings, reporting, metrics, drainMs }: LoopsOptions): Loops {
  const { instances } = rooms;
  const loops = new Map<string, Loop>();
  for (const instance of instances) loops.set(instance.name, openLoop(instance));

  function openLoop(instance: Instance): Loop {
    const { engine, gate, log } = instance;
    const { report, held } = reporting.of(instance);
    return createLoop({
      engine,
      report: {
        ...report,
        tell(outcome) {
          report.tell(outcome);
          tellOthers(instance, outcome);
        },
      },
      gate,
      sourcesSettled: rooms.settled,
      unsettled: () => unsettled(rooms),
      resyncMs: settings['resync-interval'],
      backoff: { minMs: settings['backoff-min'], maxMs: settings['backoff-max'] },
      drainMs,
      log,
      becameVisible: (seconds) => metrics.becameVisible(seconds),
      judged: (judgement) => held.tell(judgement),
    });
  }

  /** Those where an object stands that now stands elsewhere too: what is there may be ready to go. */
  function tellOthers(teller: Instance, { applied, decision: { source } }: Outcome): void {
    if (applied.length === 0) return;
    for (const { name, registry } of instances) {
      if (name === teller.name || registry.recordsOf(source).length === 0) continue;
      loops.get(name)?.changed({ ...source, meaning: 'changed' });
    }
  }

  function together(check: (loop: Loop) => Check): Check {
    const checks = [...loops].map(([name, loop]) => ({ name, ...check(loop) }));
    const several = checks.length > 1;
    return {
      ok: checks.every(({ ok }) => ok),
      reasons: checks.flatMap(({ name, reasons }) =>
        reasons.map((reason) => (several ? `LiteLLM ${name}: ${reason}` : reason)),
      ),
    };
  }

  return {
    changed: (litellm, change) => loops.get(litellm)?.changed(change),
    async run(signal) {
      const inOrder = await Promise.all([...loops.values()].map((loop) => loop.run(signal)));
      return inOrder.every(Boolean);
    },
    ready: () => together((loop) => loop.ready()),
    live: () => together((loop) => loop.live()),
    get depth() {
      return [...loops.values()].reduce((sum, { depth }) => sum + depth, 0);
    },
  };
}
