import { Command } from 'commander';
import { withoutKeys } from '../config/index.ts';
import { VERSION } from '../telemetry/index.ts';
import { adoptCommand } from './adopt.ts';
import { annotationsCommand } from './annotations.ts';
import { completionCommand } from './completion.ts';
import { doctorCommand } from './doctor.ts';
import { explainCommand } from './explain.ts';
import { listCommand } from './list.ts';
import type { Exit } from './options.ts';
import { planCommand } from './plan.ts';
import { registerCommand } from './register.ts';
import { runCommand } from './run.ts';
import { sandboxCommand } from './sandbox.ts';
import { syncCommand } from './sync.ts';
import { withdrawCommand } from './withdraw.ts';

const EXAMPLES = `
Examples:
  $ model-registrar sandbox
  $ model-registrar plan --litellm-url http://127.0.0.1:4000 --litellm-key-file key.txt
  $ model-registrar run --litellm-url http://litellm.litellm.svc:4000 --litellm-key-file /etc/litellm/key --owner-id prod-eu

Every flag has an environment variable, named in its help; flags beat the environment, which beats --config.`;

/** The whole command line. */
export function createProgram(exit: Exit): Command {
  const program = new Command('model-registrar')
    .description(
      'Keeps the model list of a LiteLLM proxy in step with the models that are served in a Kubernetes cluster.',
    )
    .version(VERSION)
    .addHelpText('after', EXAMPLES)
    .showSuggestionAfterError()
    .showHelpAfterError('Run it with --help to see what it takes.')
    // The parser repeats what it does not know: `--litellm-key=…` is a mistake that is easily made.
    .configureOutput({ outputError: (text, write) => write(withoutKeys(text)) })
    .exitOverride();
  for (const command of [
    runCommand(exit),
    syncCommand(exit),
    planCommand(exit),
    registerCommand(exit),
    listCommand(exit),
    adoptCommand(exit),
    withdrawCommand(exit),
    doctorCommand(exit),
    explainCommand(exit),
    annotationsCommand(exit),
    sandboxCommand(exit),
    completionCommand(exit),
  ]) {
    program.addCommand(command.copyInheritedSettings(program));
  }
  return program;
}
