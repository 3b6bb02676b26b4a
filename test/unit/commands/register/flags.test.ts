import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addModelFlags, annotationsOf, inFlags } from '../../../../src/commands/register/flags.ts';
import { ANNOTATION_PREFIX } from '../../../../src/registration/index.ts';

const key = (name: string): string => `${ANNOTATION_PREFIX}${name}`;

function parsed(...args: string[]): Command {
  const command = addModelFlags(new Command('register'));
  command.parse(args, { from: 'user' });
  return command;
}

test('flags become annotations of the same name, a switch one that says true', () => {
  const command = parsed('--model-name=a,b', '--max-model-len', '32K', '--embedding', '--litellm-params=rpm: 5');
  expect(annotationsOf(command, 'http')).toEqual({
    [key('model-name')]: 'a,b',
    [key('max-model-len')]: '32K',
    [key('embedding')]: 'true',
    [key('litellm-params')]: 'rpm: 5',
    [key('port')]: 'http',
  });
});

test('what is not given is no annotation', () => {
  expect(annotationsOf(parsed(), undefined)).toEqual({});
});

test.each([
  ['what was given as a flag', 'mode', { [key('mode')]: 'x' }, ['mode'], '--mode'],
  ['what could be given as one', 'model-name', {}, [], '--model-name'],
  ['what the object itself says', 'mode', {}, ['mode'], 'model-registrar.io/mode'],
  ['what no flag says', 'enabled', {}, [], 'model-registrar.io/enabled'],
  ['the port behind a name', 'port', { [key('port')]: '1' }, [], ':PORT behind its name'],
])('a message is in the words of who reads it: %s', (_, name, given, annotated, told) => {
  expect(inFlags(`${key(name)} is "x": wrong; set ${key(name)}.`, given, annotated)).toBe(
    `${told} is "x": wrong; set ${told}.`,
  );
});
