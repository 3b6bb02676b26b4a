import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { howToGive, keyFromEnvironment } from '../../../src/config/read.ts';
import { complaints, read } from './builders.ts';

const folder = mkdtempSync(join(tmpdir(), 'model-registrar-config-'));
let files = 0;

afterAll(() => rmSync(folder, { recursive: true }));

/** A settings file with this text. */
function fileWith(text: string): string {
  files += 1;
  const path = join(folder, `${files}.yaml`);
  writeFileSync(path, text);
  return path;
}

describe('precedence', () => {
  const file = fileWith('owner-id: of-file\n');
  const environment = { MODEL_REGISTRAR_OWNER_ID: 'of-environment' };
  const flags = { 'owner-id': 'of-flag' };

  it('flags beat the environment, which beats the file, which beats the default', () => {
    expect(read({ flags, environment, file })['owner-id']).toBe('of-flag');
    expect(read({ environment, file })['owner-id']).toBe('of-environment');
    expect(read({ file })['owner-id']).toBe('of-file');
    expect(read({ file: fileWith('settle: 5s') }).settle).toBe(5_000);
    expect(read({}).settle).toBe(60_000);
  });

  it('holds for each setting by itself', () => {
    const mixed = read({ flags: { policy: 'create-only' }, environment, file: fileWith('settle: 1s\npolicy: sync') });
    expect([mixed.policy, mixed['owner-id'], mixed.settle]).toEqual(['create-only', 'of-environment', 1_000]);
  });

  it('does not join lists of several origins', () => {
    const lists = { environment: { MODEL_REGISTRAR_NAMESPACE: 'b,c' }, file: fileWith('namespace: [d]') };
    expect(read({ flags: { namespace: ['a'] }, ...lists }).namespace).toEqual(['a']);
    expect(read(lists).namespace).toEqual(['b', 'c']);
  });

  it('looks at no wrong value that a stronger one hides', () => {
    expect(read({ flags: { settle: '1s' }, environment: { MODEL_REGISTRAR_SETTLE: 'soon' } }).settle).toBe(1_000);
  });
});

describe('the environment', () => {
  it('counts empty variables as absent', () => {
    const environment = { MODEL_REGISTRAR_OWNER_ID: '', MODEL_REGISTRAR_SETTLE: '', MODEL_REGISTRAR_NAMESPACE: '' };
    const settings = read({ environment, file: fileWith('owner-id: of-file') });
    expect([settings['owner-id'], settings.settle, settings.namespace]).toEqual(['of-file', 60_000, []]);
  });

  it('separates the values of a repeatable setting by commas', () => {
    expect(read({ environment: { MODEL_REGISTRAR_NAMESPACE: 'a, b,,c ' } }).namespace).toEqual(['a', 'b', 'c']);
  });

  it('leaves commas in other settings alone', () => {
    const environment = { MODEL_REGISTRAR_SELECTOR: 'team=search,stage!=test' };
    expect(read({ environment }).selector).toBe('team=search,stage!=test');
  });

  it('has switches as text', () => {
    expect(read({ environment: { MODEL_REGISTRAR_DRY_RUN: '1' } })['dry-run']).toBe(true);
    expect(read({ environment: { MODEL_REGISTRAR_DRY_RUN: 'false' } })['dry-run']).toBe(false);
  });

  it('refuses variables of ours that are no setting: a mistyped owner id would be missed', () => {
    expect(complaints({ environment: { MODEL_REGISTRAR_OWNERID: 'prod' } })).toEqual([
      'MODEL_REGISTRAR_OWNERID is no setting: --help names the variables that there are.',
    ]);
  });

  it.each([
    'MODEL_REGISTRAR_LITELLM_KEY',
    'MODEL_REGISTRAR_METRICS_SERVICE_HOST',
    'MODEL_REGISTRAR_METRICS_SERVICE_PORT_METRICS',
    'MODEL_REGISTRAR_METRICS_PORT_8080_TCP_ADDR',
    'MODEL_REGISTRAR_METRICS_PORT',
    'PATH',
  ])('passes over %s, which others set', (name) => {
    expect(complaints({ environment: { [name]: 'x' } })).toEqual([]);
  });
});

