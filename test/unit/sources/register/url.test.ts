import { describe, expect, test } from 'vitest';
import { listedUrl, slugOf, urlSource } from '../../../../src/sources/index.ts';
import { NO_RELATED } from '../../../support/no-related.ts';

const SETTINGS = { selection: 'annotated', address: 'cluster' } as const;

function projected(url: string, said: Record<string, string>) {
  const annotations = Object.fromEntries(
    Object.entries(said).map(([key, value]) => [`model-registrar.io/${key}`, value]),
  );
  const object = listedUrl('mistral', { url, annotations, secretsIn: 'team-a' });
  return urlSource.project(object, SETTINGS, NO_RELATED);
}

describe('an address', () => {
  test('is the administrator’s, and is known by its first name', () => {
    expect(listedUrl('mistral', { url: 'http://x/v1', annotations: {}, secretsIn: '' })).toMatchObject({
      namespace: '-',
      name: 'mistral',
      uid: 'mistral',
    });
  });

  test('serves its names, with all that was said', () => {
    const said = {
      'model-name': 'mistral, small',
      'served-name': 'mistral:7b',
      'max-model-len': '8K',
      provider: 'openai',
    };
    expect(projected('http://box:8000/v1/', said)).toMatchObject({
      state: 'serve',
      names: ['mistral', 'small'],
      registrations: ['mistral', 'small'].map((publicName) => ({
        publicName,
        servedName: 'mistral:7b',
        provider: 'openai',
        apiBase: 'http://box:8000/v1',
        params: { api_key: 'not-needed' },
        info: { max_tokens: 8192 },
      })),
    });
  });

  test('is called by its first name where nothing else is said', () => {
    expect(projected('http://box/v1', { 'model-name': 'a,b' })).toMatchObject({
      registrations: [{ servedName: 'a' }, { servedName: 'a' }],
    });
  });

  test('has its key in the namespace that was named', () => {
    expect(projected('http://box/v1', { 'model-name': 'a', 'api-key-secret': 'box/key' })).toMatchObject({
      apiKeySecret: { namespace: 'team-a', name: 'box', key: 'key' },
    });
  });

  test.each([
    ['no address', 'box:8000', { 'model-name': 'a' }, '--url is no http or https URL.'],
    ['a password', 'http://u:p@box/v1', { 'model-name': 'a' }, '--url carries credentials.'],
    ['a wrong name', 'http://box/v1', { 'model-name': '*' }, 'model-registrar.io/model-name is "*"'],
    [
      'a wrong served name',
      'http://box/v1',
      { 'model-name': 'a', 'served-name': ' a' },
      'model-registrar.io/served-name',
    ],
    ['a port', 'http://box/v1', { 'model-name': 'a', port: '80' }, 'model-registrar.io/port is for the source service'],
  ])('is refused with %s', (_, url, said, message) => {
    expect(projected(url, said)).toMatchObject({
      state: 'invalid',
      problems: [{ reason: 'InvalidAnnotation', message: expect.stringContaining(message) }],
    });
  });
});

test.each([
  ['mistral-7b', /^mistral-7b$/],
  ['Mistral 7B', /^mistral-7b-[0-9a-f]{8}$/],
  ['qwen2.5', /^qwen2-5-[0-9a-f]{8}$/],
  ['é', /^[0-9a-f]{8}$/],
  ['a'.repeat(300), /^a{60}-[0-9a-f]{8}$/],
])('%s becomes a part of an id, without a dot', (name, slug) => {
  expect(slugOf(name)).toMatch(slug);
});

test('no two names share one', () => {
  const names = ['a/b', 'a-b', 'a.b', 'A-b', 'a--b'];
  expect(new Set(names.map(slugOf)).size).toBe(names.length);
});
