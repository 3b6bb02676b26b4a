import { describe, expect, it } from 'vitest';
import { fieldsAt } from '../../src/sandbox/fields.ts';
import { ask } from './http.ts';
import { clientOf, eventually, fresh, type LiteLlmSetting, messageOf } from './litellm-target.ts';

/** Keys that are none, a database that is down, health. */
export function describeTrouble(setting: LiteLlmSetting): void {
  const client = clientOf(setting);
  const model = () => ({
    model_name: fresh('name'),
    litellm_params: { model: 'hosted_vllm/x', api_base: setting.modelServer().base, api_key: 'not-needed' },
    model_info: { id: fresh('id') },
  });

  describe('a key', () => {
    it('must be there', async () => {
      const answered = await ask({ url: setting.target().url, token: undefined }, 'GET', '/model/info');
      expect(answered.status).toBe(401);
      expect(messageOf(answered)).toContain('No api key passed in');
    });

    it('must be known; the refusal holds its hash', async () => {
      for (const [method, path, body] of [
        ['GET', '/model/info', undefined],
        ['POST', '/model/new', model()],
        ['PATCH', '/model/x/update', {}],
        ['POST', '/model/delete', { id: 'x' }],
      ] as const) {
        const answered = await client.call(method, path, body, 'sk-nobody-knows-this');
        expect(answered.status).toBe(401);
        expect(fieldsAt(answered.json, 'error')).toMatchObject({
          type: 'token_not_found_in_db',
          param: 'key',
          code: '401',
        });
        expect(messageOf(answered)).toMatch(/Key Hash \(Token\) =[0-9a-f]{64}/);
      }
    });

    it('of a user reads, and writes nothing', async () => {
      const { id } = await client.made();
      const key = setting.target().userKey;
      expect((await client.call('GET', '/model/info', undefined, key)).status).toBe(200);
      for (const answered of [
        await client.call('POST', '/model/new', model(), key),
        await client.call('POST', '/model/delete', { id }, key),
      ]) {
        expect(answered.status).toBe(403);
        expect(messageOf(answered)).toContain('User does not have permission to make this model call');
      }
      const patched = await client.call('PATCH', `/model/${id}/update`, { model_info: { id } }, key);
      expect(patched.status).toBe(403);
      expect(fieldsAt(patched.json, 'detail').error).toContain('User does not have permission to make this model call');
    });
  });

  it('says that it lives, without a key', async () => {
    const anonymous = { url: setting.target().url, token: undefined };
    const alive = await ask(anonymous, 'GET', '/health/liveliness');
    expect([alive.status, alive.text]).toEqual([200, `"I'm alive!"`]);
    const ready = await ask(anonymous, 'GET', '/health/readiness');
    expect(ready.status).toBe(200);
    expect(ready.json.status).toBe('healthy');
    const details = await client.call('GET', '/health/readiness/details');
    expect(details.json.litellm_version).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('goes on serving while the database is down, refuses the rest in its ways, and heals', async () => {
    const { id, name } = await client.made({ info: { notes: 'before' } });
    await setting.target().setDatabaseDown(true);
    try {
      const created = await client.create(model());
      expect(created.status).toBe(500);
      expect(messageOf(created)).toContain('Failed to add model to db');
      const patched = await client.patch(id, { model_info: { id, notes: 'after' } });
      expect(patched.status).toBe(500);
      expect(messageOf(patched)).toContain('Error updating model: ');
      const deleted = await client.remove(id);
      expect(deleted.status).toBe(400);
      expect(messageOf(deleted)).toContain('Authentication Error, ');
      const listed = await client.call('GET', '/model/info');
      expect(listed.status).toBe(503);
      expect(fieldsAt(listed.json, 'error').type).toBe('no_db_connection');
      // A look-up is answered from memory alone, as if all were well.
      for (const [query, found] of [
        [`modelId=${id}`, [id]],
        [`search=${name}`, [id]],
        [`search=${fresh('name')}`, []],
      ] as const) {
        const searched = await client.call('GET', `/v2/model/info?${query}`);
        expect(searched.status).toBe(200);
        const rows = searched.json.data as { model_info: { id: string } }[];
        expect(rows.map((row) => row.model_info.id)).toEqual(found);
      }
      const unknown = await client.call('GET', `/model/info?litellm_model_id=${fresh('id')}`);
      expect(unknown.status).toBe(400);
      const names = await client.call('GET', '/v1/models');
      expect(names.status).toBe(200);
      expect((await client.chat(name)).status).toBe(200);
    } finally {
      await setting.target().setDatabaseDown(false);
    }
    await eventually(setting.target().reloadsWithin, async () => {
      expect(await client.listed(id)).toMatchObject({ model_info: { notes: 'before' } });
      expect((await client.patch(id, { model_info: { id, notes: 'after' } })).status).toBe(200);
    });
  });
}