describe('the file', () => {
  it('holds lists as lists or as text, numbers and switches as such', () => {
    const file = fileWith('namespace: [a, 7]\nsource: inference-service, other\ndry-run: true\nowner-id: 42\n');
    const settings = read({ file });
    expect(settings.namespace).toEqual(['a', '7']);
    expect(settings.source).toEqual(['inference-service', 'other']);
    expect(settings['dry-run']).toBe(true);
    expect(settings['owner-id']).toBe('42');
  });

  it.each(['settle:', 'namespace: []', 'selector: null', 'dry-run: ~'])(
    'is refused where a line says nothing: %j',
    (text) => {
      const file = fileWith(`policy: sync\n${text}\n`);
      expect(complaints({ file })).toEqual([
        `"${text.replace(/:.*/, '')}" in ${file}:2 says nothing: leave the line out for the default.`,
      ]);
    },
  );

  it.each(['{}', '# nothing yet\n{}\n'])('may set nothing: %j', (text) => {
    expect(read({ file: fileWith(text) }).settle).toBe(60_000);
  });

  it.each(['', '\n', '# nothing yet\n', 'null'])('is refused where it says nothing: %j', (text) => {
    const file = fileWith(text);
    expect(complaints({ file })).toEqual([
      `The file of --config, ${file}, says nothing: it would set no limits. Write "{}" into it if that is meant, or leave --config out.`,
    ]);
  });

  const KNOWN =
    'the names of settings are those of the flags, without "--"; beside them there are litellms, tenants, shared-names';

  it('names every key that is no setting', () => {
    const file = fileWith('litellm_url: http://a\nsettle: 5s\nconfig: x\n');
    expect(complaints({ file })).toEqual([
      `${file}:1: litellm_url is not known: ${KNOWN}.`,
      `${file}:3: config is not known: ${KNOWN}.`,
    ]);
  });

  it.each([
    ['- a\n', 'must hold settings by name, for example "litellm-url: http://…".'],
    ['just text', 'must hold settings by name, for example "litellm-url: http://…".'],
    ['a: b: c\n', /is not YAML \(/],
    ['"unfinished', /is not YAML \(/],
  ])('says in one line what is wrong with %j', (text, expected) => {
    const file = fileWith(text);
    const [line, ...more] = complaints({ file });
    expect(line).toContain(file);
    expect(line).toMatch(expected);
    expect(more).toEqual([]);
  });

  it('says that it cannot be read', () => {
    expect(complaints({ file: join(folder, 'absent.yaml') })).toEqual([
      `The file of --config, ${join(folder, 'absent.yaml')}, cannot be read: check its path and rights.`,
    ]);
  });
});

describe('wrong values', () => {
  it('are all named at once, each with its origin, what is allowed and what it is', () => {
    const file = fileWith('policy: all\nsettle: true\n');
    const given = {
      flags: { 'litellm-url': 'litellm:4000', kubeconfig: '' },
      environment: { MODEL_REGISTRAR_DRY_RUN: 'yes', MODEL_REGISTRAR_NAMESPACE: 'ok,Wrong' },
      file,
    };
    expect(complaints(given)).toEqual([
      '--kubeconfig must not be empty, but is "".',
      '--litellm-url must be an http:// or https:// address, but is "litellm:4000".',
      'MODEL_REGISTRAR_NAMESPACE must be the name of a namespace: lower-case letters, digits and "-", but is "ok,Wrong".',
      `"policy" in ${file}:1 must be sync, upsert-only, create-only, but is "all".`,
      'MODEL_REGISTRAR_DRY_RUN must be true or false, but is "yes".',
      `"settle" in ${file}:2 must be a duration such as 500ms, 60s, 10m or 1h, but is true.`,
    ]);
  });

  it.each([
    ['selection', 'some', 'must be annotated or all'],
    ['log-level', 'loud', 'must be trace, debug, info, warn, error or silent'],
    ['log-format', 'xml', 'must be json or pretty'],
    ['resync-interval', '0s', 'must be longer than 0'],
    ['litellm-timeout', '0s', 'must be longer than 0'],
    ['owner-id', 'a/b', 'must be 1 to 63 letters, digits, ".", "_" or "-"'],
    ['listen', '8080', 'must be an address such as :8080 or 127.0.0.1:8080'],
  ])('--%s %s: %s', (name, value, allowed) => {
    expect(complaints({ flags: { [name]: value } })).toEqual([`--${name} ${allowed}, but is "${value}".`]);
  });

  it.each(Object.keys(read({})))('say of %s what it must be, also where it is of another kind', (name) => {
    const file = fileWith(JSON.stringify({ [name]: { a: [1] } }));
    expect(complaints({ file })).toEqual([expect.stringMatching(/ must /)]);
  });

  it('are cut where they are long', () => {
    const [line] = complaints({ flags: { 'owner-id': 'x'.repeat(10_000) } });
    expect(line?.length).toBeLessThan(200);
  });

  it.each([
    'http://admin:canary-secret@litellm:4000',
    'http://admin:canary/secret@litellm:4000',
    'admin:canary-secret@litellm',
    'http://litellm:4000?api_key=canary-secret',
    'http://litellm:4000#canary-secret',
    `http://${'a'.repeat(70)}:canary-secret@litellm`,
  ])('show nothing of a secret in an address: %s', (url) => {
    const lines = [
      ...complaints({ flags: { 'litellm-url': url } }),
      ...complaints({ file: fileWith(JSON.stringify({ 'litellm-url': [url] })) }),
    ];
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toMatch(/canary|secret/);
  });
});

describe('keyFromEnvironment', () => {
  it('takes the key without the space around it', () => {
    expect(keyFromEnvironment({ MODEL_REGISTRAR_LITELLM_KEY: ' sk-x\n' })).toBe('sk-x');
  });

  it.each([{}, { MODEL_REGISTRAR_LITELLM_KEY: '' }, { MODEL_REGISTRAR_LITELLM_KEY: ' \n' }])(
    'finds none in %j',
    (environment) => {
      expect(keyFromEnvironment(environment)).toBeUndefined();
    },
  );
});

test('howToGive names flag and variable', () => {
  expect(howToGive('litellm-url')).toBe('--litellm-url or MODEL_REGISTRAR_LITELLM_URL');
});
