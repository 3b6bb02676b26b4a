import { Command } from 'commander';
import { describeError, type Outcome, onePass } from '../controller/index.ts';
import type { ReflectorState } from '../kubernetes/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { settledOrFailing } from './follow.ts';
import { addSettings, type Exit, settingsOf, TAKES } from './options.ts';
import { openReporting } from './reporting.ts';
import { logFor, openRooms, type Rooms } from './rooms.ts';

const EXAMPLES = `
Examples:
  $ model-registrar sync --litellm-url http://127.0.0.1:4000 --litellm-key-file key.txt
  $ model-registrar sync --namespace team-a --policy upsert-only --dry-run

Exit codes: 0 all is in step, 1 something failed.`;

/** `model-registrar sync`: one pass of the controller, then exit. */
export function syncCommand(exit: Exit): Command {
  const command = new Command('sync').description('One pass over all objects, then exit: 0 done, 1 something failed.');
  addSettings(command, TAKES.sync).addHelpText('after', EXAMPLES);
  return command.action(async () => exit(await sync(settingsOf(command))));
}

async function sync(settings: ReturnType<typeof settingsOf>): Promise<number> {
  const log = logFor(settings);
  const dryRun = settings['dry-run'];
  const rooms = await openRooms({ settings, log, dryRun });
  const { report, recorder } = openReporting(rooms, settings, log);
  try {
    const unread = await readAll(rooms);
    const outcomes = await onePass({
      engine: rooms.engine,
      patienceMs: settings['rollout-wait'] + 1_000,
      tell: report.tell,
    });
    await recorder.flush();
    return summarise(outcomes, unread, rooms.gate.trouble, log, dryRun);
  } finally {
    recorder.stop();
    await rooms.close();
  }
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
export async function readAll({ engine, reflectors, relatedTried }: Rooms): Promise<string[]> {
  await Promise.all([
    engine.refresh(),
    relatedTried,
    ...reflectors.map(({ reflector }) => settledOrFailing(reflector)),
  ]);
  const troubles = reflectors.map(({ reflector }) => (reflector.state === 'failing' ? reflector.trouble : undefined));
  if (troubles[0] && troubles.every((trouble) => trouble !== undefined)) throw troubles[0];
  return reflectors.flatMap(({ source, reflector }) => {
    if (reflector.state === 'synced') return [];
    return `${source.kind}: ${UNREAD[reflector.state]}`;
  });
}

function summarise(outcomes: Outcome[], unread: string[], trouble: unknown, log: Logger, dryRun: boolean): number {
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
  return failed.length + unread.length > 0 ? 1 : 0;
}
