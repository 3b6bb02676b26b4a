import { Command, Option } from 'commander';
import { type Connection, connect } from '../kubernetes/index.ts';
import {
  addToList,
  annotationsDocument,
  annotationsTable,
  appliedText,
  KSERVE_NAMESPACE,
  kserveKeys,
  kserveList,
} from './annotations/index.ts';
import { addSettings, type Exit, settingsOf, TAKES } from './options.ts';
import { addOutput, print } from './output.ts';
import { PlainError } from './plain-error.ts';
import { withProgress } from './progress.ts';

const EXAMPLES = `
KServe copies each annotation of an InferenceService to its pods, so that writing one restarts them, unless the key is in
KServe's list serviceAnnotationDisallowedList. --kserve is about that list.

Examples:
  $ model-registrar annotations
  $ model-registrar annotations --kserve
  $ model-registrar annotations --kserve --apply
  $ model-registrar annotations --kserve --apply --also argocd.argoproj.io/tracking-id

Exit codes: 0 done, 1 it failed.`;

interface Flags {
  kserve?: true;
  apply?: true;
  also?: string[];
  kserveNamespace?: string;
}

/** `model-registrar annotations`: the table, and what KServe has to be told about it. */
export function annotationsCommand(exit: Exit): Command {
  const command = new Command('annotations').description(
    'Every annotation there is; with --kserve the keys that KServe shall not copy to pods.',
  );
  addSettings(command, TAKES.cluster)
    .addOption(
      new Option('--kserve', 'Print the keys for KServe’s serviceAnnotationDisallowedList.').helpGroup('KServe:'),
    )
    .addOption(
      new Option(
        '--apply',
        'With --kserve: add the missing keys to KServe’s ConfigMap, and change nothing else.',
      ).helpGroup('KServe:'),
    )
    .addOption(
      new Option('--also <key>', 'With --kserve: a further key that restarts models when it is written. Repeatable.')
        .argParser((value: string, before: string[] | undefined) => [...(before ?? []), value])
        .helpGroup('KServe:'),
    )
    .addOption(
      new Option(
        '--kserve-namespace <name>',
        `Where KServe runs. Without it: ${KSERVE_NAMESPACE}, else wherever its ConfigMap is found.`,
      ).helpGroup('KServe:'),
    );
  addOutput(command).addHelpText('after', EXAMPLES);
  return command.action(async () => {
    await annotations(command);
    exit(0);
  });
}

async function annotations(command: Command): Promise<void> {
  const { kserve, apply, also = [], kserveNamespace } = command.opts<Flags>();
  if (!kserve) {
    if (apply || also.length > 0 || kserveNamespace !== undefined) {
      throw new PlainError('--apply, --also and --kserve-namespace are about KServe’s list: give --kserve with them.');
    }
    return print(command, annotationsDocument(), annotationsTable);
  }
  const wrong = also.find((key) => !/^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(key));
  if (wrong !== undefined)
    throw new PlainError(
      `--also ${JSON.stringify(wrong)} is no key of an annotation: give one such as argocd.argoproj.io/tracking-id.`,
    );
  const keys = kserveKeys(also);
  if (!apply) return print(command, { serviceAnnotationDisallowedList: keys }, kserveList);
  const { kubeconfig, context } = settingsOf(command);
  const connection = await connect({ ...(kubeconfig && { kubeconfig }), ...(context && { context }) });
  try {
    print(command, await added(connection, keys, kserveNamespace), appliedText);
  } finally {
    await connection.close();
  }
}

function added(connection: Connection, keys: string[], namespace: string | undefined) {
  return withProgress(`Waiting for ${connection.server}`, () => addToList(connection, keys, namespace));
}
