import { setTimeout as wait } from 'node:timers/promises';
import { Argument, Command, Option } from 'commander';
import { DEFAULT_LITELLM, litellmNamed } from '../config/index.ts';
import { visible } from '../registration/index.ts';
import {
  adoptDocument,
  type Choice,
  carryOut,
  chooseByName,
  chooseFromOwner,
  chooseMatching,
  type Intent,
  intend,
  planText,
  type Unfinished,
} from './adoption/index.ts';
import { confirmed } from './ask.ts';
import { addLitellm, addSettings, type Exit, settingsOf, TAKES } from './options.ts';
import { addOutput, counted, isJson, print } from './output.ts';
import { PlainError } from './plain-error.ts';
import { withProgress } from './progress.ts';
import { stopSignal } from './stop-signal.ts';
import { readAll } from './sync.ts';
import { type Instance, logFor, openRooms } from './wiring/index.ts';

const EXAMPLES = `
Ours is made beside theirs, both serve, and theirs goes --settle later, when every replica of LiteLLM knows ours. What others set on
theirs is kept where an annotation may set it; all else is shown first. A controller may run meanwhile. Interrupted, it is run again.

Examples:
  $ model-registrar adopt qwen3
  $ model-registrar adopt --all-matching --yes
  $ model-registrar adopt --from-owner old-id --owner-id prod-eu
  $ model-registrar adopt --from-owner old-id --owner-id prod-eu --rebuilt

Exit codes: 0 all of it is taken over, or there is nothing to take over; 1 something is left as it was. With --dry-run: as it would be.`;

interface Flags {
  litellm?: string;
  allMatching?: true;
  fromOwner?: string;
  rebuilt?: true;
  yes?: true;
}

/** A wait that is long enough to be told of. */
const LONG_MS = 3_000;

/** `model-registrar adopt`: takes over rows that were made by hand, or under an earlier owner id. */
export function adoptCommand(exit: Exit): Command {
  const command = new Command('adopt').description(
    'Takes over models that were added to LiteLLM by hand, or under another owner id, without a gap; shows a plan and asks first.',
  );
  addOutput(
    addLitellm(
      addSettings(
        command
          .addArgument(
            new Argument('[name]', 'The public name of the model. An object has to declare it, and be Ready.'),
          )
          .addOption(
            new Option('--all-matching', 'Every hand-made model of the name, the base and the model of an object.'),
          )
          .addOption(
            new Option('--from-owner <id>', 'The models of this owner id, each for the object that it stands for.'),
          )
          .addOption(
            new Option(
              '--rebuilt',
              'With --from-owner: also those of an earlier object of the same name, whose cluster is gone. Never while it lives: it would lose its models.',
            ),
          )
          .addOption(new Option('-y, --yes', 'Do not ask.')),
        TAKES.adopt,
      ),
    ),
  ).addHelpText('after', EXAMPLES);
  return command.action(async () => exit(await adopt(command)));
}

