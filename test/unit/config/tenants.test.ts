import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { rightsOf } from '../../../src/commands/wiring/rights.ts';
import { ConfigFile, readSettings } from '../../../src/config/index.ts';
import { createRights, NEVER_ALLOWED, USUAL_RIGHTS } from '../../../src/registration/rights.ts';
import { readYaml } from '../../../src/yaml/index.ts';

const SAMPLE = join(import.meta.dirname, '../../../manifests/samples/config.yaml');

/** What is wrong with a file. */
function problems(text: string): string[] {
  const read = readYaml(text, ConfigFile, 'config.yaml');
  return 'problems' in read ? read.problems : [];
}

test('the sample is right, and says what its comments say', () => {
  const rights = rightsOf(readSettings({ flags: {}, environment: {}, file: SAMPLE }));
  expect(rights.of('search')).toMatchObject({ accessGroups: ['beta', 'internal'], params: ['region_name'] });
  expect(rights.of('corp-models')).toMatchObject({ credentials: ['corp-azure'], accessGroups: [] });
  expect(rights.of('corp-models').publicNames).toBeUndefined();
  expect(rights.of('team-a').publicNames).toEqual(['team-*', 'llama-3-70b']);
  expect(rights.share('llama-3-70b', 'search', 'team-a')).toBe(true);
  expect(rights.share('llama-3-70b', 'search', 'corp-models')).toBe(false);
});

test('nothing is limited or granted without a file', () => {
  const rights = rightsOf(readSettings({ flags: {}, environment: {} }));
  expect(rights.of('team-a')).toEqual(USUAL_RIGHTS.of('team-a'));
  expect(createRights([], []).of('team-a')).toBe(USUAL_RIGHTS.of('team-a'));
});

describe('what is wrong is told with its line', () => {
  it.each([
    ['tenants: {}', 'config.yaml:1: tenants must be a list of entries, each with a namespace'],
    [
      'tenants:\n  - public-names: []',
      'config.yaml:2: tenants[0].namespace must be the name of a namespace, or a pattern such as team-*',
    ],
    [
      'tenants:\n  - namespace: Team',
      'config.yaml:2: tenants[0].namespace must be the name of a namespace, or a pattern such as team-*',
    ],
    [
      'tenants:\n  - namespace: "-"',
      'config.yaml:2: tenants[0].namespace must be the name of a namespace, or a pattern such as team-*',
    ],
    ['tenants:\n  - namespace: a\n    acces-groups: []', 'config.yaml:3: tenants[0].acces-groups is not known'],
    [
      'tenants:\n  - namespace: a\n    access-groups: beta',
      'config.yaml:3: tenants[0].access-groups must be a list of groups',
    ],
    [
      'tenants:\n  - namespace: a\n    access-groups:\n      - b\n      - 4',
      'config.yaml:5: tenants[0].access-groups[1] must be the name of a group',
    ],
    [
      'tenants:\n  - namespace: a\n    credentials: [""]',
      'config.yaml:3: tenants[0].credentials[0] must be the name of a credential',
    ],
    [
      'tenants:\n  - namespace: a\n    model-info: ["a b"]',
      'config.yaml:3: tenants[0].model-info[0] must be the name of a key',
    ],
    ['shared-names:\n  - name: x\n    namespaces: []', 'config.yaml:3: shared-names[0].namespaces must not be empty'],
    ['shared-names:\n  - namespaces: [a]', 'config.yaml:2: shared-names[0].name must be a name or a pattern'],
  ])('%j', (text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });

  it('an entry that an earlier one hides would never count', () => {
    const entries = (...namespaces: string[]) =>
      `tenants:\n${namespaces.map((one) => `  - namespace: "${one}"\n`).join('')}`;
    const hidden = (by: string) =>
      `must come before "${by}", which matches it too: the first entry that matches counts`;
    expect(problems(entries('team-*', 'team-a'))).toEqual([`config.yaml:3: tenants[1].namespace ${hidden('team-*')}`]);
    expect(problems(entries('team-*', 'b', 'team-a*'))).toEqual([
      `config.yaml:4: tenants[2].namespace ${hidden('team-*')}`,
    ]);
    expect(problems(entries('a?', 'a?'))).toEqual([`config.yaml:3: tenants[1].namespace ${hidden('a?')}`]);
    expect(problems(entries('team-a', 'team-?', 'team-*', '*'))).toEqual([]);
    expect(problems('shared-names:\n  - {name: "*", namespaces: [a]}\n  - {name: x, namespaces: [b]}')).toEqual([
      `config.yaml:3: shared-names[1].name ${hidden('*')}`,
    ]);
  });

  it('prices may be allowed where LiteLLM keeps them, though their names hold the word token', () => {
    expect(problems('tenants:\n  - namespace: a\n    litellm-params: [input_cost_per_token_batches]')).toEqual([]);
    expect(problems('tenants:\n  - namespace: a\n    litellm-params: [azure_ad_token]')).toHaveLength(1);
  });

  it.each([
    ...[...NEVER_ALLOWED.params.keys()].map((key) => ['litellm-params', key]),
    ...[...NEVER_ALLOWED.info.keys(), 'input_cost_per_token', 'cost'].map((key) => ['model-info', key]),
  ])('no list of %s can allow %s', (place, key) => {
    expect(problems(`tenants:\n  - namespace: a\n    ${place}: [${key}]`)).toEqual([
      expect.stringMatching(`^config.yaml:3: tenants\\[0\\].${place}\\[0\\] cannot be allowed to objects: \\w`),
    ]);
  });
});
