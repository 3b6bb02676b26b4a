import { Argument, Command } from 'commander';
import { completionScript, SHELLS, type Shell } from './completion/index.ts';
import type { Exit } from './options.ts';

const EXAMPLES = `
Examples:
  $ source <(model-registrar completion bash)
  $ model-registrar completion bash > /etc/bash_completion.d/model-registrar
  $ model-registrar completion zsh > "\${fpath[1]}/_model-registrar"
  $ model-registrar completion fish > ~/.config/fish/completions/model-registrar.fish

Exit codes: 0 done.`;

/** `model-registrar completion bash|zsh|fish`: a script by which the shell completes commands, flags and their values. */
export function completionCommand(exit: Exit): Command {
  const command = new Command('completion').description(
    'A script by which a shell completes commands, flags and values.',
  );
  return command
    .addArgument(new Argument('<shell>', 'Which shell.').choices(SHELLS))
    .addHelpText('after', EXAMPLES)
    .action((shell: Shell) => {
      process.stdout.write(completionScript(shell, command.parent ?? command));
      exit(0);
    });
}