async function adopt(command: Command): Promise<number> {
  const settings = settingsOf(command);
  const { name: litellm } = litellmNamed(settings, command.opts<Flags>().litellm ?? DEFAULT_LITELLM);
  const wish = wishOf(command);
  const log = logFor({ ...settings, 'log-level': 'error' });
  const rooms = await openRooms({ settings: { ...settings, policy: 'sync', 'rollout-wait': 0 }, log, dryRun: false });
  try {
    const instance = rooms.instances.find(({ name }) => name === litellm) ?? rooms.instances[0];
    const { engine, owner } = instance;
    if (wish.fromOwner === owner) {
      throw new PlainError(
        `--from-owner ${owner} is the owner id that this runs with: give the new one with --owner-id.`,
      );
    }
    const unread = await withProgress('Reading the cluster and LiteLLM', async () => {
      const { unread: what, read } = await readAll(rooms);
      // Not to be known is its own failure; what is unread of the others is a warning.
      if (!read.includes(instance)) await engine.refresh();
      await engine.readKeys();
      return what;
    });
    for (const what of unread) console.error(`Warning: ${what}. Its objects are not known.`);
    const { intents, leftOut } = await intend(choose(instance, wish), instance);
    const json = isJson(command);
    const done = (code: number, unfinished?: Unfinished[]): number => {
      const document = adoptDocument(owner, intents, { leftOut, unread, unfinished });
      if (json) print(command, document, () => '');
      return code;
    };
    if (intents.length + leftOut.length === 0) {
      if (!json) console.log(nothing(wish));
      return done(0);
    }
    const whole = wish.allMatching || leftOut.length === 0;
    const over = settings['dry-run'] || intents.length === 0;
    // Who is asked has to see it; standard output is the document's.
    if (!json) process.stdout.write(planText(intents, leftOut));
    else if (!over && !wish.yes) process.stderr.write(planText(intents, leftOut));
    if (over) return done(whole ? 0 : 1);
    if (!(await confirmed(`Take over ${counted(intents.length, 'model')}?`, wish.yes))) {
      if (!json) console.log('Nothing was changed.');
      return done(1);
    }
    const unfinished = await carriedOut(
      instance,
      intents,
      json ? () => undefined : (line) => console.log(visible(line)),
    );
    for (const { intent, why } of unfinished) {
      console.error(visible(`error: "${intent.name}" is not taken over: ${why.replace(/\.$/, '')}. Run it again.`));
    }
    if (!json) console.log(`${counted(intents.length - unfinished.length, 'model')} taken over.`);
    return done(whole && unfinished.length === 0 ? 0 : 1, unfinished);
  } finally {
    await rooms.close();
  }
}

interface Wish {
  name: string | undefined;
  allMatching: boolean;
  fromOwner: string | undefined;
  rebuilt: boolean;
  yes: boolean;
}

function wishOf(command: Command): Wish {
  const [name] = command.args;
  const { allMatching = false, fromOwner, rebuilt = false, yes = false } = command.opts<Flags>();
  const ways = [name !== undefined || fromOwner !== undefined, allMatching].filter(Boolean).length;
  if (ways > 1) {
    const other = name === undefined ? '--from-owner' : `the name "${name}"`;
    throw new PlainError(`Only one of the two can be given: ${other}, or --all-matching. Leave one of them out.`);
  }
  if (ways === 0) {
    throw new PlainError('Say what to take over: the name of a model, --all-matching, or --from-owner ID.');
  }
  if (rebuilt && fromOwner === undefined) {
    throw new PlainError('--rebuilt goes with --from-owner ID: the owner id of the cluster that is gone.');
  }
  return { name, allMatching, fromOwner, rebuilt, yes };
}

function choose({ registry, engine, owner }: Instance, { name, allMatching, fromOwner, rebuilt }: Wish): Choice {
  const known = { owner, rows: registry.all(), objects: engine.projections() };
  if (allMatching) return chooseMatching(known);
  if (fromOwner !== undefined) return chooseFromOwner({ owner: fromOwner, name, rebuilt }, known);
  const takeover = name === undefined ? undefined : chooseByName(name, known);
  return { takeovers: takeover ? [takeover] : [], leftOut: [] };
}

function nothing({ name, fromOwner }: Wish): string {
  if (fromOwner !== undefined) {
    return `LiteLLM has no model${name === undefined ? '' : ` "${name}"`} of owner id ${fromOwner}: there is nothing to take over.`;
  }
  if (name !== undefined) return `"${name}" is registered under this owner id: there is nothing to take over.`;
  return 'No hand-made model has the name, the base and the model of an object: there is nothing to take over.';
}

async function carriedOut(
  instance: Instance,
  intents: readonly Intent[],
  tell: (line: string) => void,
): Promise<Unfinished[]> {
  const { signal } = stopSignal();
  const pause = async (ms: number): Promise<void> => {
    if (ms >= LONG_MS)
      tell(`Both serve. Waiting ${Math.ceil(ms / 1000)} s until every replica of LiteLLM knows the new ones …`);
    await wait(ms, undefined, { signal });
  };
  try {
    return await carryOut({ ...instance, intents, tell, pause, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new PlainError(
      'It was interrupted. Nothing is lost: what was made stands beside what it takes over. Run it again to go on.',
    );
  }
}
