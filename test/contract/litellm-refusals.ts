import { describe, expect, it } from 'vitest';
import { objectsAt } from './http.ts';
import { clientOf, type LiteLlmSetting } from './litellm-target.ts';

/** What `POST /model/new` answers to bodies of a wrong shape, and `POST /model/unblock` for a model that is not there. */
export function describeRefusals(setting: LiteLlmSetting): void {
  const client = clientOf(setting);

  it('tells an admin that a model which is to be unblocked is not there', async () => {
    const answered = await client.call('POST', '/model/unblock', { model_id: 'nobody' });
    expect(answered.status).toBe(404);
    expect(answered.json).toMatchObject({ error: { type: 'not_found_error' } });
  });

  describe('new with a body of a wrong shape', () => {
    it.each([
      ['no model', { model_name: 'x', litellm_params: {} }, ['body', 'litellm_params', 'model'], 'missing'],
      [
        'a number for a name',
        { model_name: 1, litellm_params: { model: 'hosted_vllm/x' } },
        ['body', 'model_name'],
        'string_type',
      ],
      [
        'a word for a number',
        { model_name: 'x', litellm_params: { model: 'hosted_vllm/x', rpm: 'many' } },
        ['body', 'litellm_params', 'rpm'],
        'int_parsing',
      ],
    ])('answers 422 for %s', async (_, body, loc, type) => {
      const answered = await client.create(body);
      expect(answered.status).toBe(422);
      expect(objectsAt(answered.json, 'detail')).toContainEqual(
        expect.objectContaining({ type, loc, msg: expect.any(String) }),
      );
    });

    it('says what is wrong with the info as if that were the body, and nothing else', async () => {
      const litellm_params = { model: 'hosted_vllm/x', rpm: 'many' };
      const answered = await client.create({
        model_name: 'x',
        litellm_params,
        model_info: { id: ['x'], tier: 'gold' },
      });
      expect(answered.status).toBe(422);
      expect(objectsAt(answered.json, 'detail')).toEqual([
        expect.objectContaining({ type: 'string_type', loc: ['body', 'id'] }),
        expect.objectContaining({ type: 'literal_error', loc: ['body', 'tier'] }),
      ]);
    });

    it.each([
      ['no model_name', { litellm_params: { model: 'hosted_vllm/x' } }],
      ['no params', { model_name: 'x' }],
      ['a list', []],
    ])('stumbles over %s', async (_, body) => {
      const answered = await client.call('POST', '/model/new', body);
      expect(answered.status).toBe(500);
      expect(answered.json).toEqual({ error: { message: 'Internal server error', type: 'internal_server_error' } });
    });

    it('answers 422 for what is no JSON', async () => {
      const answered = await client.call('POST', '/model/new', '{');
      expect(answered.status).toBe(422);
      expect(objectsAt(answered.json, 'detail')[0]).toMatchObject({ type: 'json_invalid', loc: ['body', 1] });
    });
  });
}
