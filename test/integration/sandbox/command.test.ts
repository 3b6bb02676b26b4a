import { expect, test } from 'vitest';
import { sandboxCommand } from '../../../src/commands/sandbox.ts';

/** Parses a command line that is refused before anything is started; gives what is said. */
async function refusal(...args: string[]): Promise<string> {
  let text = '';
  const command = sandboxCommand(() => undefined).exitOverride();
  command.configureOutput({
    writeErr: (more) => {
      text += more;
    },
  });
  await expect(command.parseAsync(args, { from: 'user' })).rejects.toThrow();
  return text;
}

test.each([
  [['--port-litellm', '70000'], 'It must be a number from 0 to 65535.'],
  [['--port-kubernetes', 'any'], 'It must be a number from 0 to 65535.'],
  [['--pause', 'long'], 'It must be a number of seconds, such as 0.5.'],
  [['--log-level', 'loud'], 'Allowed choices are trace, debug'],
  [['--twice'], "unknown option '--twice'"],
])('%j is refused in a plain sentence', async (args, sentence) => {
  expect(await refusal(...args)).toContain(sentence);
});

test('the help has examples', () => {
  let text = '';
  const command = sandboxCommand(() => undefined);
  command.configureOutput({
    writeOut: (more) => {
      text += more;
    },
  });
  command.outputHelp();
  expect(text).toContain('$ model-registrar sandbox --once');
});
