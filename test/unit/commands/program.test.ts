import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { createProgram } from '../../../src/commands/program.ts';

const commands = createProgram(() => undefined).commands;

/** What `--help` prints, with what is added after it. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text;
}

describe.each(commands.map((command) => [command.name(), command] as const))('--help of %s', (name, command) => {
  test('tells what it does in a sentence, and shows how', () => {
    const help = helpOf(command);
    expect(command.description()).toMatch(/^[A-Z].{15,}\.$/);
    expect(help).toMatch(new RegExp(`^Examples:\\n(?:.*\\n)*? +\\$ .*model-registrar ${name}`, 'm'));
    expect(help).toMatch(/^Exit codes: 0 .+\.$/m);
  });

  test('explains each of its flags', () => {
    for (const { flags, description } of command.options)
      expect({ flags, description }).toEqual({ flags, description: expect.stringMatching(/^.{8,}/) });
  });
});
