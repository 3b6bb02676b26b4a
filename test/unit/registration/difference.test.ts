import { describe, expect, it } from 'vitest';
import { differences, surplusKeys } from '../../../src/registration/difference.ts';
import { edited, entry, registration, row, T0 } from './builders.ts';

const wanted = registration('qwen', {
  params: { api_key: 'not-needed', rpm: 5, drop_params: true, extra_headers: { Authorization: 'Bearer x' } },
  info: { mode: 'chat', max_tokens: 8192 },
});

describe('differences', () => {
  it('finds none in a row as LiteLLM lists it: hidden keys are passed over', () => {
    const listed = row({ registration: wanted });
    const masked = edited(listed, { extra_headers: { Authorization: 'Bear****er x' } });
    expect(differences(entry({ registration: wanted }), masked)).toEqual([]);
  });

  it('takes scalars that came back as text for what was written', () => {
    const listed = row({ registration: wanted });
    const texts = {
      ...edited(listed, { rpm: '5', drop_params: 'true' }),
      info: { ...listed.info, max_tokens: '8192' },
    };
    expect(differences(entry({ registration: wanted }), texts)).toEqual([]);
  });

  it('leaves alone what others added', () => {
    const listed = row({ registration: wanted });
    const more = { ...edited(listed, { tpm: 9 }), info: { ...listed.info, team: 'search' }, blocked: true };
    expect(differences(entry({ registration: wanted }), more)).toEqual([]);
  });

  it('names each field as LiteLLM calls it, with what stands there and what shall', () => {
    const other = registration('new-name', {
      ...wanted,
      publicName: 'new-name',
      servedName: 'v2',
      info: { mode: 'embedding', notes: 'x' },
    });
    expect(differences(entry({ registration: other }), row({ registration: wanted }))).toEqual([
      { field: 'model_name', from: 'qwen', to: 'new-name' },
      { field: 'litellm_params.model', from: 'hosted_vllm/qwen', to: 'hosted_vllm/v2' },
      { field: 'model_info.mode', from: 'chat', to: 'embedding' },
      { field: 'model_info.notes', from: undefined, to: 'x' },
    ]);
  });

  it('sees an edit in LiteLLM’s UI, though the mark is as we wrote it', () => {
    const changed = edited(row({ registration: wanted }), { api_base: 'http://elsewhere/v1' });
    expect(differences(entry({ registration: wanted }), changed)).toEqual([
      { field: 'litellm_params.api_base', from: 'http://elsewhere/v1', to: wanted.apiBase },
    ]);
  });

  it('sees by the mark that a hidden value is another, and does not show it', () => {
    const rotated = { ...wanted, params: { ...wanted.params, api_key: 'canary-key' } };
    const changes = differences(entry({ registration: rotated }), row({ registration: wanted }));
    expect(changes).toEqual([
      {
        field: 'model_info.model_registrar',
        from: entry({ registration: wanted }).stamp.hash,
        to: entry({ registration: rotated }).stamp.hash,
      },
    ]);
    expect(JSON.stringify(changes)).not.toContain('canary');
  });

  it('shows nothing of a masked value that stood in a field', () => {
    const masked = edited(row({ registration: wanted }), { tags: { api_token: 'cana****nary' } });
    const other = { ...wanted, params: { ...wanted.params, tags: ['a'] } };
    expect(differences(entry({ registration: other }), masked)).toEqual([
      { field: 'litellm_params.tags', from: undefined, to: ['a'] },
    ]);
  });

  it.each([
    ['http://admin:canary@elsewhere:81/v1', 'http://…@elsewhere:81/v1'],
    ['http://canary@elsewhere/v1', 'http://…@elsewhere/v1'],
    ['http://:canary@elsewhere/v1', 'http://…@elsewhere/v1'],
    ['http://elsewhere/v1?key=canary', 'http://…@elsewhere/v1'],
    ['http://elsewhere:81/v1', 'http://elsewhere:81/v1'],
    ['no address', 'no address'],
  ])('shows no secret of an address that somebody put there: %s', (api_base, from) => {
    const changed = edited(row({ registration: wanted }), { api_base });
    expect(differences(entry({ registration: wanted }), changed)).toEqual([
      { field: 'litellm_params.api_base', from, to: wanted.apiBase },
    ]);
  });

  it('shows no secret that somebody put into a key of ours, in parameters or in model_info', () => {
    const listed = edited(row({ registration: wanted }), {
      rpm: 'sk-canary-1',
      drop_params: { note: 'Bearer canary' },
    });
    const changed = { ...listed, info: { ...listed.info, mode: 'AKIACANARY12345', max_tokens: 'https://u:canary@h/' } };
    const changes = differences(entry({ registration: wanted }), changed);
    expect(changes.map(({ field, from }) => [field, from])).toEqual([
      ['litellm_params.rpm', undefined],
      ['litellm_params.drop_params', undefined],
      ['model_info.mode', undefined],
      ['model_info.max_tokens', 'https://…@h/'],
    ]);
  });

  it.each(['owner', 'source', 'uid', 'hash'] as const)('sees another %s in the mark', (field) => {
    const listed = row();
    const other = { ...listed, stamp: { ...listed.stamp, [field]: 'other' } };
    expect(differences(entry(), other).map((change) => change.field)).toEqual(['model_info.model_registrar']);
  });

  it('sees other keys or another generation in the mark, and a mark that is gone', () => {
    const { stamp, ...unmarked } = row();
    const damaged = [
      { ...unmarked, stamp: { ...stamp, keys: [] } },
      { ...unmarked, stamp: { ...stamp, generation: 2 } },
      unmarked,
    ];
    for (const record of damaged) {
      expect(differences(entry(), record).map((change) => change.field)).toEqual(['model_info.model_registrar']);
    }
  });

  it('does not mind when a row was made', () => {
    expect(differences(entry({ since: T0, created: T0 }), row({ since: T0 - 5, created: T0 - 3 }))).toEqual([]);
  });
});

describe('surplusKeys', () => {
  const bare = registration('qwen', { params: { api_key: 'not-needed' } });

  it('are the keys that we set and no longer want', () => {
    expect(surplusKeys(entry({ registration: bare }), row({ registration: wanted }))).toEqual([
      'info.max_tokens',
      'info.mode',
      'params.drop_params',
      'params.extra_headers',
      'params.rpm',
    ]);
  });

  it('are none where what others added is all there is', () => {
    const more = edited(row({ registration: bare }), { rpm: 5 });
    expect(surplusKeys(entry({ registration: bare }), more)).toEqual([]);
  });

  it('are none where the value is gone already', () => {
    const listed = row({ registration: { ...bare, params: { rpm: 5 } } });
    const { rpm: _gone, ...params } = listed.params;
    expect(surplusKeys(entry({ registration: { ...bare, params: {} } }), { ...listed, params })).toEqual([]);
  });

  it('count a hidden parameter, which no list shows, as there', () => {
    const keyless = { ...bare, params: {} };
    expect(surplusKeys(entry({ registration: keyless }), row({ registration: bare }))).toEqual(['params.api_key']);
  });

  it('are none in a row without a mark', () => {
    const { stamp: _gone, ...unmarked } = row({ registration: wanted });
    expect(surplusKeys(entry({ registration: bare }), unmarked)).toEqual([]);
  });
});
