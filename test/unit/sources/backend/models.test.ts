import { expect, test } from 'vitest';
import { readModels } from '../../../../src/sources/backend/index.ts';

const ids = (body: unknown) => {
  const read = readModels(body);
  return 'models' in read ? read.models : read.nothing;
};

test('vLLM tells a length, which its adapters have too', () => {
  const data = [
    { id: 'sql', parent: 'Qwen/Qwen3-8B', max_model_len: null },
    { id: 'Qwen/Qwen3-8B', max_model_len: 32_768, parent: null },
  ];
  expect(ids({ object: 'list', data })).toEqual([
    { id: 'sql', maxModelLen: 32_768 },
    { id: 'Qwen/Qwen3-8B', maxModelLen: 32_768 },
  ]);
});

test('Ollama and KServe’s server tell none; a length that is no such number counts as none', () => {
  const data = [
    { id: 'llama3.2:3b' },
    { id: 'b', max_model_len: null },
    { id: 'c', max_model_len: 'long' },
    { id: 'd', max_model_len: -1 },
  ];
  expect(ids({ data })).toEqual([{ id: 'llama3.2:3b' }, { id: 'b' }, { id: 'c' }, { id: 'd' }]);
});

test('an empty list is told apart from what is none', () => {
  expect(ids({ data: [] })).toBe('empty');
  for (const body of [undefined, null, '', 'x', [], {}, { data: {} }, { models: ['a'] }, { data: null }])
    expect(ids(body)).toBe('nonsense');
});

test('an id that nobody could call is left out and counted; a list of nothing else is nonsense', () => {
  const unfit = [{ id: '' }, { id: 'os.environ/KEY' }, { id: 'ünïcödé-模型' }, { id: 'a\nb' }, 'x', { name: 'y' }];
  expect(readModels({ data: [...unfit, { id: 'good' }] })).toEqual({ models: [{ id: 'good' }], unfit: unfit.length });
  expect(ids({ data: unfit })).toBe('nonsense');
});

test('each id counts once, and no more than 2,000', () => {
  expect(ids({ data: [{ id: 'a' }, { id: 'a', max_model_len: 5 }] })).toEqual([{ id: 'a', maxModelLen: 5 }]);
  const many = readModels({ data: Array.from({ length: 5_000 }, (_, n) => ({ id: `m${n}` })) });
  expect('models' in many && many.models.length).toBe(2_000);
});
