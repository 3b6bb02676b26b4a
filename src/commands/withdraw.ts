import { Command, Option } from 'commander';
import type { Settings } from '../config/index.ts';
import { describeError, withdrawAll } from '../controller/index.ts';
import { type Connection, connect, type Lease } from '../kubernetes/index.ts';
import { createClient, createGate, createHttp, createRegistry, createWriter } from '../litellm/index.ts';
import type { StampedRecord } from '../registration/index.ts';
import { rowsTable, type WithdrawDocument, withdrawnModel } from './adoption/index.ts';
import { confirmed } from './ask.ts';
import { addLitellm, addSettings, type Exit, settingsOf, settingsOfLitellm, TAKES } from './options.ts';
import { addOutput, counted, isJson, print } from './output.ts';
import { PlainError } from './plain-error.ts';
import { withProgress } from './progress.ts';
import { clusterId, litellmAccess } from './wiring/index.ts';
import { howToStop, leadersOf, runningControllers, whoLeads } from './withdrawal/index.ts';

const EXAMPLES = `
A controller that runs registers all of it again: scale it to 0 first. While one holds the Lease, this is refused. With
--owner-id no cluster is needed. Rows that LiteLLM stores and does not serve are in none of its lists, and not found:
doctor names them.

Examples:
  $ kubectl -n model-registrar scale deployment/model-registrar --replicas=0
  $ model-registrar withdraw --litellm-url http://127.0.0.1:4000 --litellm-key-file key.txt --owner-id prod-eu
  $ model-registrar withdraw --owner-id old-id --yes

Exit codes: 0 LiteLLM serves nothing of this owner id any more, 1 something is left, or a controller runs. With --dry-run 0: -o json tells what would go.`;

/** `model-registrar withdraw`: takes out all that this owner id registered, whatever became of the objects. */
export function withdrawCommand(exit: Exit): Command {
  const command = new Command('withdraw').description(
    'Takes out of LiteLLM all that this owner id registered, of every source and namespace; shows it and asks first.',
  );
  addLitellm(addSettings(command, TAKES.withdraw)).addOption(new Option('-y, --yes', 'Do not ask.'));
  addOutput(command).addHelpText('after', EXAMPLES);
  return command.action(async () => exit(await withdraw(command)));
}

async function withdraw(command: Command): Promise<number> {
  const settings = settingsOfLitellm(command);
  const access = litellmAccess(settings);
  // A controller leads by the owner id of its installation, also where the one of this LiteLLM is another.
  const { 'owner-id': installation } = settingsOf(command);
  const cluster = () => lookAtCluster({ ...settings, 'owner-id': installation });
  const { installedAs, controllers, leaders, blind } = await withProgress('Looking for controllers', cluster);
  const owner = settings['owner-id'] ?? installedAs;
  if (leaders.length > 0 && !settings['dry-run']) throw new PlainError(refusal(leaders, controllers, owner));
  const http = createHttp(access);
  try {
    const registry = createRegistry({ client: createClient(http), owner, settleMs: settings.settle });
    await withProgress('Reading LiteLLM’s list', () => registry.refresh());
    const records = registry.owned().sort(byName);
    const json = isJson(command);
    const yes = command.opts().yes === true;
    const done = (sentence: string, code: number, result: Result = { gone: [], again: 0 }): number => {
      if (json) print(command, documentOf(owner, records, controllers, result), () => '');
      else if (sentence !== '') console.log(sentence);
      return code;
    };
    if (records.length === 0)
      return done(`LiteLLM serves no model of owner id ${owner}: there is nothing to withdraw.`, 0);
    // Who is asked has to see it; standard output is the document's.
    if (!json) process.stdout.write(rowsTable(records));
    else if (!yes && !settings['dry-run']) process.stderr.write(rowsTable(records));
    if (leaders.length > 0 && !json) console.error(`Warning: ${refusal(leaders, controllers, owner)}`);
    if (blind) console.error(unseen(owner));
    else if (leaders.length === 0 && controllers.length > 0 && !json) console.error(warning(controllers, owner));
    if (settings['dry-run']) return done('', 0);
    const models = counted(records.length, 'model');
    if (!(await confirmed(`Take ${models} of owner id ${owner} out of LiteLLM?`, yes))) {
      return done('Nothing was changed.', 1);
    }
    const gate = createGate({ minMs: settings['backoff-max'], maxMs: settings['backoff-max'] });
    const { gone, failed, untried } = await withProgress(`Taking ${models} out of LiteLLM`, () =>
      withdrawAll({ registry, writer: createWriter(), gate, records }),
    );
    for (const { record, error } of failed) {
      console.error(`error: "${record.publicName}" (${record.id}): ${describeError(error).message}`);
    }
    const left = [...failed.map(({ record }) => record), ...untried];
    if (left.length > 0) {
      return done(`${gone.length} taken out, ${left.length} left: run it again.`, 1, { gone, left, again: 0 });
    }
    await registry.refresh();
    const again = registry.owned();
    const now = await cluster();
    if (now.leaders.length > 0) console.error(`error: ${refusal(now.leaders, now.controllers, owner)}`);
    if (again.length > 0) return done(registeredAgain(again, owner), 1, { gone, again: again.length });
    if (now.leaders.length > 0) return done(`${counted(gone.length, 'model')} taken out.`, 1, { gone, again: 0 });
    const sentence = `${counted(gone.length, 'model')} taken out. LiteLLM serves no model of owner id ${owner} any more.`;
    return done(sentence, 0, { gone, again: 0 });
  } finally {
    await http.close();
  }
}

