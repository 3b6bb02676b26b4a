import { expect, test } from 'vitest';
import { entryId, parseSourceKey, sourceKey } from '../../../../src/registration/index.ts';
import { backend, backendOf, modelIdOf, objectName } from '../../../../src/sources/backend/index.ts';
import { NO_RELATED } from '../../../support/no-related.ts';
import { entry, model } from './builders.ts';

const project = (object: ReturnType<typeof model>) =>
  backend.project(object, { selection: 'annotated', address: 'cluster' }, NO_RELATED);

test('a model is one registration, with what its entry and the backend say', () => {
  const wish = entry({
    provider: 'openai',
    'model-name': '{backend}/{name}',
    tags: ['lab'],
    'access-groups': ['beta'],
    notes: 'a box',
    'litellm-params': { rpm: 5 },
    'model-info': { description: 'd', max_tokens: 100 },
    modes: [
      { match: '*embed*', mode: 'embedding' },
      { match: '*', mode: 'chat' },
    ],
  });
  const of = (id: string) => model(id, { entry: wish, model: { id, maxModelLen: 8_192 }, callsFunctions: true });
  expect(project(of('org/embed-1'))).toEqual({
    state: 'serve',
    names: ['lab/embed-1'],
    apartFrom: 'backend/-/lab:',
    registrations: [
      {
        publicName: 'lab/embed-1',
        provider: 'openai',
        servedName: 'org/embed-1',
        apiBase: 'http://10.0.0.5:11434/v1',
        params: { rpm: 5, tags: ['lab'], api_key: 'not-needed' },
        // What the administrator wrote goes before what the backend says.
        info: {
          supports_function_calling: true,
          max_tokens: 100,
          max_input_tokens: 8_192,
          description: 'd',
          mode: 'embedding',
          notes: 'a box',
          access_groups: ['beta'],
        },
      },
    ],
    rollingOut: false,
    warnings: [],
  });
  expect(project(of('other'))).toMatchObject({ registrations: [{ info: { mode: 'chat' } }] });
});

test('a key is sent, and stands by its version in the digest', () => {
  const key = { state: 'known', value: 'k', version: 'v1' } as const;
  expect(project(model('a', { key }))).toMatchObject({
    registrations: [{ params: { api_key: 'k' }, keyVersion: 'v1' }],
  });
});

test('without its key, or before it is known what it can do, nothing is added', () => {
  const key = { state: 'unknown', why: 'the key file k cannot be read' } as const;
  expect(project(model('a', { key }))).toEqual({ state: 'hold', names: ['a'], why: 'the key file k cannot be read' });
  expect(project(model('a', { asking: true }))).toMatchObject({ state: 'hold', names: ['a'] });
});

test('a name that cannot be public is told, and claims nothing', () => {
  expect(project(model('all-proxy-models'))).toMatchObject({
    state: 'invalid',
    names: [],
    problems: [{ message: expect.stringContaining('Backend lab: "all-proxy-models" cannot be a public name: ') }],
  });
});

test('its name holds the id and can be taken apart, whatever the id', () => {
  for (const id of ['llama3.2:3b', 'Qwen/Qwen3-8B', '100%', 'a%2Fb', 'a b']) {
    const { namespace, name } = model(id);
    const ref = { kind: 'backend', namespace, name };
    expect(parseSourceKey(sourceKey(ref))).toEqual(ref);
    expect(backendOf(name)).toBe('lab');
    expect(modelIdOf(name)).toBe(id);
    expect(entryId({ owner: 'o', source: ref, uid: 'lab', publicName: id })).toMatch(/^backend\.lab\.[0-9a-f]{8}$/);
  }
  expect(objectName('lab', 'Qwen/Qwen3-8B')).toBe('lab:Qwen%2FQwen3-8B');
  expect(objectName('lab', 'a/b')).not.toBe(objectName('lab', 'a%2Fb'));
});
