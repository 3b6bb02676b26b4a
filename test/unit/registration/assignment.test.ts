import { describe, expect, it } from 'vitest';
import { type Audience, assignLiteLlm } from '../../../src/registration/assignment.ts';
import { NO_NAMESPACE } from '../../../src/registration/registration.ts';

function audience(name: string, more: Partial<Audience> = {}): Audience {
  return { name, namespaces: undefined, defaultFor: [], ...more };
}

const open = audience('default');
const gpu = audience('gpu', { namespaces: ['team-a', 'research-*'], defaultFor: ['research-*'] });
const eu = audience('eu', { namespaces: [], defaultFor: ['eu-?'] });
const all = [open, gpu, eu];

describe('assignLiteLlm', () => {
  it.each([
    ['team-a', undefined, 'default'],
    ['team-a', 'gpu', 'gpu'],
    ['team-a', 'default', 'default'],
    ['research-1', undefined, 'gpu'],
    ['research-1', 'default', 'default'],
    // To be the default of a namespace is to be for it.
    ['eu-1', undefined, 'eu'],
    ['eu-1', 'eu', 'eu'],
    ['eu-12', undefined, 'default'],
  ])('an object of %s that chooses %s goes to %s', (namespace, choice, litellm) => {
    expect(assignLiteLlm(all, namespace, choice)).toEqual({ litellm });
  });

  it('the first that has a namespace as its own gets it', () => {
    const [one, other] = ['one', 'other'].map((name) => audience(name, { defaultFor: ['*'] }));
    expect(assignLiteLlm([open, ...(one && other ? [one, other] : [])], 'team-a', undefined)).toEqual({
      litellm: 'one',
    });
  });

  it.each(['gpu', 'nowhere', '', 'GPU'])(
    'one that chooses %j, which is not for it, is told which are, and of no others',
    (choice) => {
      const message = `model-registrar.io/litellm is "${choice}": it is no LiteLLM for objects of the namespace team-b. Allowed: default.`;
      expect(assignLiteLlm(all, 'team-b', choice)).toEqual({ problem: { reason: 'InvalidAnnotation', message } });
    },
  );

  it('one that chooses none where the default one is not for it is told to', () => {
    const closed = [audience('default', { namespaces: ['team-a'] }), audience('gpu')];
    const message =
      'model-registrar.io/litellm is missing: no LiteLLM takes objects of the namespace team-b that choose none. Allowed: gpu.';
    expect(assignLiteLlm(closed, 'team-b', undefined)).toEqual({ problem: { reason: 'InvalidAnnotation', message } });
  });

  it('where none is for its namespace, that is said', () => {
    const [closed] = [audience('default', { namespaces: [] })];
    expect(assignLiteLlm([closed], 'team-b', undefined)).toMatchObject({
      problem: { message: expect.stringContaining('None is: ask the administrator') },
    });
  });

  describe('what an administrator lists himself', () => {
    const greedy = [audience('default', { namespaces: [] }), audience('gpu', { namespaces: [], defaultFor: ['*'] })];

    it('goes to the default one, whatever is said of namespaces', () => {
      expect(assignLiteLlm(greedy, NO_NAMESPACE, undefined)).toEqual({ litellm: 'default' });
    });

    it('may choose any', () => {
      expect(assignLiteLlm(greedy, NO_NAMESPACE, 'gpu')).toEqual({ litellm: 'gpu' });
    });

    it('is told which there are, in its own words', () => {
      const message =
        'litellm of its entry is "nowhere": it is no LiteLLM of this installation. Allowed: default, gpu.';
      expect(assignLiteLlm(greedy, NO_NAMESPACE, 'nowhere')).toEqual({
        problem: { reason: 'InvalidAnnotation', message },
      });
    });
  });
});
