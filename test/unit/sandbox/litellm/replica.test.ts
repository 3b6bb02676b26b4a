import { describe, expect, it } from 'vitest';
import type { Fields } from '../../../../src/sandbox/fields.ts';
import { pick } from '../../../../src/sandbox/litellm/replica.ts';

function deployment(id: string, params: Fields = {}) {
  return { id, name: 'shared', params, info: {}, isBlocked: false };
}

function picked(deployments: readonly ReturnType<typeof deployment>[], times = 200): string[] {
  const ids = new Set<string>();
  for (let call = 0; call < times; call += 1) ids.add(pick(deployments)?.id ?? 'none');
  return [...ids].sort();
}

describe('the pick among the rows of a name', () => {
  it('is nobody where there is nobody', () => {
    expect(pick([])).toBeUndefined();
  });

  it('meets all in time', () => {
    expect(picked([deployment('a'), deployment('b')])).toEqual(['a', 'b']);
  });

  it('keeps to those with a weight, once one has it', () => {
    expect(picked([deployment('a', { weight: 1 }), deployment('b', { weight: 3 }), deployment('c')])).toEqual([
      'a',
      'b',
    ]);
  });

  it('keeps to the lowest order', () => {
    expect(picked([deployment('a', { order: 2 }), deployment('b', { order: 1 }), deployment('c')])).toEqual(['b']);
  });
});
