import { Command } from 'commander';
import { type ListPart, listDocument, listTable } from './list/index.ts';
import { addSettings, type Exit, settingsOf, TAKES } from './options.ts';
import { addOutput, print } from './output.ts';
import { withProgress } from './progress.ts';
import { readAll } from './sync.ts';
import { type Instance, logFor, openRooms } from './wiring/index.ts';

const EXAMPLES = `
Examples:
  $ model-registrar list --litellm-url http://127.0.0.1:4000 --litellm-key-file key.txt
  $ model-registrar list | grep team-a
  $ model-registrar list -o json | jq -r '.models[] | select(.owner == "hand-made") | .name'

Exit codes: 0 done, 1 a source or LiteLLM could not be read.`;

/** `model-registrar list`: who made each model in LiteLLM, and which objects are not registered. */
export function listCommand(exit: Exit): Command {
  const command = new Command('list').description(
    'Every model in LiteLLM with its owner and source, and every object that is not registered, with the reason.',
  );
  addOutput(addSettings(command, TAKES.list)).addHelpText('after', EXAMPLES);
  return command.action(async () => exit(await list(command)));
}

async function list(command: Command): Promise<number> {
  const settings = settingsOf(command);
  const log = logFor({ ...settings, 'log-level': 'error' });
  const rooms = await openRooms({ settings: { ...settings, 'rollout-wait': 0 }, log, dryRun: true });
  try {
    const { unread, parts } = await withProgress('Reading the cluster and LiteLLM', async () => {
      const found = await readAll(rooms);
      return { unread: found.unread, parts: await Promise.all(found.read.map(partOf)) };
    });
    const several = rooms.instances.length > 1;
    print(command, listDocument(rooms.owner, parts, unread), (document) => listTable(document, several));
    return unread.length > 0 ? 1 : 0;
  } finally {
    await rooms.close();
  }
}

async function partOf({ name, owner, client, engine }: Instance): Promise<ListPart> {
  // All rows, those of others too: the registry tells its owner's alone.
  const rows = await client.list();
  await engine.readKeys();
  const judgement = await engine.judge();
  const decisions = engine.keys().flatMap((key) => engine.consider(key) ?? []);
  return { litellm: name, owner, rows, decisions, judgement };
}
