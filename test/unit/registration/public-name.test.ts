import { describe, expect, it } from 'vitest';
import { MAX_NAME_LENGTH, publicNameProblem } from '../../../src/registration/public-name.ts';

describe('publicNameProblem', () => {
  it.each(['qwen', 'Qwen/Qwen3-8B', 'llama3:8b', 'größe', 'a b', 'à côté', 'x'.repeat(MAX_NAME_LENGTH)])(
    'has nothing against %j',
    (name) => {
      expect(publicNameProblem(name)).toBeUndefined();
    },
  );

  it.each([
    ['', /empty/],
    ['x'.repeat(MAX_NAME_LENGTH + 1), /longer than 256/],
    [' qwen', /begins or ends with a space/],
    ['qwen\n', /begins or ends with a space/],
    ['qwen\u0000x', /control character/],
    ['qwen\u202ex', /control character/],
    ['*', /"\*"/],
    ['gpt-*', /"\*"/],
    ['a*b', /"\*"/],
    ['a2a/helper', /agent/],
    ['qwen 模型', /every call for a name with "模"/],
    ['“qwen”', /with "“"/],
    ['qwen😀', /with "😀"/],
  ])('refuses %j', (name, why) => {
    expect(publicNameProblem(name)).toMatch(why);
  });

  it.each(['all-proxy-models', 'all-team-models', 'no-default-models'])(
    'refuses %s, which means something else to LiteLLM',
    (name) => {
      expect(publicNameProblem(name)).toMatch(/reserved/);
      expect(publicNameProblem(`${name}-2`)).toBeUndefined();
    },
  );
});
