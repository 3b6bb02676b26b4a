// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables of shells and of Kubernetes, no templates of ours
import { describe, expect, it } from 'vitest';
import { createVariables, expandKubernetes } from '../../../src/sources/variables.ts';

describe('createVariables', () => {
  it('resolves a variable from those before it', () => {
    const variables = createVariables([
      { name: 'A', value: 'a' },
      { name: 'B', value: '$(A)-$(LATER)-$$(A)' },
      { name: 'LATER', value: 'x' },
      { name: 'A', value: 'changed' },
    ]);
    expect(variables.get('B')).toBe('a-$(LATER)-$(A)');
    expect(variables.get('A')).toBe('changed');
  });

  it('knows no value that comes from elsewhere', () => {
    const variables = createVariables([{ name: 'A', value: 'a' }, { name: 'A' }]);
    expect(variables.get('A')).toBeUndefined();
    expect(variables.get('constructor')).toBeUndefined();
    expect([variables.has('A'), variables.has('B')]).toEqual([true, false]);
  });

  it('stops giving values when they grow without end', () => {
    const doubling = Array.from({ length: 60 }, (_, index) => ({
      name: `V${index + 1}`,
      value: `$(V${index})$(V${index})`,
    }));
    const variables = createVariables([{ name: 'V0', value: 'x'.repeat(64) }, ...doubling]);
    expect(variables.get('V3') ?? '').not.toContain('$');
    expect(expandKubernetes('$(V60)', variables).length).toBeLessThan(600_000);
  });
});

describe('expandKubernetes', () => {
  const variables = createVariables([
    { name: 'A', value: 'a' },
    { name: 'my.var-1', value: 'b' },
  ]);

  it.each([
    ['$(A)$(my.var-1)', 'ab'],
    ['$(NONE)', '$(NONE)'],
    ['$$(A) $$$(A)', '$(A) $a'],
    ['${A} $A $(cat x)', '${A} $A $(cat x)'],
  ])('%s -> %s', (text, expanded) => {
    expect(expandKubernetes(text, variables)).toBe(expanded);
  });
});
