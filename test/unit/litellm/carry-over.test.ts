import { describe, expect, it } from 'vitest';
import { carryOver } from '../../../src/litellm/carry-over.ts';
import type { Json } from '../../../src/registration/registration.ts';
import { registration, row } from '../registration/builders.ts';

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
