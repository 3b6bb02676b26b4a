import { expect, it } from 'vitest';
import { mergeContainers } from '../../../../src/sources/inference-service/merge-containers.ts';

const runtime = {
  image: 'theirs',
  command: ['serve'],
  args: ['--a=1'],
  env: [{ name: 'A', value: '1' }, { name: 'B' }],
};

it('arguments follow those of the runtime, all else of the runtime stays', () => {
  expect(mergeContainers(runtime, { args: ['--a=2'] })).toEqual({ ...runtime, args: ['--a=1', '--a=2'] });
});

it('command and image replace, variables are merged by name in their places', () => {
  const own = {
    image: 'mine',
    command: ['run'],
    env: [
      { name: 'C', value: '3' },
      { name: 'A', value: '2' },
    ],
  };
  expect(mergeContainers(runtime, own)).toEqual({
    image: 'mine',
    command: ['run'],
    args: ['--a=1'],
    env: [{ name: 'A', value: '2' }, { name: 'B' }, { name: 'C', value: '3' }],
  });
});

it('the variable of the object wins over one that the runtime has twice', () => {
  const twice = { env: [{ name: 'A', value: '1' }, { name: 'B' }, { name: 'A', value: '2' }] };
  expect(mergeContainers(twice, { env: [{ name: 'A', value: '3' }] }).env).toEqual([
    { name: 'A', value: '3' },
    { name: 'B' },
  ]);
  expect(mergeContainers(twice, {}).env).toEqual(twice.env);
});

it('two empty ones make an empty one', () => {
  expect(mergeContainers({}, {})).toEqual({ args: [], env: [] });
});
