import { Command, InvalidArgumentError, Option } from 'commander';
import { describeError, heldFields, type Outcome, onePass } from '../controller/index.ts';
import type { ReflectorState } from '../kubernetes/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { addSettings, type Exit, settingsOf, TAKES } from './options.ts';
import { logFor, openReporting, openRooms, type Rooms, settledOrFailing } from './wiring/index.ts';

const EXAMPLES = `
Examples:
  $ model-registrar sync --litellm-url http://127.0.0.1:4000 --litellm-key-file key.txt
  $ model-registrar sync --namespace team-a --policy upsert-only --dry-run

Deletes that are held, and the hash that confirms them, are shown by plan, and by an Event on the controller's Deployment. It is a pass like any other
that carries them out too: give it the settings of the controller.
  $ model-registrar sync --confirm-deletes 3f9a1c0b7d2e

A LiteLLM that answers when it begins, and then is busy or away, is waited for, for up to a minute.

Exit codes: 0 all is in step, 1 something failed or is held.`;

/** How long a LiteLLM that does not work any more is waited for, in milliseconds. */
const AWAY_MS = 60_000;

/** `model-registrar sync`: one pass of the controller, then exit. */
export function syncCommand(exit: Exit): Command {
  const command = new Command('sync').description('One pass over all objects, then exit: 0 done, 1 something failed.');
  addSettings(command, TAKES.sync)
    .addOption(
      new Option(
        '--confirm-deletes <hash>',
        'Carry out the deletes that are held, if they are exactly those of this hash.',
      )
        .argParser(readHash)
        .helpGroup('How changes are made:'),
    )
    .addHelpText('after', EXAMPLES);
  return command.action(async () => {
    const { confirmDeletes } = command.opts<{ confirmDeletes?: string }>();
    exit(await sync(settingsOf(command), confirmDeletes));
  });
}

function readHash(text: string): string {
  if (/^[0-9a-f]{12}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be the 12 hexadecimal digits that plan shows.');
}

async function sync(settings: ReturnType<typeof settingsOf>, confirmedDeletes?: string): Promise<number> {
  const log = logFor(settings);
  const dryRun = settings['dry-run'];
  const rooms = await openRooms({ settings, log, dryRun, confirmedDeletes });
  const { report, recorder } = openReporting(rooms, settings, log);
  try {
    const unread = await readAll(rooms);
    await rooms.engine.judge();
    if (confirmedDeletes !== undefined && isAnotherSet(rooms, confirmedDeletes, log)) return 1;
    const outcomes = await onePass({
      engine: rooms.engine,
      patienceMs: settings['rollout-wait'] + 1_000,
      tell: report.tell,
      gate: rooms.gate,
      awayMs: AWAY_MS,
      waits: () => log.warn({ error: describeError(rooms.gate.trouble) }, 'LiteLLM is waited for, for up to a minute'),
    });
    await recorder.flush();
    return summarise(outcomes, unread, rooms, log, dryRun);
  } finally {
    recorder.stop();
    await rooms.close();
  }
}

/** What was confirmed is not what would be done: then nothing at all is. */
function isAnotherSet({ engine }: Rooms, confirmed: string, log: Logger): boolean {
  const { judgement } = engine;
  if (judgement?.takeOuts.length === 0) {
    const message =
      'there is nothing to confirm here: nothing was written. Look at model-registrar plan, with the settings of the controller';
    log.error({ confirmed }, message);
    return true;
  }
  if (!judgement || judgement.hash === confirmed) return false;
  log.error(
    { ...heldFields(judgement), confirmed },
    'the confirmed deletes are not those that would be made now: nothing was written. Look at model-registrar plan, and confirm anew',
  );
  return true;
}

const UNREAD: Record<Exclude<ReflectorState, 'synced'>, string> = {
  starting: 'it was not read',
  absent: 'its CRD is not installed in the cluster',
  forbidden: 'listing it is forbidden: give the account the rights of manifests/base',
  failing: 'the API server does not answer',
};

/**
 * Reads all sources and LiteLLM's list. Unlike the controller it does not wait for an API server that cannot be asked.
 *
 * @returns sources that could not be read: of those nothing is changed
 * @throws LiteLlmError, and KubernetesError where not one source could be asked for
 */
export async function readAll({ engine, reflectors, relatedTried, backends }: Rooms): Promise<string[]> {
  await Promise.all([
    engine.refresh(),
    relatedTried,
    backends?.tried,
    ...reflectors.map(({ reflector }) => settledOrFailing(reflector)),
  ]);
  const troubles = reflectors.map(({ reflector }) => (reflector.state === 'failing' ? reflector.trouble : undefined));
  if (troubles[0] && troubles.every((trouble) => trouble !== undefined)) throw troubles[0];
  await backends?.findOut();
  const unread = reflectors.flatMap(({ source, reflector }) =>
    reflector.state === 'synced' ? [] : `${source.kind}: ${UNREAD[reflector.state]}`,
  );
  return [...unread, ...(backends?.problems ?? []), ...(backends?.troubles ?? [])];
}

function summarise(
  outcomes: Outcome[],
  unread: string[],
  { engine, gate: { trouble } }: Rooms,
  log: Logger,
  dryRun: boolean,
): number {
  const held = engine.judgement?.held ? engine.judgement : undefined;
  if (held) log.error(heldFields(held), 'deletes are held until they are confirmed');
  for (const what of unread) log.error({ problem: what }, 'a source could not be read');
  const failed = outcomes.filter(({ error, gated }) => error !== undefined || gated);
  for (const { key, error, gated } of failed)
    log.error({ source: key, error: describeError(gated ? trouble : error) }, 'an object could not be brought in step');
  const later = outcomes.filter(({ decision }) => decision.plan.dueAt !== undefined).length;
  const changes = outcomes.reduce(
    (sum, { applied, decision }) => sum + (dryRun ? decision.plan.changes.length : applied.length),
    0,
  );
  const problems = outcomes.filter(({ decision }) => decision.problems.length > 0).length;
  log.info(
    { objects: outcomes.length, changes, failed: failed.length, problems, later, dryRun },
    dryRun ? 'nothing was written' : 'done',
  );
  return failed.length + unread.length > 0 || held ? 1 : 0;
}
