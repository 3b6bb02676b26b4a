import { describe, expect, it } from 'vitest';
import { carryAdopted, carryOver } from '../../../src/litellm/carry-over.ts';
import type { Json } from '../../../src/registration/registration.ts';
import { entry, handMade, registration, row } from '../registration/builders.ts';

const record = row({ registration: registration('qwen', { info: { mode: 'chat' } }) });
const ours = { paramKeys: ['model', 'api_base', 'api_key'], plainParams: {}, info: { id: record.id, mode: 'chat' } };

/** What is carried over where the database holds these keys beside ours, and a list shows these parameters. */
function carried(paramKeys: string[], info: Record<string, Json> = {}, shown: Record<string, Json> = {}) {
  const stored = { ...ours, paramKeys: [...ours.paramKeys, ...paramKeys], info: { ...ours.info, ...info } };
  return carryOver(record, stored, { ...record, params: { ...record.params, ...shown } });
}

describe('carryOver', () => {
  it('takes what others set, and nothing of ours', () => {
    expect(carried(['rpm', 'tags'], { team: 'search' }, { rpm: 5, tags: ['a'] })).toEqual({
      blocked: false,
      params: { rpm: 5, tags: ['a'] },
      info: { team: 'search' },
    });
    expect(carried([])).toEqual({ blocked: false, params: {}, info: {} });
  });

  it('passes over what LiteLLM itself puts into a row or a list', () => {
    const own = { model_registrar: { owner: 'prod' }, id: 'x', db_model: true, blocked: true, direct_access: true };
    expect(carried([], own, { use_in_pass_through: false })).toEqual({ blocked: false, params: {}, info: {} });
  });

  it('takes from a list only what the database holds: the price map is nobody’s setting', () => {
    expect(carried([], {}, { input_cost_per_token: 1 })).toMatchObject({ params: {} });
  });

  it('loses nothing that the database holds and no list shows yet: it is tried again', () => {
    expect(() => carried(['organization'])).toThrow(expect.objectContaining({ code: 'not-shown' }));
  });

  it('believes the database about what is not encrypted, rather than a list that may lag', () => {
    const stored = { ...ours, paramKeys: [...ours.paramKeys, 'rpm'], plainParams: { rpm: 7 } };
    const shown = { ...record, params: { ...record.params, rpm: 5 } };
    expect(carryOver(record, stored, shown)).toMatchObject({ params: { rpm: 7 } });
  });

  it('takes an administrator’s block along, and not one of ours', () => {
    const blocked = { ...record, blocked: true };
    expect(carryOver(record, ours, blocked)).toMatchObject({ blocked: true });
    const byUs = { ...record, stamp: { ...record.stamp, blockedByUs: true } };
    expect(carryOver(byUs, ours, blocked)).toMatchObject({ blocked: false });
  });

  it('believes the database about the block, rather than a list that may lag', () => {
    expect(carryOver(record, { ...ours, blocked: true }, record)).toMatchObject({ blocked: true });
    expect(carryOver(record, { ...ours, blocked: false }, { ...record, blocked: true })).toMatchObject({
      blocked: false,
    });
  });

  it.each([
    ['by its name', ['hf_token'], {}],
    ['which no list shows', ['client_secret'], {}],
    ['within it', ['extra_headers'], { extra_headers: { Authorization: 'abcd****wxyz' } }],
  ])('names the parameter that is hidden %s: a mask cannot be copied', (_case, keys, shown) => {
    expect(carried(['rpm', ...keys], {}, { rpm: 5, ...shown })).toEqual({ hidden: keys });
  });

  it('does not mind hidden parameters that we set ourselves', () => {
    expect(carried(['api_key'])).not.toHaveProperty('hidden');
  });
});

describe('carryAdopted', () => {
  const theirs = handMade();
  const wanted = entry({ registration: registration('qwen', { info: { mode: 'chat' }, params: { timeout: 5 } }) });
  const base = {
    paramKeys: ['model', 'api_key', 'api_base'],
    plainParams: {},
    info: { id: theirs.id, db_model: true },
  };

  it('takes of a hand-made row what a tenant may set and ours does not, and its block', () => {
    const held = {
      ...base,
      paramKeys: [...base.paramKeys, 'rpm', 'timeout', 'organization', 'drop_params'],
      plainParams: { rpm: 5, timeout: 9, drop_params: true },
      info: { ...base.info, mode: 'embedding', supports_vision: true, access_groups: ['all'] },
      blocked: true,
    };
    const shown = { ...theirs, params: { ...theirs.params, api_base: 'http://x', rpm: 4, organization: 'org' } };
    expect(carryAdopted(theirs, held, shown, wanted)).toEqual({
      blocked: true,
      params: { rpm: 5, drop_params: true },
      info: { supports_vision: true },
    });
  });

  it('passes over hidden parameters, which no list shows', () => {
    const held = { ...base, paramKeys: [...base.paramKeys, 'hf_token', 'client_secret'] };
    const shown = { ...theirs, params: { ...theirs.params, api_base: 'http://x', hf_token: 'ab****yz' } };
    expect(carryAdopted(theirs, held, shown, wanted)).toEqual({ blocked: false, params: {}, info: {} });
  });

  it('takes of a row of an earlier owner id all that others set, and no block that the program set', () => {
    const former = row({ owner: 'former' });
    const held = {
      ...base,
      paramKeys: [...base.paramKeys, 'organization'],
      info: { ...base.info, access_groups: ['all'] },
      blocked: true,
    };
    const shown = { ...former, params: { ...former.params, organization: 'org' } };
    const kept = { params: { organization: 'org' }, info: { access_groups: ['all'] } };
    expect(carryAdopted(former, held, shown, wanted)).toEqual({ ...kept, blocked: true });
    const byUs = { ...former, stamp: { ...former.stamp, blockedByUs: true } };
    expect(carryAdopted(byUs, held, shown, wanted)).toEqual({ ...kept, blocked: false });
  });

  it('loses nothing that the database holds and no list shows yet: it is tried again', () => {
    const held = { ...base, paramKeys: [...base.paramKeys, 'organization'] };
    const shown = { ...theirs, params: { ...theirs.params, api_base: 'http://x' } };
    expect(() => carryAdopted(theirs, held, shown, wanted)).toThrow(expect.objectContaining({ code: 'not-shown' }));
  });
});
