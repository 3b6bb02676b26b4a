import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../../src/registration/index.ts';
import { parseInferenceService } from '../../../../src/sources/inference-service/schema.ts';
import { declaredNames, nameProblems } from '../../../../src/sources/object/names.ts';
import { inferenceService, stored } from '../../../support/kserve-objects.ts';

function read(annotations: Record<string, string>, served: string) {
  const prefixed = Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [`model-registrar.io/${key}`, value]),
  );
  const object = parseInferenceService(stored(inferenceService({ annotations: prefixed })));
  const { options } = readOptions(object.annotations);
  return { names: declaredNames(object, options, served), problems: nameProblems(served, options).length };
}

describe('the names that an object declares', () => {
  it.each<[string, Record<string, string>, string, string[], number]>([
    ['the served name', {}, 'served', ['served'], 0],
    ['its own', { 'model-name': 'a,b' }, 'served', ['a', 'b'], 0],
    ['none where the served name is none', {}, 'all-proxy-models', [], 1],
    ['its own where the served name is no public one', { 'model-name': 'a' }, 'all-proxy-models', ['a'], 0],
    ['its own where the served name is none at all', { 'model-name': 'a' }, 'a\nb', ['a'], 1],
    ['none in the stead of a refused served name', { 'served-name': ' x' }, 'served', [], 0],
  ])('are %s', (_, annotations, served, names, problems) => {
    expect(read(annotations, served)).toEqual({ names, problems });
  });
});
