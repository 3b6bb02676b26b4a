import { Command } from 'commander';
import type { Decision, Engine } from '../controller/index.ts';
import { addSettings, type Exit, settingsOf, TAKES } from './options.ts';
import { addOutput, print } from './output.ts';
import { type PlanPart, planDocument, planTable } from './plan-output.ts';
import { withProgress } from './progress.ts';
import { readAll } from './sync.ts';
import { type Instance, logFor, openRooms } from './wiring/index.ts';

const EXAMPLES = `
Examples:
  $ model-registrar plan --litellm-url http://127.0.0.1:4000 --litellm-key-file key.txt
  $ model-registrar plan -o json | jq '.changes[] | select(.action == "delete")'

Exit codes: 0 nothing to change, 2 changes are pending, 1 it failed. Problems of objects do not count: list and doctor tell them.`;

/** `model-registrar plan`: what sync would do, field by field. */
export function planCommand(exit: Exit): Command {
  const command = new Command('plan').description(
    'What sync would do, field by field: 0 in step, 2 changes pending, 1 failed.',
  );
  addOutput(addSettings(command, TAKES.plan)).addHelpText('after', EXAMPLES);
  return command.action(async () => exit(await plan(command)));
}

async function plan(command: Command): Promise<number> {
  const settings = settingsOf(command);
  // What sync would write after a moment's patience is pending too.
  const impatient = { ...settings, 'rollout-wait': 0 };
  const rooms = await openRooms({
    settings: impatient,
    log: logFor({ ...settings, 'log-level': 'error' }),
    dryRun: true,
  });
  try {
    const document = await withProgress('Reading the cluster and LiteLLM', async () => {
      const { unread, read } = await readAll(rooms);
      const parts = await Promise.all(read.map(planOf));
      return planDocument(parts, unread);
    });
    print(command, document, (one) => planTable(one, rooms.instances.length > 1));
    if (document.unread.length > 0) return 1;
    return document.changes.length > 0 ? 2 : 0;
  } finally {
    await rooms.close();
  }
}

async function planOf({ name, engine }: Instance): Promise<PlanPart> {
  const decisions = await verifyAll(engine);
  return { litellm: name, decisions, judgement: await engine.judge() };
}

async function verifyAll(engine: Engine): Promise<Decision[]> {
  const decisions: Decision[] = [];
  for (const key of engine.keys().sort()) {
    const decision = await engine.verify(key);
    if (decision) decisions.push(decision);
  }
  return decisions;
}
