import { Command, Option } from 'commander';
import { litellmsOf } from '../config/index.ts';
import { visible } from '../registration/index.ts';
import { explainManifests, explainText, readManifests } from './explain/index.ts';
import { addSettings, type Exit, settingsOf, TAKES } from './options.ts';
import { addOutput, print } from './output.ts';
import { rightsOf } from './wiring/index.ts';

const EXAMPLES = `
Neither a cluster nor LiteLLM is asked. Serving runtimes in the same input are used, those that KServe brings are known. Objects of other
kinds are passed over. A name that an object elsewhere has is not seen: that is for plan to say.

Examples:
  $ model-registrar explain -f model.yaml
  $ model-registrar explain -f models/ -f runtimes/ --recursive
  $ kubectl kustomize overlays/prod | model-registrar explain -f -
  $ kubectl get inferenceservices -A -o yaml | model-registrar explain -f - -o json

Exit codes: 0 all of it can be registered, 1 some of the input cannot be read, 2 something would be refused.`;

interface Flags {
  filename: string[];
  recursive?: true;
  defaultNamespace: string;
}

/** `model-registrar explain -f FILE`: what manifests would register, and what is wrong with them. */
export function explainCommand(exit: Exit): Command {
  const command = new Command('explain').description(
    'What manifests would register, and what is wrong with them; needs no cluster and no LiteLLM.',
  );
  command
    .addOption(
      new Option('-f, --filename <path...>', 'Files, folders, or - for the standard input. Repeatable.')
        .makeOptionMandatory()
        .helpGroup('Input:'),
    )
    .addOption(new Option('-R, --recursive', 'Look into folders of folders too.').helpGroup('Input:'))
    .addOption(
      new Option('--default-namespace <name>', 'Namespace of objects that name none.')
        .default('default')
        .helpGroup('Input:'),
    );
  addOutput(addSettings(command, TAKES.explain)).addHelpText('after', EXAMPLES);
  return command.action(async () => exit(await explain(command)));
}

async function explain(command: Command): Promise<number> {
  const { filename, recursive = false, defaultNamespace: namespace } = command.opts<Flags>();
  const settings = settingsOf(command);
  const { selection, address } = settings;
  const input = await readManifests(filename, recursive);
  const document = explainManifests(input, {
    namespace,
    selection,
    address,
    rights: rightsOf(settings),
    // Without a file nobody said which there are.
    litellms: command.opts<{ config?: string }>().config === undefined ? undefined : litellmsOf(settings),
  });
  print(command, document, explainText);
  for (const one of document.unread) console.error(visible(`error: ${one}`));
  if (document.unread.length > 0) return 1;
  return document.refused > 0 ? 2 : 0;
}
