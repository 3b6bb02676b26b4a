import { describe, expect, test } from 'vitest';
import { registering, sources } from '../../../../src/sources/index.ts';
import { inferenceService, status } from '../../../support/inference-services.ts';
import { NO_RELATED } from '../../../support/no-related.ts';

const source = sources.get('inference-service');
const PREFIX = 'model-registrar.io/';
const SETTINGS = { selection: 'annotated', address: 'cluster' } as const;

function raw(annotations: Record<string, string> = {}) {
  const { metadata, ...rest } = inferenceService({ name: 'qwen', annotations, status: status({ name: 'qwen' }) });
  const more = { uid: 'uid-1', resourceVersion: '7', creationTimestamp: '2026-01-01T00:00:00Z' };
  return { ...rest, metadata: { ...metadata, ...more } };
}

function registered(said: Record<string, string>, annotations?: Record<string, string>) {
  if (!source) throw new Error('there is no such source');
  const given = Object.fromEntries(Object.entries(said).map(([key, value]) => [`${PREFIX}${key}`, value]));
  const own = registering(source, given);
  const object = own.parse(raw(annotations));
  return { own, object, projection: own.project(object, SETTINGS, NO_RELATED) };
}

describe('an object that register is told to register', () => {
  test('is known by its kind and name, and is the same object', () => {
    const { own, object } = registered({}, { notes: 'x', 'other.io/y': 'z' });
    expect(own).toMatchObject({ kind: 'register', resource: { plural: 'inferenceservices' } });
    expect(object).toMatchObject({
      namespace: 'llm',
      name: 'inferenceservice.qwen',
      uid: 'uid-1',
      resourceVersion: '7',
      createdAt: Date.parse('2026-01-01T00:00:00Z'),
      annotated: ['notes'],
    });
  });

  test('means what its source says, with what was said in the place of annotations', () => {
    const { projection } = registered(
      { 'model-name': 'mine', 'served-name': 'qwen' },
      { 'model-name': 'its', notes: 'x' },
    );
    expect(projection).toMatchObject({
      state: 'serve',
      names: ['mine'],
      registrations: [{ publicName: 'mine', servedName: 'qwen', info: { notes: 'x' } }],
    });
  });

  test.each([[{}], [{ enabled: 'false' }]])(
    'is registered whatever the selection, and whatever it says itself: %j',
    (annotations) => {
      expect(registered({ 'served-name': 'qwen' }, annotations).projection).toMatchObject({ state: 'serve' });
    },
  );

  test('is not registered with a wrong flag, nor with a wrong annotation that no flag beats', () => {
    expect(registered({ mode: 'nonsense' }).projection).toMatchObject({ state: 'invalid' });
    expect(registered({}, { mode: 'nonsense' }).projection).toMatchObject({ state: 'invalid' });
    expect(registered({ mode: 'chat', 'served-name': 'qwen' }, { mode: 'nonsense' }).projection).toMatchObject({
      state: 'serve',
    });
  });

  test('cannot be read where it is none', () => {
    if (!source) throw new Error('there is no such source');
    expect(() => registering(source, {}).parse({ metadata: { name: 'x' } })).toThrow(/cannot be read/);
  });
});
