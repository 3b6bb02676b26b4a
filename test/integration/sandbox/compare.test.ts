import { expect, test } from 'vitest';
import { discrepancies } from '../../../src/commands/sandbox/compare.ts';
import type { Model, Observation } from '../../../src/commands/sandbox/observe.ts';
import type { Expected } from '../../../src/commands/sandbox/scene.ts';

const model: Model = { id: 'llm.a.1', name: 'a', mode: 'chat', tokens: 4096, from: 'llm/a', address: undefined };
const event = { type: 'Normal', reason: 'Updated', message: 'It was.', count: 1, about: 'llm/a' };

const seen: Observation = {
  models: [model],
  events: [event],
  objects: new Map([['live', 1]]),
  writes: 1,
  looks: 1,
  isHandMadeKept: true,
};
const expected: Expected = {
  models: { a: { from: 'llm/a', mode: 'chat', tokens: 4096 } },
  events: ['Updated llm/a'],
  objects: { live: 1, held: 0 },
  writes: 1,
  freshRow: 'a',
};

test('nothing is said where all is as expected', () => {
  expect(discrepancies(expected, seen, new Set(['llm.a.0']))).toEqual([]);
});

test.each<[string, Partial<Observation>, Partial<Expected>, string[]]>([
  ['another value', { models: [{ ...model, tokens: undefined }] }, {}, ['"a" has tokens unset in place of 4096.']],
  ['another object', { models: [{ ...model, from: 'b/a' }] }, {}, ['"a" has from b/a in place of llm/a.']],
  ['two rows', { models: [model, { ...model, id: 'llm.a.2' }] }, {}, ['LiteLLM has 2 rows under "a" in place of one.']],
  ['an Event too many', { events: [event, event] }, {}, ['The Event Updated llm/a is not expected.']],
  ['another number of writes', { writes: 3 }, {}, ['LiteLLM was written to 3 times in place of 1.']],
  [
    'silence before the controller has looked',
    { events: [], looks: 0 },
    { events: [] },
    ['The controller has not looked at it.'],
  ],
  ['a foreign model that changed', { isHandMadeKept: false }, {}, ['The model that was added by hand was changed.']],
])('%s is said', (_, difference, wish, sentences) => {
  expect(discrepancies({ ...expected, ...wish }, { ...seen, ...difference }, new Set())).toEqual(sentences);
});

test('a row that was there before is no fresh one', () => {
  expect(discrepancies(expected, seen, new Set(['llm.a.1']))).toEqual(['"a" still has the row llm.a.1.']);
});
