import { Command, InvalidArgumentError, Option } from 'commander';
import { describeError, heldFields, type Outcome, onePass } from '../controller/index.ts';
import type { ReflectorState } from '../kubernetes/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { findOutInTime } from './find-out-in-time.ts';
import { addSettings, type Exit, settingsOf, TAKES } from './options.ts';
import {
  type Instance,
  logFor,
  openReporting,
  openRooms,
  type Reporting,
  type Rooms,
  settledOrFailing,
} from './wiring/index.ts';

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
  const reporting = openReporting(rooms, settings, log);
  const { recorder } = reporting;
  try {
    const { unread, read } = await readAll(rooms);
    await Promise.all(read.map(({ engine }) => engine.judge()));
    if (confirmedDeletes !== undefined && isAnotherSet(read, confirmedDeletes, log)) return 1;
    const patienceMs = settings['rollout-wait'] + 1_000;
    const passes = await Promise.all(read.map((instance) => passOf(instance, reporting, patienceMs)));
    await recorder.flush();
    return summarise(passes, unread, log, dryRun);
  } finally {
    recorder.stop();
    await rooms.close();
  }
}

interface Pass {
  instance: Instance;
  outcomes: Outcome[];
}

async function passOf(instance: Instance, reporting: Reporting, patienceMs: number): Promise<Pass> {
  const { engine, gate, log } = instance;
  const { tell } = reporting.of(instance).report;
  const waits = (): void =>
    log.warn({ error: describeError(gate.trouble) }, 'LiteLLM is waited for, for up to a minute');
  return { instance, outcomes: await onePass({ engine, patienceMs, tell, gate, awayMs: AWAY_MS, waits }) };
}

/** What was confirmed is not what would be done: then nothing at all is. */
function isAnotherSet(instances: readonly Instance[], confirmed: string, log: Logger): boolean {
  const judgements = instances.flatMap(({ engine }) => engine.judgement ?? []);
  const there = judgements.filter(({ takeOuts }) => takeOuts.length > 0);
  const [other] = there;
  if (judgements.length > 0 && !other) {
    const message =
      'there is nothing to confirm here: nothing was written. Look at model-registrar plan, with the settings of the controller';
    log.error({ confirmed }, message);
    return true;
  }
  if (!other || there.some(({ hash }) => hash === confirmed)) return false;
  log.error(
    { ...heldFields(other), confirmed },
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
 * Reads all sources and LiteLLM's lists. Unlike the controller it does not wait for an API server that cannot be asked.
 *
 * @returns `unread`: what could not be read; of that nothing is changed. `read`: the LiteLLMs whose lists were
 * @throws LiteLlmError where no list could be read, and KubernetesError where not one source could be asked for
 */
export async function readAll(rooms: Rooms): Promise<{ unread: string[]; read: Instance[] }> {
  const { reflectors, relatedTried, backends } = rooms;
  const [lists] = await Promise.all([
    readLists(rooms.instances),
    relatedTried,
    backends?.tried,
    ...reflectors.map(({ reflector }) => settledOrFailing(reflector)),
  ]);
  const troubles = reflectors.map(({ reflector }) => (reflector.state === 'failing' ? reflector.trouble : undefined));
  if (troubles[0] && troubles.every((trouble) => trouble !== undefined)) throw troubles[0];
  // What is missing in one answer may be a dip: two tell, as they do to a controller.
  if (backends && backends.states().length > 0) await backends.again();
  const late = backends ? await findOutInTime(backends) : [];
  const unread = reflectors.flatMap(({ source, reflector }) =>
    reflector.state === 'synced' ? [] : `${source.kind}: ${UNREAD[reflector.state]}`,
  );
  return {
    unread: [...unread, ...lists.unread, ...(backends?.problems ?? []), ...(backends?.troubles ?? []), ...late],
    read: lists.read,
  };
}

/** One LiteLLM that does not answer is no reason to do nothing for the others. */
async function readLists(instances: readonly Instance[]): Promise<{ unread: string[]; read: Instance[] }> {
  const tries = await Promise.allSettled(instances.map(({ engine }) => engine.refresh()));
  const unread = tries.flatMap((one, index) =>
    one.status === 'rejected' ? `LiteLLM ${instances[index]?.name}: ${describeError(one.reason).message}` : [],
  );
  const failed = tries.find((one) => one.status === 'rejected');
  if (failed && unread.length === instances.length) throw failed.reason;
  return { unread, read: instances.filter((_, index) => tries[index]?.status === 'fulfilled') };
}

function summarise(passes: readonly Pass[], unread: string[], log: Logger, dryRun: boolean): number {
  let holds = false;
  for (const { instance } of passes) {
    const { judgement } = instance.engine;
    if (!judgement?.held) continue;
    holds = true;
    instance.log.error(heldFields(judgement), 'deletes are held until they are confirmed');
  }
  for (const what of unread) log.error({ problem: what }, 'a source could not be read');
  const isFailed = ({ error, gated }: Outcome): boolean => error !== undefined || gated;
  for (const { instance, outcomes } of passes) {
    for (const { key, error, gated } of outcomes.filter(isFailed)) {
      const why = describeError(gated ? instance.gate.trouble : error);
      instance.log.error({ source: key, error: why }, 'an object could not be brought in step');
    }
  }
  const outcomes = passes.flatMap((pass) => pass.outcomes);
  const failed = outcomes.filter(isFailed).length;
  const objects = outcomes.filter(({ decision }) => !decision.elsewhere).length;
  const later = outcomes.filter(({ decision }) => decision.plan.dueAt !== undefined).length;
  const changes = outcomes.reduce(
    (sum, { applied, decision }) => sum + (dryRun ? decision.plan.changes.length : applied.length),
    0,
  );
  const problems = outcomes.filter(({ decision }) => decision.problems.length > 0).length;
  log.info({ objects, changes, failed, problems, later, dryRun }, dryRun ? 'nothing was written' : 'done');
  return failed + unread.length > 0 || holds ? 1 : 0;
}
