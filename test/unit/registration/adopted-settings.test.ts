import { describe, expect, it } from 'vitest';
import { adoptedSettings, keptSetting, withKept } from '../../../src/registration/adopted-settings.ts';
import type { Json } from '../../../src/registration/registration.ts';
import { handMade, registration, row } from './builders.ts';

const theirs = handMade();

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

describe('withKept', () => {
  it('is what ours comes to: its own settings first, then what it keeps', () => {
    const hand = handMade('qwen', {
      params: { rpm: 5, timeout: 20, organization: 'o' },
      info: { supports_vision: true },
    });
    expect(withKept(hand, { params: { timeout: 10 }, info: { mode: 'chat' } })).toEqual({
      params: { rpm: 5, timeout: 10 },
      info: { supports_vision: true, mode: 'chat' },
    });
  });
});
