import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/errors.ts';
import { litellmNamed, litellmsOf } from '../../../src/config/instances.ts';
import { readSettings, type Settings } from '../../../src/config/read.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'model-registrar-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function read(lines: readonly string[], flags: Record<string, string> = {}): Settings {
  const file = join(folder, 'config.yaml');
  writeFileSync(file, lines.join('\n'));
  return readSettings({ flags: { 'litellm-url': 'http://litellm:4000', ...flags }, environment: {}, file });
}

/** The complaints about a file, without its path. */
function complaints(...lines: string[]): string[] {
  try {
    litellmsOf(read(lines));
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n').map((line) => line.replaceAll(folder, ''));
    throw error;
  }
  return [];
}

const GPU = ['litellms:', '  - name: gpu', '    url: http://gpu:4000/', '    key-file: /etc/gpu/key'];

describe('litellmsOf', () => {
  it('is the default one alone where no other is listed', () => {
    const settings = read(['{}']);
    expect(litellmsOf(settings)).toEqual([
      { name: 'default', settings, namespaces: undefined, defaultFor: [], accessGroups: [], tags: [] },
    ]);
  });

  it('reaches each by its own address, key, authority and owner id, and shares all else', () => {
    const more = ['    ca-file: /etc/gpu/ca.pem', '    owner-id: prod-gpu', '    namespaces: [team-a, "research-*"]'];
    const [, gpu] = litellmsOf(
      read([...GPU, ...more], { 'litellm-key-file': '/etc/key', 'litellm-ca-file': '/etc/ca.pem', settle: '7s' }),
    );
    expect(gpu).toMatchObject({ name: 'gpu', namespaces: ['team-a', 'research-*'], defaultFor: [] });
    expect(gpu?.settings).toMatchObject({
      'litellm-url': 'http://gpu:4000',
      'litellm-key-file': '/etc/gpu/key',
      'litellm-ca-file': '/etc/gpu/ca.pem',
      'owner-id': 'prod-gpu',
      settle: 7_000,
    });
  });

  it('takes no authority of the default one for another, and its owner id where there is no other', () => {
    const [, gpu] = litellmsOf(read(GPU, { 'litellm-ca-file': '/etc/ca.pem', 'owner-id': 'prod' }));
    expect(gpu?.settings['litellm-ca-file']).toBeUndefined();
    expect(gpu?.settings['owner-id']).toBe('prod');
  });

  it('what holds for the default one may be listed too, wherever it stands', () => {
    const all = litellmsOf(read([...GPU, '  - name: default', '    tags: [cpu]', '    namespaces: [team-a]']));
    expect(all.map(({ name }) => name)).toEqual(['default', 'gpu']);
    expect(all[0]).toMatchObject({
      tags: ['cpu'],
      namespaces: ['team-a'],
      settings: { 'litellm-url': 'http://litellm:4000' },
    });
  });

  it('an empty list of namespaces is not no list', () => {
    expect(litellmsOf(read([...GPU, '    namespaces: []']))[1]?.namespaces).toEqual([]);
  });
});

describe('litellmNamed', () => {
  it('finds one by its name', () => {
    expect(litellmNamed(read(GPU), 'gpu').settings['litellm-url']).toBe('http://gpu:4000');
  });

  it('names those that there are', () => {
    expect(() => litellmNamed(read(GPU), 'eu')).toThrow('--litellm must be one of default, gpu, but is "eu"');
  });
});

describe('what is wrong is told with its line', () => {
  it.each([
    [['litellms: gpu'], '/config.yaml:1: litellms must be a list.'],
    [['litellms:', '  - url: http://gpu:4000', '    key-file: k'], '/config.yaml:2: litellms[0].name must be a name'],
    [[...GPU, '    team-id: x'], '/config.yaml:5: litellms[0].team-id is not known'],
    [
      ['litellms:', '  - name: GPU', '    url: http://gpu', '    key-file: k'],
      '/config.yaml:2: litellms[0].name must be a name',
    ],
    [
      [...GPU, '  - name: gpu', '    url: http://b', '    key-file: k'],
      '/config.yaml:5: litellms[1].name must not be that of another.',
    ],
    [
      [...GPU, '  - name: b', '    url: http://gpu:4000', '    key-file: k'],
      '/config.yaml:6: litellms[1].url must not be that of another.',
    ],
    [['litellms:', '  - name: gpu', '    key-file: k'], '/config.yaml:2: litellms[0] must have a url.'],
    [['litellms:', '  - name: gpu', '    url: http://gpu'], '/config.yaml:2: litellms[0] must have a key-file.'],
    [[...GPU, '    namespaces: [Team]'], '/config.yaml:5: litellms[0].namespaces[0] must be the name of a namespace'],
    [[...GPU, '    tags: ["a,b"]'], '/config.yaml:5: litellms[0].tags[0] must be 1 to 64 letters'],
    [
      ['litellms:', '  - name: default', '    url: http://gpu'],
      '/config.yaml:3: litellms[0].url must not stand here: for the default one it is the setting litellm-url.',
    ],
    [
      ['litellms:', '  - name: gpu', '    url: http://litellm:4000', '    key-file: k'],
      'The LiteLLM "gpu" of the section litellms has the address of --litellm-url: leave one of the two out.',
    ],
  ])('%j', (lines, complaint) => {
    expect(complaints(...lines)).toEqual([expect.stringContaining(complaint)]);
  });

  it('a key in the place of its file, or in an address, is not repeated', () => {
    const lines = complaints(
      'litellms:',
      '  - name: gpu',
      '    url: http://x:sk-canary@gpu',
      '    key-file: sk-canary',
    );
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toContain('canary');
  });
});
