import { describe, expect, it } from 'vitest';
import { fieldsAt } from '../../src/sandbox/fields.ts';
import { objectsAt } from './http.ts';
import { clientOf, fresh, idOf, type LiteLlmSetting, messageOf } from './litellm-target.ts';

/** `POST /model/new` and `POST /model/delete`. */
export function describeCreation(setting: LiteLlmSetting): void {
  const client = clientOf(setting);

  describe('new', () => {
    it('stores a row under the id that it is given, and answers with the row', async () => {
      const info = {
        mode: 'chat',
        max_tokens: 4096,
        model_registrar: { owner: 'o', keys: ['a', 'b'], deep: { er: 1 } },
      };
      const { id, name, answered } = await client.made({ info });
      expect(answered.json).toMatchObject({ model_id: id, model_name: name, blocked: false });
      expect(fieldsAt(answered.json, 'model_info')).toMatchObject({ ...info, id, db_model: false });
      // What the answer shows of the params is ciphertext: nothing to compare with.
      expect(fieldsAt(answered.json, 'litellm_params').model).not.toBe('hosted_vllm/served-name');

      const entry = (await client.listed(id)) ?? {};
      expect(entry).toMatchObject({
        model_name: name,
        litellm_params: { model: 'hosted_vllm/served-name', api_base: setting.modelServer().base },
        model_info: { ...info, id, db_model: true, blocked: false },
      });
    });

    it('makes up an id where it is given none', async () => {
      const answered = await client.create({
        model_name: fresh('name'),
        litellm_params: { model: 'hosted_vllm/x', api_key: 'not-needed' },
      });
      expect(answered.status).toBe(200);
      const id = String(answered.json.model_id);
      setting.made.add(id);
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
      expect(await client.listed(id)).toBeDefined();
    });

    it('answers 500 for an id that is taken, and leaves the row as it is', async () => {
      const { id, name } = await client.made();
      const again = await client.create({
        model_name: fresh('other'),
        litellm_params: { model: 'hosted_vllm/other', api_key: 'not-needed' },
        model_info: { id },
      });
      expect(again.status).toBe(500);
      expect(again.json).toEqual({
        error: {
          message: "{'error': 'Failed to add model to db. Check your server logs for more details.'}",
          type: 'auth_error',
          param: 'None',
          code: '500',
        },
      });
      expect(await client.listed(id)).toMatchObject({ model_name: name });
    });

    it('answers the same 500 for a NUL character', async () => {
      const answered = await client.create({
        model_name: `a\u0000b`,
        litellm_params: { model: 'hosted_vllm/x', api_key: 'not-needed' },
        model_info: { id: fresh('id') },
      });
      expect(answered.status).toBe(500);
      expect(messageOf(answered)).toContain('Failed to add model to db');
    });

    it('answers 500 for a provider that it does not know, though the row is saved', async () => {
      const [id, name] = [fresh('id'), fresh('name')];
      const litellm_params = { model: 'no-such-provider/x', api_base: 'http://x/v1', api_key: 'not-needed' };
      const answered = await client.create({ model_name: name, litellm_params, model_info: { id } });
      expect(answered.status).toBe(500);
      expect(fieldsAt(answered.json, 'error')).toMatchObject({
        type: 'internal_server_error',
        param: null,
        code: '500',
      });
      expect(messageOf(answered)).toContain(
        `Model create was saved to the database, but the model id(s) ['${id}'] are not live in this pod's router`,
      );
      await client.made();
      expect(await client.listed(id)).toBeUndefined();
      const byId = await client.call('GET', `/v2/model/info?modelId=${id}`);
      expect(objectsAt(byId.json, 'data').map(idOf)).toEqual([id]);
      const byName = await client.call('GET', `/v2/model/info?search=${name}`);
      expect(objectsAt(byName.json, 'data').map(idOf)).toEqual([id]);
      const again = await client.patch(id, { model_info: { id, notes: 'x' } });
      expect(again.status).toBe(500);
      expect(messageOf(again)).toContain('Model update was saved to the database, but the model id(s)');

      const mended = await client.patch(id, { litellm_params: { model: 'hosted_vllm/x' } });
      expect(mended.status).toBe(200);
      expect(await client.listed(id)).toMatchObject({ model_info: { notes: 'x' } });
      expect((await client.remove(id)).status).toBe(200);
    });

    it.each(['a/b:c', 'Upper Case', 'x'.repeat(300), 'ünïcödé'])('takes the name %s', async (suffix) => {
      const { id, name } = await client.made({ name: `${fresh('name')}-${suffix}` });
      expect(await client.listed(id)).toMatchObject({ model_name: name });
    });

    it('takes an api_base that is no URL', async () => {
      const { id } = await client.made({ params: { api_base: 'not a url' } });
      expect(await client.listed(id)).toMatchObject({ litellm_params: { api_base: 'not a url' } });
    });

    it('drops nulls at the top, and prices in the info; prices in the params show in the info', async () => {
      const { id } = await client.made({
        params: { rpm: null, output_cost_per_token: 0.25, deep: { null: null } },
        info: { notes: null, input_cost_per_token: 0.5, deep: { null: null } },
      });
      const entry = (await client.listed(id)) ?? {};
      expect(fieldsAt(entry, 'litellm_params')).not.toHaveProperty('rpm');
      expect(fieldsAt(entry, 'model_info')).not.toHaveProperty('notes');
      expect(fieldsAt(entry, 'model_info').input_cost_per_token).not.toBe(0.5);
      expect(fieldsAt(entry, 'model_info').output_cost_per_token).toBe(0.25);
      // Further down they are kept, and shown in the params as Python prints them.
      expect(fieldsAt(entry, 'model_info').deep).toEqual({ null: null });
      expect(fieldsAt(entry, 'litellm_params').deep).toEqual({ null: 'None' });
    });
  });

  describe('delete', () => {
    it('removes a row', async () => {
      const { id } = await client.made();
      const deleted = await client.remove(id);
      expect(deleted.status).toBe(200);
      expect(deleted.json).toEqual({ message: `Model: ${id} deleted successfully` });
      expect(await client.listed(id)).toBeUndefined();
    });

    it('answers 400 for an id that is not there', async () => {
      const id = fresh('id');
      const answered = await client.remove(id);
      expect(answered.status).toBe(400);
      expect(answered.json).toEqual({
        error: {
          message: `{'error': 'Model with id=${id} not found in db'}`,
          type: 'auth_error',
          param: 'None',
          code: '400',
        },
      });
    });

    it('answers 422 without an id', async () => {
      const answered = await client.call('POST', '/model/delete', {});
      expect(answered.status).toBe(422);
      expect(objectsAt(answered.json, 'detail')[0]).toMatchObject({ type: 'missing', loc: ['body', 'id'] });
    });
  });
}
