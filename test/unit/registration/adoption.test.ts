import { describe, expect, it } from 'vitest';
import { adoptedSettings, adoptionsOf, keptSetting, planAdoption } from '../../../src/registration/adoption.ts';
import type { ModelRecord } from '../../../src/registration/entry.ts';
import type { ServeInput } from '../../../src/registration/plan.ts';
import type { Json } from '../../../src/registration/registration.ts';
import { entry, handMade, inShort, registration, row, SETTLE_MS, serveInput, T0 } from './builders.ts';

const { id } = entry();
const theirs = handMade();
const QWEN = new Set(['qwen']);

const plan = (more: Partial<ServeInput> = {}, adopted: ModelRecord[] = [theirs]) =>
  planAdoption(serveInput(more), adopted, QWEN);

describe('planAdoption', () => {
  it('makes ours beside theirs, with what others set there, and nothing goes before the settle time is over', () => {
    expect(plan()).toEqual({
      changes: [{ kind: 'create', entry: entry({ since: T0 }), copyFrom: theirs, why: 'adopted' }],
      dueAt: T0 + SETTLE_MS,
    });
    const ours = row({ created: T0 });
    const standing = (now: number) => plan({ records: [ours], now });
    expect(standing(T0 + SETTLE_MS - 1)).toEqual({ changes: [], dueAt: T0 + SETTLE_MS });
    expect(standing(T0 + SETTLE_MS)).toEqual({
      changes: [{ kind: 'delete', record: theirs, why: 'adopted', needs: [id] }],
    });
  });

  it('goes on where theirs is gone already: ours is made all the same, and later there is nothing to do', () => {
    expect(inShort(plan({}, []))).toEqual([`create ${id} adopted`]);
    expect(plan({ records: [row()], now: T0 + SETTLE_MS }, [])).toEqual({ changes: [] });
  });

  it('plans nothing else of the object: neither other names, nor rows that differ, nor rows of an earlier object', () => {
    const records = [row({ registration: registration('qwen', { info: { notes: 'old' } }) }), row({ uid: 'uid-0' })];
    const granted = [registration(), registration('other')];
    expect(plan({ granted, records })).toEqual({ changes: [], dueAt: T0 + SETTLE_MS });
  });

  it('takes nothing that the object may not have, or while its first registration waits', () => {
    expect(plan({ granted: [], refused: ['qwen'] }).changes).toEqual([]);
    expect(plan({ mayStart: false }).changes).toEqual([]);
  });

  it('is registered a moment before the rows of an earlier owner id, so that ours is not the one that yields', () => {
    const former = [1, 2].map((generation) =>
      row({ owner: 'former', generation, since: T0 - 99, created: T0 - generation }),
    );
    const [create] = plan({}, former).changes;
    expect(create).toMatchObject({ entry: entry({ since: T0 - 100, created: T0 }), copyFrom: former[0] });
    expect(inShort(plan({ records: [row()], now: T0 + SETTLE_MS }, former))).toEqual(
      former.map((one) => `delete ${one.id} adopted`),
    );
  });
});

describe('adoptionsOf', () => {
  it('leaves nothing in a plan but adoptions', () => {
    const own = { kind: 'delete', record: row(), why: 'withdrawn', needs: [] } as const;
    const changes = [...plan().changes, { ...own, needs: [] }];
    expect(inShort(adoptionsOf({ changes, dueAt: 5 }))).toEqual([`create ${id} adopted`]);
    expect(adoptionsOf({ changes, dueAt: 5 }).dueAt).toBe(5);
  });
});

describe('keptSetting', () => {
  it.each<[string, 'params' | 'info', string, Json, Json | undefined]>([
    ['what a tenant may set', 'params', 'rpm', 5, 5],
    ['a number that LiteLLM shows as text', 'params', 'rpm', '5', 5],
    ['a switch that LiteLLM shows as text', 'params', 'drop_params', 'true', true],
    ['an ability', 'info', 'supports_vision', true, true],
    ['no other value of such a key', 'params', 'rpm', 'many', undefined],
    ['no credential of LiteLLM’s', 'params', 'litellm_credential_name', 'house', undefined],
    ['no key', 'params', 'api_key', 'sk-x', undefined],
    ['no address', 'params', 'base_url', 'http://x', undefined],
    ['no grant', 'info', 'access_groups', ['all'], undefined],
    ['no team', 'info', 'team_id', 'a', undefined],
  ])('of a hand-made row: %s', (_case, place, key, value, kept) => {
    expect(keptSetting(theirs, place, key, value)).toEqual(kept);
  });

  it('of a row of an earlier owner id: all that others set, and nothing that the program set or LiteLLM hides', () => {
    const former = row({ owner: 'former', registration: registration('qwen', { info: { mode: 'chat' } }) });
    expect(keptSetting(former, 'params', 'organization', 'org')).toBe('org');
    expect(keptSetting(former, 'info', 'access_groups', ['all'])).toEqual(['all']);
    expect(keptSetting(former, 'info', 'mode', 'chat')).toBeUndefined();
    expect(keptSetting(former, 'params', 'extra_headers', { 'x-api-key': 'x' })).toBeUndefined();
  });
});

describe('adoptedSettings', () => {
  const ours = {
    params: { model: 'hosted_vllm/qwen', api_base: 'http://ours/v1', timeout: 10, api_key: 'not-needed' },
    info: { mode: 'chat' },
  };
  const settings = (params: Record<string, Json>, info: Record<string, Json> = {}, copied = true) =>
    adoptedSettings(handMade('qwen', { params, info }), ours, copied).map(({ field, fate, value }) => [
      field,
      fate,
      value,
    ]);

  it('tells what becomes of each setting, and nothing of what stays as it is', () => {
    expect(settings({ rpm: 5, timeout: 20, organization: 'org' }, { mode: 'embedding', notes: 'n' })).toEqual([
      ['litellm_params.rpm', 'kept', 5],
      ['litellm_params.timeout', 'changed', 20],
      ['litellm_params.organization', 'lost', 'org'],
      ['model_info.mode', 'changed', 'embedding'],
      ['model_info.notes', 'lost', 'n'],
    ]);
    expect(settings({ model: 'x', api_base: 'http://theirs', timeout: '10' }, { mode: 'chat' })).toEqual([]);
  });

  it('keeps nothing of a row that is not copied, as where ours stands already', () => {
    expect(settings({ rpm: 5 }, {}, false)).toEqual([['litellm_params.rpm', 'lost', 5]]);
  });

  it('passes over what LiteLLM itself puts into a row or a list', () => {
    const own = {
      id: 'x',
      db_model: true,
      key: 'openai/x',
      input_cost_per_token: 1,
      max_tokens: null,
      supports_x: false,
    };
    expect(settings({ use_in_pass_through: false, use_litellm_proxy: false }, own)).toEqual([]);
  });

  it('shows no value that looks like a secret, masked or not', () => {
    const shown = JSON.stringify(
      settings(
        { hf_token: 'can****ary', extra_headers: { authorization: 'canary' }, vertex_url: 'http://u:canary@h/v1' },
        { my_secret: 'canary', nested: { password: 'canary' } },
      ),
    );
    expect(shown).not.toMatch(/canary|can\*/);
    expect(shown).toMatch(/hf_token.*extra_headers.*vertex_url.*my_secret.*nested/);
  });
});
