import { expect, test } from 'vitest';
import { afterHelpOf } from '../../../scripts/docs/commands.ts';
import { createProgram } from '../../../src/commands/program.ts';

/** The command lines of all help texts, without variables and pipes. */
function examples(): { command: string; line: string }[] {
  return createProgram(() => {}).commands.flatMap((command) =>
    afterHelpOf(command)
      .examples.split('\n')
      .filter((line) => line.startsWith('$ '))
      .flatMap((line) => line.slice(2).split(' | '))
      .flatMap((line) => /^(?:\w+=\S+ )*(model-registrar .*)$/.exec(line)?.[1] ?? [])
      .map((line) => ({ command: command.name(), line })),
  );
}

test.each(examples())('$line is a command line that the program takes', async ({ command, line }) => {
  const words = line.replace(/ > .*/, '').split(/\s+/).slice(1);
  const called: string[] = [];
  const program = createProgram(() => {});
  for (const one of program.commands) one.action(() => void called.push(one.name()));
  program.configureOutput({ writeErr: () => {} });
  await program.parseAsync(words, { from: 'user' });
  expect(called).toEqual([command]);
});

test('each command has an example, and says its exit codes', () => {
  for (const command of createProgram(() => {}).commands) {
    expect(examples().some((example) => example.command === command.name())).toBe(true);
    expect(afterHelpOf(command).exitCodes, command.name()).toMatch(/^0 /);
  }
});
