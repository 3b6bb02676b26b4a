import { describe, expect, it } from 'vitest';
import { createBackendKeys, type ReadSecret } from '../../../src/controller/backend-keys.ts';
import { KubernetesError, type Secret } from '../../../src/kubernetes/index.ts';

const REF = { namespace: 'llm', name: 'backend' };

function secret(entries: Record<string, string>, version = 'uid 1'): Secret {
  return { version, keys: Object.keys(entries), entry: (key) => entries[key] };
}

/** A reader whose answer can be changed; it notes what was read. */
function reader(first?: Secret | Error) {
  const state = { answer: first, read: [] as string[] };
  const read: ReadSecret = async ({ namespace, name }) => {
    state.read.push(`${namespace}/${name}`);
    if (state.answer instanceof Error) throw state.answer;
    return state.answer;
  };
  return { state, keys: createBackendKeys(read) };
}

async function lookedAt(answer: Secret | undefined | Error, key?: string) {
  const { keys } = reader(answer);
  const ref = key === undefined ? REF : { ...REF, key };
  await keys.read(ref);
  return keys.look(ref);
}

describe('what a Secret says', () => {
  it('is the named entry, trimmed, with a version', async () => {
    expect(await lookedAt(secret({ one: ' k1\n', other: 'k2' }), 'one')).toEqual({
      state: 'known',
      value: 'k1',
      version: 'uid 1',
    });
  });

  it('is the entry api-key where none is named', async () => {
    expect(await lookedAt(secret({ 'api-key': 'k1', other: 'k2' }))).toMatchObject({ value: 'k1' });
  });

  it('is the only entry where there is no api-key', async () => {
    expect(await lookedAt(secret({ token: 'k1' }))).toMatchObject({ value: 'k1' });
  });

  it.each([
    ['no Secret', undefined, undefined, /there is no Secret "backend" in namespace llm/],
    ['no such entry', secret({ one: 'k1' }), 'two', /has no entry "two"/],
    ['several entries', secret({ one: 'k1', two: 'k2' }), undefined, /has 2 entries .* backend\/ENTRY/],
    ['an empty value', secret({ one: ' \n' }), 'one', /is empty/],
    ['a line end within', secret({ one: 'canary\ncanary' }), 'one', /a line end/],
    ['a character no header takes', secret({ one: 'canary–' }), 'one', /beyond ASCII/],
    ['a name of LiteLLM’s environment', secret({ one: 'os.environ/canary' }), 'one', /begins with "os.environ\/"/],
    ['the same in capitals', secret({ one: 'OS.Environ/canary' }), 'one', /begins with "os.environ\/"/],
    ['far too much', secret({ one: 'canary'.repeat(1000) }), 'one', /longer than 4096/],
  ])('%s is wrong, and the value is never told', async (_, answer, key, why) => {
    const said = await lookedAt(answer, key);
    expect(said).toMatchObject({ state: 'wrong', why: expect.stringMatching(why) });
    expect(JSON.stringify(said)).not.toContain('canary');
  });
});

describe('a Secret that cannot be read', () => {
  const failing = new KubernetesError('server-error', 'https://k8s answered 500 to GET: it failed.');
  const forbidden = new KubernetesError('forbidden', 'https://k8s answered 403 to GET: no right.');

  it('is unknown without a word before it was looked at', () => {
    expect(reader().keys.look(REF)).toEqual({ state: 'unknown' });
  });

  it('is unknown, with the reason', async () => {
    expect(await lookedAt(failing)).toMatchObject({ state: 'unknown', why: expect.stringContaining('answered 500') });
    expect(await lookedAt(forbidden)).toMatchObject({
      state: 'unknown',
      why: expect.stringContaining('the right to get Secrets in namespace llm'),
    });
  });

  it('keeps its last value while the API server fails, and not once the right is gone', async () => {
    const { state, keys } = reader(secret({ token: 'k1' }));
    await keys.read(REF);
    state.answer = failing;
    await keys.read(REF);
    expect(keys.look(REF)).toMatchObject({ state: 'known', value: 'k1' });
    state.answer = forbidden;
    await keys.read(REF);
    expect(keys.look(REF)).toMatchObject({ state: 'unknown' });
  });
});

it('reads a Secret once for all that name it, and forgets those that nobody names', async () => {
  const { state, keys } = reader(secret({ one: 'k1', two: 'k2' }));
  const other = { namespace: 'llm', name: 'other', key: 'one' };
  await keys.readAll([{ ...REF, key: 'one' }, { ...REF, key: 'two' }, other]);
  expect(state.read.sort()).toEqual(['llm/backend', 'llm/other']);
  expect(keys.look({ ...REF, key: 'two' })).toMatchObject({ value: 'k2' });
  await keys.readAll([{ ...REF, key: 'one' }]);
  expect(keys.look(other)).toEqual({ state: 'unknown' });
});

it('tells which Secrets are others than before', async () => {
  const { state, keys } = reader(secret({ token: 'k1' }));
  const other = { namespace: 'llm', name: 'other' };
  expect(await keys.readAll([REF, other])).toEqual([REF, other]);
  expect(await keys.readAll([REF, other])).toEqual([]);
  state.answer = secret({ token: 'k2' }, 'uid 2');
  expect(await keys.readAll([REF])).toEqual([REF]);
  state.answer = undefined;
  expect(await keys.readAll([REF])).toEqual([REF]);
  expect(await keys.readAll([REF])).toEqual([]);
});

it('tells of a Secret also where a single look has read it meanwhile: others may name it', async () => {
  const { state, keys } = reader(secret({ token: 'k1' }));
  await keys.readAll([REF]);
  state.answer = secret({ token: 'k2' }, 'uid 2');
  await keys.read(REF);
  expect(await keys.readAll([REF])).toEqual([REF]);
  expect(await keys.readAll([REF])).toEqual([]);
});
