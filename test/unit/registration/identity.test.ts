import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryId, generationId, type Identity, splitId } from '../../../src/registration/identity.ts';
import { NO_NAMESPACE } from '../../../src/registration/registration.ts';
import { OWNER, SOURCE, UID } from './builders.ts';

const identity: Identity = { owner: OWNER, source: SOURCE, uid: UID, publicName: 'qwen' };

/** Each ingredient of an id, changed alone. */
const OTHERS: Record<string, Identity> = {
  owner: { ...identity, owner: 'stage' },
  kind: { ...identity, source: { ...SOURCE, kind: 'service' } },
  namespace: { ...identity, source: { ...SOURCE, namespace: 'other' } },
  name: { ...identity, source: { ...SOURCE, name: 'other' } },
  uid: { ...identity, uid: 'uid-2' },
  'public name': { ...identity, publicName: 'other' },
};

describe('entryId', () => {
  it('is namespace, name and eight hexadecimal digits', () => {
    expect(entryId(identity)).toMatch(/^llm\.qwen\.[0-9a-f]{8}$/);
  });

  it('begins with the kind where the administrator lists it himself', () => {
    const source = { kind: 'backend', namespace: NO_NAMESPACE, name: 'ollama' };
    expect(entryId({ ...identity, source })).toMatch(/^backend\.ollama\.[0-9a-f]{8}$/);
  });

  it('is the same for the same ingredients, in whichever process', () => {
    expect(entryId(structuredClone(identity))).toBe(entryId(identity));
    expect(entryId(identity)).toBe('llm.qwen.1a793ae4');
  });

  it.each(Object.entries(OTHERS))('is another for another %s', (_ingredient, other) => {
    expect(entryId(other)).not.toBe(entryId(identity));
  });

  it('keeps apart ingredients that read alike when put together', () => {
    const one = { ...identity, uid: 'a', publicName: 'bc' };
    const other = { ...identity, uid: 'ab', publicName: 'c' };
    expect(entryId(one)).not.toBe(entryId(other));
  });

  it('holds only characters that can stand in a path, whatever the public name', () => {
    fc.assert(
      fc.property(fc.string(), (publicName) => {
        expect(entryId({ ...identity, publicName })).toMatch(/^[a-z0-9.-]+$/);
      }),
    );
  });
});

describe('generationId and splitId', () => {
  it('call the first row by the id of its entry, and later ones by a number', () => {
    expect(generationId('llm.qwen.0123abcd', 1)).toBe('llm.qwen.0123abcd');
    expect(generationId('llm.qwen.0123abcd', 2)).toBe('llm.qwen.0123abcd.2');
  });

  it('are each other’s reverse', () => {
    const name = fc.stringMatching(/^[a-z]([a-z0-9.-]{0,20}[a-z0-9])?$/);
    fc.assert(
      fc.property(name, fc.integer({ min: 1, max: 99_999 }), (objectName, generation) => {
        const base = entryId({ ...identity, source: { ...SOURCE, name: objectName } });
        expect(splitId(generationId(base, generation))).toEqual({ base, generation });
      }),
    );
  });

  it.each(['gpt-4', '3f0c6f6e-1f0e-4d55-b7a5-0c53cf1d7c5e', 'llm.qwen.0123ABCD', 'llm.qwen.0123abcd.0', ''])(
    'take an id of another form, %j, for a first row',
    (id) => {
      expect(splitId(id)).toEqual({ base: id, generation: 1 });
    },
  );
});
