import { Command } from 'commander';
import type { Engine, SourceChange } from '../controller/index.ts';
import type { ReflectorState } from '../kubernetes/index.ts';
import { createMetrics, type Logger, type Metrics, startServer } from '../telemetry/index.ts';
import { type RightsWatch, rightsOfRun, watchRights } from './doctor/index.ts';
import { addSettings, type Exit, settingsOf, TAKES } from './options.ts';
import { stopSignal } from './stop-signal.ts';
import {
  chooseSources,
  type Leadership,
  type Loops,
  logFor,
  openLeadership,
  openLoops,
  openReporting,
  openRooms,
  type Reporting,
  type Rooms,
  readinessOf,
} from './wiring/index.ts';

/** A SIGTERM is followed by this much time for writes in hand; Events get what is left of ten seconds. */
const DRAIN_MS = 7_000;
const FLUSH_MS = 2_000;

const EXAMPLES = `
Examples:
  In a cluster, with the key from a mounted Secret:
  $ model-registrar run --litellm-url http://litellm.litellm.svc:4000 --litellm-key-file /etc/litellm/key --owner-id prod-eu

  On a laptop, against the current context, watching only:
  $ MODEL_REGISTRAR_LITELLM_KEY=… model-registrar run --litellm-url http://127.0.0.1:4000 --dry-run

Exit codes: 0 it was stopped, 1 it could not start, or another has taken over the Lease by which it led: start it again.`;

/** `model-registrar run`: the controller, until SIGTERM or SIGINT. */
export function runCommand(exit: Exit): Command {
  const command = new Command('run').description('The controller: keeps LiteLLM in step until it is stopped.');
  addSettings(command, TAKES.run).addHelpText('after', EXAMPLES);
  return command.action(async () => {
    const settings = settingsOf(command);
    const ended = await runController({ settings, log: logFor(settings), signal: stopSignal().signal });
    exit(ended === 'stopped' ? 0 : 1);
  });
}

export interface RunOptions {
  settings: ReturnType<typeof settingsOf>;
  log: Logger;
  signal: AbortSignal;
  /** Told where `/metrics`, `/healthz` and `/readyz` are served. */
  onListening?: (url: string) => void;
}

/**
 * The controller itself: rooms, loop, Events, figures and the small server, until the signal is aborted. Where there is an election it
 * follows the sources from the start, and works once it is elected; with the Lease all of it ends.
 *
 * @throws ConfigError, KubeconfigError, KubernetesError, ListenError: before it has begun, each with a plain sentence
 */
export async function runController(options: RunOptions): Promise<'stopped' | 'lost'> {
  const { settings, log, signal, onListening } = options;
  const metrics = createMetrics();
  const dryRun = settings['dry-run'];
  let loops: Loops | undefined;
  let leadership: Leadership | undefined;
  // Told to stop, it lets the call in hand end and begins no other: with a slow LiteLLM sixteen objects in hand would take longer than there is time.
  const mayCall = (): boolean => !signal.aborted && (leadership?.mayWrite() ?? false);
  const onChange = (litellm: string, change: SourceChange): void => loops?.changed(litellm, change);
  const rooms = await openRooms({ settings, log, metrics, dryRun, onChange, mayCall, signal }).catch(
    (error: unknown) => {
      if (!signal.aborted) throw error;
    },
  );
  if (!rooms) return 'stopped';
  leadership = openLeadership({ ...rooms, settings, log });
  const reporting = openReporting(rooms, settings, log, metrics);
  const { recorder } = reporting;
  loops = openLoops({ rooms, settings, reporting, metrics, drainMs: DRAIN_MS });
  readFigures(metrics, rooms, loops, reporting);
  const { connection, reflectors } = rooms;
  const groups = rightsOfRun(chooseSources(settings), settings, connection);
  const rights = watchRights({ groups, connection, log });
  for (const { reflector } of reflectors) reflector.onState((state) => lookAtRights(rights, state));
  metrics.readAtScrape({ leads: mayCall, rightsMissing: () => rights.missing });
  const controller = { loop: loops, leadership, rooms, signal };
  const { live } = loops;
  const server = await startServer({
    listen: settings.listen,
    metrics,
    ready: () => readinessOf(controller),
    live,
  }).catch(async (error) => {
    await rights.stop();
    await rooms.close();
    throw error;
  });
  onListening?.(server.url);
  log.info(
    {
      owner: rooms.owner,
      cluster: rooms.connection.server,
      litellm: settings['litellm-url'],
      ...furtherOf(rooms),
      listen: server.url,
      dryRun,
    },
    'started',
  );
  // A write that was cut off may still arrive: the next one then begins when the Lease has run out, as after a crash.
  let inOrder = false;
  try {
    inOrder = !(await leadership.gain(signal)) || (await loops.run(AbortSignal.any([signal, leadership.lost])));
  } finally {
    // Also where it cannot go on: another replica is to take over, or Kubernetes to start it again.
    log.info('stopping');
    await leadership.end(inOrder);
    await recorder.flush(FLUSH_MS);
    recorder.stop();
    await rights.stop();
    await rooms.close();
    await server.close();
    log.info('stopped');
  }
  return leadership.lost.aborted ? 'lost' : 'stopped';
}

/** A source that may not be read, or may be again: which right it was shows when they are asked for anew. */
function lookAtRights(rights: RightsWatch, state: ReflectorState): void {
  if (state === 'forbidden' || rights.missing.length > 0) rights.lookAgain();
}

function readFigures(metrics: Metrics, { instances, reflectors }: Rooms, loops: Loops, reporting: Reporting): void {
  const missed = new Map<object, number>();
  for (const { source, reflector } of reflectors) {
    // With several namespaces a source is synced when each of them is.
    const note = (): void => {
      const states = reflectors.flatMap((one) => (one.source === source ? [one.reflector.state] : []));
      metrics.sourceSynced(
        source.kind,
        states.every((state) => state === 'synced'),
      );
    };
    note();
    reflector.onState(note);
  }
  metrics.readAtScrape({
    queueDepth: () => loops.depth,
    deletesHeld: () => instances.reduce((sum, { engine }) => sum + heldBy(engine), 0),
    staleness: () =>
      reflectors.map(({ source, reflector }) => {
        metrics.watchMissed(source.kind, reflector.misses - (missed.get(reflector) ?? 0));
        missed.set(reflector, reflector.misses);
        return { source: source.kind, seconds: reflector.stalenessMs / 1000 };
      }),
    registrations: () => reporting.states(),
    rightsViolations: () => reporting.violations(),
  });
}

function heldBy({ judgement }: Engine): number {
  return judgement?.held ? judgement.takeOuts.length : 0;
}

/** The addresses of the LiteLLMs beside the default one, by name. */
function furtherOf({ instances: [, ...further] }: Rooms): { litellms?: Record<string, string | undefined> } {
  if (further.length === 0) return {};
  return { litellms: Object.fromEntries(further.map(({ name, settings }) => [name, settings['litellm-url']])) };
}
