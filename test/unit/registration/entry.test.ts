import { describe, expect, it } from 'vitest';
import { registrationHash } from '../../../src/registration/entry.ts';
import type { Registration } from '../../../src/registration/registration.ts';
import { readStamp, STAMP_KEY } from '../../../src/registration/stamp.ts';
import { entry, OWNER, registration, T0, UID } from './builders.ts';

describe('buildEntry', () => {
  it('puts provider, served name and base together, and leaves the rest as it is', () => {
    const wanted = registration('qwen', {
      provider: 'openai',
      servedName: 'org/qwen',
      params: { api_key: 'not-needed', rpm: 5 },
      info: { mode: 'chat' },
    });
    expect(entry({ registration: wanted })).toMatchObject({
      publicName: 'qwen',
      params: { model: 'openai/org/qwen', api_base: wanted.apiBase, api_key: 'not-needed', rpm: 5 },
      info: { mode: 'chat' },
    });
  });

  it('marks whose row it is, since when, and which keys are ours', () => {
    const wanted = registration('qwen', { params: { rpm: 5 }, info: { mode: 'chat', max_tokens: 9 } });
    const { stamp } = entry({ registration: wanted, generation: 3, since: T0, created: T0 + 1500 });
    expect(stamp).toEqual({
      owner: OWNER,
      source: 'inference-service/llm/qwen',
      uid: UID,
      hash: registrationHash(wanted),
      keys: ['info.max_tokens', 'info.mode', 'params.api_base', 'params.model', 'params.rpm'],
      generation: 3,
      since: '2026-03-01T12:00:00.000Z',
      created: '2026-03-01T12:00:01.500Z',
    });
    expect(readStamp({ [STAMP_KEY]: JSON.parse(JSON.stringify(stamp)) })).toEqual(stamp);
  });

  it('gives a later generation an id of its own', () => {
    expect(entry({ generation: 2 }).id).toBe(`${entry().id}.2`);
  });

  it('keeps the id over a change of anything but the name', () => {
    const other = registration('qwen', {
      provider: 'openai',
      servedName: 'x',
      apiBase: 'http://x',
      params: {},
      info: { mode: 'chat' },
    });
    expect(entry({ registration: other }).id).toBe(entry().id);
    expect(entry({ registration: registration('other') }).id).not.toBe(entry().id);
  });
});

describe('registrationHash', () => {
  const changes: Partial<Registration>[] = [
    { publicName: 'other' },
    { provider: 'openai' },
    { servedName: 'other' },
    { apiBase: 'http://other/v1' },
    { params: { api_key: 'another' } },
    { params: { api_key: 'not-needed', rpm: 1 } },
    { info: { mode: 'chat' } },
  ];

  it.each(changes)('is another with %j', (change) => {
    expect(registrationHash({ ...registration(), ...change })).not.toBe(registrationHash(registration()));
  });

  it('does not depend on the order of keys', () => {
    const one = registration('qwen', { params: { rpm: 1, tpm: 2 } });
    const other = registration('qwen', { params: { tpm: 2, rpm: 1 } });
    expect(registrationHash(one)).toBe(registrationHash(other));
  });
});
