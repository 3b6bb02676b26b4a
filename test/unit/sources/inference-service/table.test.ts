import { expect, it } from 'vitest';
import { TABLE } from '../../../support/inference-service-table.ts';
import { project, runtimes, served } from './projecting.ts';

it('has a name of its own for each row', () => {
  const names = TABLE.map(({ object }) => object.metadata.name);
  expect(new Set(names).size).toBe(names.length);
});

it.each(TABLE.filter(({ wanted }) => wanted))('is served: $what', ({ object, wanted, runtimes: known = [] }) => {
  const [registration, ...more] = served(project(object, 'annotated', runtimes(...known))).registrations;
  expect(more).toEqual([]);
  expect(registration).toMatchObject({ apiBase: wanted?.apiBase, servedName: wanted?.model, provider: 'hosted_vllm' });
  const { mode, max_tokens, max_input_tokens } = registration?.info ?? {};
  expect({ mode, max_tokens, max_input_tokens }).toEqual({
    mode: wanted?.mode,
    max_tokens: wanted?.maxTokens,
    max_input_tokens: wanted?.maxTokens,
  });
});

it.each(TABLE.filter(({ wanted }) => !wanted))('is not served: $what', ({ object, told }) => {
  expect(project(object).state).toBe(told);
});

it.each(TABLE)(
  'means the same when nobody may read runtimes, or is told why not: $what',
  ({ object, runtimes: known = [] }) => {
    const informed = project(object, 'annotated', runtimes(...known));
    const blind = project(object, 'annotated', { find: () => 'unknown', of: () => 'unknown' });
    if (blind.state === 'invalid' && informed.state === 'serve') {
      expect(blind.problems[0].message).toMatch(/The serving runtime ".*" cannot be read/);
      return;
    }
    const essence = (one: typeof informed) =>
      one.state === 'serve' ? one.registrations.map(({ apiBase, servedName }) => [apiBase, servedName]) : one.state;
    expect(essence(blind)).toEqual(essence(informed));
  },
);
