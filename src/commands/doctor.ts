import { Command, Option } from 'commander';
import { doctorText, examine } from './doctor/index.ts';
import { addLitellm, addSettings, type Exit, settingsOfLitellm, TAKES } from './options.ts';
import { addOutput, print } from './output.ts';
import { withProgress } from './progress.ts';

const EXAMPLES = `
It looks, and writes nothing. Run it as the controller's account to see the controller's rights:
  $ kubectl -n model-registrar exec deploy/model-registrar -- /nodejs/bin/node dist/main.js doctor

Examples:
  $ model-registrar doctor --litellm-url http://127.0.0.1:4000 --litellm-key-file key.txt --owner-id prod-eu
  $ model-registrar doctor -o json | jq '.checks[] | select(.status == "failed")'

Exit codes: 0 all is in order (warnings are allowed), 1 something has to be put right first.`;

/** `model-registrar doctor`: whether all is there that the controller needs, and what to do where it is not. */
export function doctorCommand(exit: Exit): Command {
  const command = new Command('doctor').description(
    'Checks rights, CRDs, and what LiteLLM is set to, and names the remedy of what is wrong; writes nothing.',
  );
  addLitellm(addSettings(command, TAKES.doctor)).addOption(
    new Option(
      '--kserve-namespace <name>',
      'Where KServe runs. Without it: kserve, else wherever its ConfigMap is found.',
    ).helpGroup('Kubernetes:'),
  );
  addOutput(command).addHelpText('after', EXAMPLES);
  return command.action(async () => exit(await doctor(command)));
}

async function doctor(command: Command): Promise<number> {
  const settings = settingsOfLitellm(command);
  const { kserveNamespace, litellm } = command.opts<{ kserveNamespace?: string; litellm: string }>();
  const document = await withProgress('Looking at the cluster and LiteLLM', () =>
    examine(settings, kserveNamespace, litellm),
  );
  print(command, document, doctorText);
  return document.failed > 0 ? 1 : 0;
}
