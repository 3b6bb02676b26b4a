import { CommanderError } from 'commander';
import { ConfigError } from '../config/index.ts';
import { createProgram } from './program.ts';

/** Errors whose message is written for people: what is wrong, and what to do next. */
const PLAIN = new Set([
  'ConfigError',
  'KubeconfigError',
  'KubernetesError',
  'LiteLlmError',
  'ListenError',
  'PlainError',
]);

/**
 * The program: parses a command line, runs the command.
 *
 * @param args - without Node and the script
 * @returns the exit code
 */
export async function main(args: string[]): Promise<number> {
  let exitCode = 0;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    console.error(explain(error));
    return 1;
  }
}

function explain(error: unknown): string {
  if (error instanceof Error && (error instanceof ConfigError || PLAIN.has(error.name)))
    return `error: ${error.message}`;
  const known = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `error: this should not have happened, please report it.\n${known}`;
}
