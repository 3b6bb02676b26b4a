import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { ConfigError, interval, litellmNamed, litellmsOf, type Settings } from '../config/index.ts';
import { connect } from '../kubernetes/index.ts';
import {
  ANNOTATION_PREFIX,
  assignLiteLlm,
  NO_NAMESPACE,
  openAiBaseProblem,
  REGISTER_KIND,
  readOptions,
} from '../registration/index.ts';
import { checkedUrl } from '../sources/index.ts';
import { addLitellm, addSettings, type Exit, settingsOf, TAKES } from './options.ts';
import { PlainError } from './plain-error.ts';
import {
  addModelFlags,
  annotationsOf,
  inFlags,
  noCluster,
  readTarget,
  registerOne,
  TARGETS,
  type Target,
  type Wanted,
} from './register/index.ts';
import { rightsOf } from './wiring/index.ts';

const EXAMPLES = `
Annotations of ours on the object hold, and flags beat them. No controller looks after what is registered in this way: after a change run
it again, and when the model goes run it with --deregister. An object that a controller registers is left to it.

Examples:
  $ model-registrar register inferenceservice/qwen3 -n models --timeout 30m
  $ model-registrar register service/vllm:8000 --model-name qwen3 --served-name Qwen/Qwen3-8B --litellm-params '{"rpm":600}'
  $ model-registrar register --url http://gpu-box.example.com:8000/v1 --model-name mistral --owner-id prod-eu
  $ model-registrar register inferenceservice/qwen3 -n models --deregister

Exit codes: 0 LiteLLM serves it, 1 it was refused or failed, 3 it was not Ready, or LiteLLM not there, within --timeout.`;

export interface RegisterFlags {
  url?: string;
  timeout: number;
  litellm: string;
  deregister?: true;
}

/** `model-registrar register`: waits for one object to be Ready and registers it, for the script or Job after a deploy. */
export function registerCommand(exit: Exit): Command {
  const command = new Command('register').description(
    'Waits for one object to be Ready, registers it, and exits: for the script or Job after a deploy.',
  );
  addModelFlags(
    command
      .addArgument(new Argument('[object]', `${TARGETS.join(', ')}; or none, with --url.`).argParser(readTarget))
      .addOption(
        new Option(
          '--url <url>',
          'Register this address instead of an object: the base of an OpenAI API, such as http://host:8000/v1. It is not asked; LiteLLM calls it.',
        ),
      )
      .addOption(
        new Option(
          '-n, --namespace <name>',
          'Namespace of the object. Without it: that of the context, or of the pod.',
        ),
      )
      .addOption(
        new Option('--timeout <duration>', 'How long it is waited for.').argParser(readTimeout).default(900_000, '15m'),
      )
      .addOption(new Option('--deregister', 'Take out what this command registered for the object.')),
  );
  addLitellm(addSettings(command, TAKES.register)).addHelpText('after', EXAMPLES);
  return command.action(async (target: Target | undefined) => exit(await register(command, target)));
}

function readTimeout(text: string): number {
  const read = interval.safeParse(text);
  if (read.success) return read.data;
  throw new InvalidArgumentError(`It ${read.error.issues[0]?.message ?? 'is wrong'}.`);
}

async function register(command: Command, target: Target | undefined): Promise<number> {
  const { url, timeout, deregister = false } = command.opts<RegisterFlags>();
  const all = settingsOf(command);
  const litellm = litellmNamed(all, command.opts<RegisterFlags>().litellm);
  // Its address, key and owner id in the place of those of the default one.
  const { settings } = litellm;
  const annotations = annotationsOf(command, target?.port);
  const what = whatOf(target, url, annotations);
  const isBeyond = 'url' in what || (deregister && settings.namespace.length > 0);
  const connection = await connectionFor(settings, isBeyond, annotations);
  const wanted: Wanted = { ...what, annotations, namespace: namespaceOf(settings, connection.namespace) };
  if (!deregister) requireFor(all, wanted, litellm.name);
  if (!deregister) requireGood(wanted, settings);
  return registerOne({ settings, litellm, connection, wanted, timeoutMs: timeout, deregister });
}

/** What an object may not choose by its annotation may not be chosen for it either. @throws PlainError */
function requireFor(settings: Settings, wanted: Wanted, litellm: string): void {
  const namespace = 'url' in wanted ? NO_NAMESPACE : wanted.namespace;
  const assignment = assignLiteLlm(litellmsOf(settings), namespace, litellm);
  if ('litellm' in assignment) return;
  throw new PlainError(
    `LiteLLM "${litellm}" is not for objects of the namespace ${namespace}, as the section litellms of --config says: name another with --litellm.`,
  );
}

/** What is wrong with the flags is wrong however long the object is waited for. @throws PlainError */
function requireGood({ annotations, ...wanted }: Wanted, settings: Settings): void {
  const [kind, namespace] = 'url' in wanted ? [REGISTER_KIND, NO_NAMESPACE] : [wanted.source.kind, wanted.namespace];
  const { problems } = readOptions(annotations, kind, rightsOf(settings).of(namespace));
  if (problems.length === 0) return;
  throw new PlainError(problems.map(({ message }) => inFlags(message, annotations)).join('\nerror: '));
}

function whatOf(target: Target | undefined, url: string | undefined, annotations: Readonly<Record<string, string>>) {
  if (target && url === undefined) return { source: target.source, name: target.name };
  if (target || url === undefined) {
    const both = target ? ', not both' : '';
    throw new PlainError(`Name one object, as ${TARGETS.join(' or ')}, or an address with --url${both}.`);
  }
  const said = (key: string): string | undefined => annotations[`${ANNOTATION_PREFIX}${key}`];
  const publicName = (said('model-name') ?? said('served-name') ?? '').split(',')[0]?.trim();
  if (!publicName) throw new PlainError('An address has no name by itself: give it one with --model-name.');
  // Before anything tells of it: it may hold a password.
  const { problem } = checkedUrl('--url', url);
  if (problem !== undefined)
    throw new PlainError(`${problem}: give the base of an OpenAI API, such as http://host:8000/v1.`);
  const path = openAiBaseProblem(new URL(url).pathname);
  if (path) throw new PlainError(`The path of --url cannot be used: ${path}.`);
  if (said('base-path') !== undefined) throw new PlainError('--base-path is a part of --url already: leave it out.');
  return { url, publicName };
}

/** A cluster is needed where something is read in it. @throws KubeconfigError */
async function connectionFor(
  { kubeconfig, context, 'owner-id': owner }: Settings,
  isBeyond: boolean,
  annotations: Readonly<Record<string, string>>,
) {
  const reads = Object.hasOwn(annotations, `${ANNOTATION_PREFIX}api-key-secret`);
  if (isBeyond && !reads && owner !== undefined) return noCluster('');
  return connect({ ...(kubeconfig && { kubeconfig }), ...(context && { context }) });
}

function namespaceOf({ namespace }: Settings, own: string): string {
  if (namespace.length < 2) return namespace[0] ?? own;
  throw new ConfigError(`One namespace is needed, not ${namespace.length}: give that of the object with --namespace.`);
}
