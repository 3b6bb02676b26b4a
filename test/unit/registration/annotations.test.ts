import { describe, expect, it } from 'vitest';
import {
  ANNOTATION_PREFIX,
  ANNOTATIONS,
  findAnnotation,
  nearestAnnotation,
} from '../../../src/registration/annotations.ts';
import { readOptions } from '../../../src/registration/options.ts';

const AVAILABLE = [
  'enabled',
  'model-name',
  'served-name',
  'mode',
  'embedding',
  'max-model-len',
  'notes',
  'provider',
  'base-path',
  'port',
  'api-key-secret',
  'tags',
  'access-groups',
  'litellm-params',
  'model-info',
  'litellm',
  'unready-policy',
  'unready-grace',
];

describe('the table of annotations', () => {
  it('holds every key once, and says which are there', () => {
    expect(ANNOTATIONS.filter(({ available }) => available).map(({ key }) => key)).toEqual(AVAILABLE);
    expect(ANNOTATIONS).toHaveLength(AVAILABLE.length);
  });

  it.each(ANNOTATIONS)('$key has a meaning, allowed values, a default and an example', (annotation) => {
    for (const text of [annotation.meaning, annotation.allowed, annotation.default, annotation.example]) {
      expect(text).toMatch(/^\S.*\S$|^\S$/);
    }
  });

  it('the examples of all keys that are there are taken together, by the source that takes them all', () => {
    const there = ANNOTATIONS.filter(({ available, key }) => available && key !== 'embedding');
    const examples = there.map(({ key, example }) => [`${ANNOTATION_PREFIX}${key}`, example]);
    const rights = { accessGroups: ['research'], params: [], info: [], credentials: [] };
    expect(readOptions(Object.fromEntries(examples), 'service', rights).problems).toEqual([]);
    expect(readOptions({ [`${ANNOTATION_PREFIX}embedding`]: 'true' }).problems).toEqual([]);
  });

  it.each(ANNOTATIONS)('$key is a name that Kubernetes takes', ({ key }) => {
    expect(`${ANNOTATION_PREFIX}${key}`).toMatch(/^[a-z0-9.-]+\/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
  });

  it('finds a line by its key', () => {
    expect(findAnnotation('mode')?.example).toBe('rerank');
    expect(findAnnotation('constructor')).toBeUndefined();
  });
});

describe('nearestAnnotation', () => {
  it.each([
    ['model-nmae', 'model-name'],
    ['model_name', 'model-name'],
    ['modelName', 'model-name'],
    ['MODEL-NAME', 'model-name'],
    ['model-names', 'model-name'],
    ['served-nam', 'served-name'],
    ['mdoe', 'mode'],
    ['enable', 'enabled'],
    ['max-model-length', 'max-model-len'],
    ['max-modellen', 'max-model-len'],
    ['base.path', 'base-path'],
    ['tag', 'tags'],
    ['note', 'notes'],
    ['x', undefined],
    ['', undefined],
    ['something-else', undefined],
    ['moxy', undefined],
    ['moev', undefined],
    ['pvovidrz', undefined],
    ['omed', undefined],
    ['xmod', undefined],
    ['potr', 'port'],
    ['tsga', undefined],
    ['sagt', undefined],
    ['enalbde', 'enabled'],
    ['neabdle', undefined],
  ])('%s -> %s', (key, nearest) => {
    expect(nearestAnnotation(key)).toBe(nearest);
  });

  it('does not ponder over a very long key', () => {
    expect(nearestAnnotation('m'.repeat(100_000))).toBeUndefined();
  });
});
