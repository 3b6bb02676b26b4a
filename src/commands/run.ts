import { Command } from 'commander';
import { createLoop, type Loop, type Report, type SourceChange } from '../controller/index.ts';
import { createMetrics, type Logger, type Metrics, startServer } from '../telemetry/index.ts';
import { addSettings, type Exit, settingsOf, TAKES } from './options.ts';
import { openReporting } from './reporting.ts';
import { logFor, openRooms, type Rooms } from './rooms.ts';
import { stopSignal } from './stop-signal.ts';

/** A SIGTERM is followed by this much time for writes in hand; Events get what is left of ten seconds. */
const DRAIN_MS = 7_000;
const FLUSH_MS = 2_000;

const EXAMPLES = `
Examples:
  In a cluster, with the key from a mounted Secret:
  $ model-registrar run --litellm-url http://litellm.litellm.svc:4000 --litellm-key-file /etc/litellm/key --owner-id prod-eu

  On a laptop, against the current context, watching only:
  $ MODEL_REGISTRAR_LITELLM_KEY=… model-registrar run --litellm-url http://127.0.0.1:4000 --dry-run

Exit codes: 0 it was stopped, 1 it could not start.`;

/** `model-registrar run`: the controller, until SIGTERM or SIGINT. */
export function runCommand(exit: Exit): Command {
  const command = new Command('run').description('The controller: keeps LiteLLM in step until it is stopped.');
  addSettings(command, TAKES.run).addHelpText('after', EXAMPLES);
  return command.action(async () => {
    const settings = settingsOf(command);
    await runController({ settings, log: logFor(settings), signal: stopSignal().signal });
    exit(0);
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
 * The controller itself: rooms, loop, Events, figures and the small server, until the signal is aborted.
 *
 * @throws ConfigError, KubeconfigError, KubernetesError, ListenError: before it has begun, each with a plain sentence
 */
export async function runController({ settings, log, signal, onListening }: RunOptions): Promise<void> {
  const metrics = createMetrics();
  const dryRun = settings['dry-run'];
  let loop: Loop | undefined;
  const onChange = (change: SourceChange): void => loop?.changed(change);
  const rooms = await openRooms({ settings, log, metrics, dryRun, onChange, signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  if (!rooms) return;
  const { report, recorder } = openReporting(rooms, settings, log, metrics);
  loop = createLoop({
    engine: rooms.engine,
    report,
    gate: rooms.gate,
    sourcesSettled: rooms.settled,
    unsettled: () =>
      rooms.reflectors.flatMap(({ source, reflector }) =>
        reflector.state === 'starting' || reflector.state === 'failing' ? [`the source ${source.kind}`] : [],
      ),
    resyncMs: settings['resync-interval'],
    backoff: { minMs: settings['backoff-min'], maxMs: settings['backoff-max'] },
    drainMs: DRAIN_MS,
    log,
    becameVisible: (seconds) => metrics.becameVisible(seconds),
  });
  readFigures(metrics, rooms, loop, report);
  const server = await startServer({ listen: settings.listen, metrics, ready: loop.ready, live: loop.live }).catch(
    async (error) => {
      await rooms.close();
      throw error;
    },
  );
  onListening?.(server.url);
  log.info(
    {
      owner: rooms.owner,
      cluster: rooms.connection.server,
      litellm: settings['litellm-url'],
      listen: server.url,
      dryRun,
    },
    'started',
  );
  await loop.run(signal);
  log.info('stopping');
  await recorder.flush(FLUSH_MS);
  recorder.stop();
  await rooms.close();
  await server.close();
  log.info('stopped');
}

function readFigures(metrics: Metrics, { reflectors }: Rooms, loop: Loop, report: Report): void {
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
    queueDepth: () => loop.depth,
    staleness: () =>
      reflectors.map(({ source, reflector }) => {
        metrics.watchMissed(source.kind, reflector.misses - (missed.get(reflector) ?? 0));
        missed.set(reflector, reflector.misses);
        return { source: source.kind, seconds: reflector.stalenessMs / 1000 };
      }),
    registrations: () => report.states(),
  });
}