interface Result {
  gone: readonly StampedRecord[];
  left?: readonly StampedRecord[];
  again: number;
}

function documentOf(
  ownerId: string,
  records: readonly StampedRecord[],
  controllers: string[],
  { gone, left = [], again }: Result,
): WithdrawDocument {
  const models = records.map((record) =>
    withdrawnModel(record, gone.includes(record) ? 'withdrawn' : left.includes(record) ? 'left' : 'planned'),
  );
  return { ownerId, models, again, controllers };
}

function refusal(leaders: readonly Lease[], controllers: readonly string[], owner: string): string {
  const stop = howToStop(leaders, controllers).join(' && ');
  return `A controller of owner id ${owner} runs, and registers all of this again: ${whoLeads(leaders)}. Stop it first: ${stop}. If it has ended already without giving the Lease back, try again in a minute.`;
}

function warning(controllers: readonly string[], owner: string): string {
  return `Warning: a controller is installed and not scaled to 0 (${controllers.join(', ')}). If its owner id is ${owner}, it registers all of this again.`;
}

function unseen(owner: string): string {
  return `Warning: whether a controller of owner id ${owner} runs cannot be told, since no Lease can be read. One that runs registers all of this again: make sure that it is scaled to 0.`;
}

function registeredAgain(again: readonly StampedRecord[], owner: string): string {
  const are = again.length === 1 ? 'is' : 'are';
  return `${counted(again.length, 'model')} of owner id ${owner} ${are} there again: a controller with this owner id runs. Scale it to 0, and run this again.`;
}

interface ClusterView {
  /** The owner id of the installation. */
  installedAs: string;
  /** Those that are installed, and may be running. */
  controllers: string[];
  /** Those of this owner id that run, as far as Leases can be seen. */
  leaders: Lease[];
  /** True where the cluster lets no Lease be seen. */
  blind: boolean;
}

/** With a given id no cluster is needed. One that was named and cannot be asked is an error: a controller may run in it. */
async function lookAtCluster(settings: Settings): Promise<ClusterView> {
  const { kubeconfig, context, 'owner-id': given } = settings;
  const isNamed = kubeconfig !== undefined || context !== undefined;
  try {
    const connection = await connect({ ...(kubeconfig && { kubeconfig }), ...(context && { context }) });
    return await viewOf(connection, settings).finally(() => connection.close());
  } catch (error) {
    if (given === undefined || isNamed) throw error;
    return { installedAs: given, controllers: [], leaders: [], blind: true };
  }
}

async function viewOf(connection: Connection, settings: Settings): Promise<ClusterView> {
  const installedAs = settings['owner-id'] ?? (await clusterId(connection));
  const [controllers = [], leaders] = await Promise.all([
    runningControllers(connection),
    leadersOf(connection, installedAs, settings['lease-namespace'] ?? connection.namespace),
  ]);
  return { installedAs, controllers, leaders: leaders ?? [], blind: leaders === undefined };
}

function byName(one: StampedRecord, other: StampedRecord): number {
  const [first, second] = [`${one.publicName} ${one.id}`, `${other.publicName} ${other.id}`];
  return first < second ? -1 : Number(first > second);
}
