import { Command, Option } from 'commander';
import type { Settings } from '../config/index.ts';
import { describeError, withdrawAll } from '../controller/index.ts';
import { type Connection, connect } from '../kubernetes/index.ts';
import { createClient, createGate, createHttp, createRegistry, createWriter } from '../litellm/index.ts';
import type { StampedRecord } from '../registration/index.ts';
import { rowsTable, runningControllers } from './adoption/index.ts';
import { confirmed } from './ask.ts';
import { addSettings, type Exit, settingsOf, TAKES } from './options.ts';
import { counted } from './output.ts';
import { withProgress } from './progress.ts';
import { clusterId, litellmAccess } from './rooms.ts';

const EXAMPLES = `
A controller that runs registers all of it again: scale it to 0 first. With --owner-id no cluster is needed.

Examples:
  $ kubectl -n model-registrar scale deployment/model-registrar --replicas=0
  $ model-registrar withdraw --litellm-url http://127.0.0.1:4000 --litellm-key-file key.txt --owner-id prod-eu
  $ model-registrar withdraw --owner-id old-id --yes

Exit codes: 0 nothing of this owner id is left, 1 something is left.`;

/** `model-registrar withdraw`: takes out all that this owner id registered, whatever became of the objects. */
export function withdrawCommand(exit: Exit): Command {
  const command = new Command('withdraw').description(
    'Takes out of LiteLLM all that this owner id registered, of every source and namespace; shows it and asks first.',
  );
  addSettings(command, TAKES.withdraw).addOption(new Option('-y, --yes', 'Do not ask.')).addHelpText('after', EXAMPLES);
  return command.action(async () => exit(await withdraw(command)));
}

async function withdraw(command: Command): Promise<number> {
  const settings = settingsOf(command);
  const access = litellmAccess(settings);
  const { owner, controllers } = await lookAtCluster(settings);
  const http = createHttp(access);
  try {
    const registry = createRegistry({ client: createClient(http), owner, settleMs: settings.settle });
    await withProgress('Reading LiteLLM’s list', () => registry.refresh());
    const records = registry.owned().sort(byName);
    if (records.length === 0) return say(`LiteLLM has no model of owner id ${owner}: there is nothing to withdraw.`, 0);
    process.stdout.write(rowsTable(records));
    if (controllers.length > 0) {
      console.error(
        `Warning: a controller is installed and not scaled to 0 (${controllers.join(', ')}). If its owner id is ${owner}, it registers all of this again.`,
      );
    }
    if (settings['dry-run']) return 0;
    const models = counted(records.length, 'model');
    if (!(await confirmed(`Take ${models} of owner id ${owner} out of LiteLLM?`, command.opts().yes === true))) {
      return say('Nothing was changed.', 1);
    }
    const gate = createGate({ minMs: settings['backoff-max'], maxMs: settings['backoff-max'] });
    const { gone, failed, untried } = await withProgress(`Taking ${models} out of LiteLLM`, () =>
      withdrawAll({ registry, writer: createWriter(), gate, records }),
    );
    for (const { record, error } of failed) {
      console.error(`error: "${record.publicName}" (${record.id}): ${describeError(error).message}`);
    }
    const left = failed.length + untried.length;
    if (left > 0) return say(`${gone.length} taken out, ${left} left: run it again.`, 1);
    await registry.refresh();
    const again = registry.owned();
    if (again.length > 0) return say(registeredAgain(again, owner), 1);
    return say(`${counted(gone.length, 'model')} taken out. LiteLLM has no model of owner id ${owner} any more.`, 0);
  } finally {
    await http.close();
  }
}

function registeredAgain(again: readonly StampedRecord[], owner: string): string {
  const are = again.length === 1 ? 'is' : 'are';
  return `${counted(again.length, 'model')} of owner id ${owner} ${are} there again: a controller with this owner id runs. Scale it to 0, and run this again.`;
}

/** The owner id, and the controllers that may be running. With a given id a cluster that cannot be reached does not matter. */
async function lookAtCluster(settings: Settings): Promise<{ owner: string; controllers: string[] }> {
  const { kubeconfig, context, 'owner-id': given } = settings;
  let connection: Connection;
  try {
    connection = await connect({ ...(kubeconfig && { kubeconfig }), ...(context && { context }) });
  } catch (error) {
    if (given === undefined) throw error;
    return { owner: given, controllers: [] };
  }
  try {
    const owner = given ?? (await clusterId(connection));
    return { owner, controllers: (await runningControllers(connection)) ?? [] };
  } finally {
    await connection.close();
  }
}

function say(sentence: string, code: number): number {
  console.log(sentence);
  return code;
}

function byName(one: StampedRecord, other: StampedRecord): number {
  const [first, second] = [`${one.publicName} ${one.id}`, `${other.publicName} ${other.id}`];
  return first < second ? -1 : Number(first > second);
}
