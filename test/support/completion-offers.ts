import { expect, test } from 'vitest';
import { createProgram } from '../../src/commands/program.ts';

const commands = createProgram(() => undefined).commands.map((command) => command.name());

/**
 * The tests of completion that hold in every shell.
 *
 * @param offers - what the shell offers for the last of the words after the program's name, in a folder that holds a file `bash`
 */
export function describeOffers(offers: (words: string[]) => Promise<string[]>): void {
  test('of commands', async () => {
    expect(await offers([''])).toEqual(expect.arrayContaining(commands));
    expect(await offers(['expl'])).toEqual(['explain']);
    expect(await offers(['hel'])).toEqual(['help']);
    expect(await offers(['help', 'expl'])).toEqual(['explain']);
  });

  test('of the flags of a command, and of no other', async () => {
    const flags = await offers(['plan', '--']);
    expect(flags).toEqual(expect.arrayContaining(['--litellm-url', '--output', '--config', '--help']));
    expect(flags).not.toContain('--listen');
    expect(await offers(['run', '--lis'])).toEqual(['--listen']);
  });

  test('of values, of arguments and of files', async () => {
    expect((await offers(['plan', '--output', ''])).toSorted()).toEqual(['json', 'table']);
    expect((await offers(['plan', '-o', 'j'])).toSorted()).toEqual(['json']);
    expect((await offers(['plan', '--output='])).toSorted()).toEqual(['--output=json', '--output=table']);
    expect(await offers(['plan', '--output=j'])).toEqual(['--output=json']);
    expect(await offers(['run', '--policy', 'up'])).toEqual(['upsert-only']);
    expect(await offers(['run', '--leader-elect', 'f'])).toEqual(['false']);
    expect(await offers(['run', '--dry-run', '--selection', 'a'])).toEqual(
      expect.arrayContaining(['all', 'annotated']),
    );
    expect((await offers(['completion', 'f'])).toSorted()).toEqual(['fish']);
    expect(await offers(['explain', '-f', 'ba'])).toEqual(['bash']);
  });
}
