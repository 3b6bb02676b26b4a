import { describe, expect, it } from 'vitest';
import { fieldsAt } from '../../src/sandbox/fields.ts';
import { objectsAt } from './http.ts';
import { clientOf, fresh, type LiteLlmSetting, messageOf } from './litellm-target.ts';

/** `PATCH /model/{id}/update`. */
export function describeChanges(setting: LiteLlmSetting): void {
  const client = clientOf(setting);

  describe('patch', () => {
    it('changes what it names, leaves the rest, and answers with the row', async () => {
      const { id, name } = await client.made({
        params: { rpm: 10 },
        info: { mode: 'chat', max_tokens: 10, notes: 'n' },
      });
      const patched = await client.patch(id, {
        litellm_params: { rpm: 20 },
        model_info: { id, mode: 'embedding', max_tokens: 20 },
      });
      expect(patched.status).toBe(200);
      expect(patched.json).toMatchObject({ model_id: id, model_name: name });
      expect(await client.listed(id)).toMatchObject({
        model_name: name,
        litellm_params: { model: 'hosted_vllm/served-name', rpm: 20 },
        model_info: { id, mode: 'embedding', max_tokens: 20, notes: 'n' },
      });
    });

    it('leaves a value that is sent as it is', async () => {
      const info = { mode: 'chat', max_tokens: 77, max_input_tokens: 77, notes: 'same' };
      const { id } = await client.made({ info });
      expect((await client.patch(id, { model_info: { id, ...info } })).status).toBe(200);
      expect(await client.listed(id)).toMatchObject({ model_info: info });
    });

    it('ignores null: no key can be removed', async () => {
      const { id } = await client.made({
        params: { rpm: 10, unheard_of: 'x' },
        info: { notes: 'n', max_input_tokens: 5 },
      });
      const patched = await client.patch(id, {
        litellm_params: { rpm: null, unheard_of: null },
        model_info: { id, notes: null, max_input_tokens: null },
      });
      expect(patched.status).toBe(200);
      expect(await client.listed(id)).toMatchObject({
        litellm_params: { rpm: 10, unheard_of: 'x' },
        model_info: { notes: 'n', max_input_tokens: 5 },
      });
    });

    it('replaces lists, and nested objects as a whole', async () => {
      const { id } = await client.made({
        params: { tags: ['a', 'b'] },
        info: { model_registrar: { owner: 'o', since: 's', keys: ['x', 'y'] }, access_groups: ['g'] },
      });
      await client.patch(id, {
        litellm_params: { tags: [] },
        model_info: { id, model_registrar: { owner: 'p', keys: [] }, access_groups: ['h'] },
      });
      const entry = (await client.listed(id)) ?? {};
      expect(fieldsAt(entry, 'litellm_params').tags).toEqual([]);
      expect(fieldsAt(entry, 'model_info').model_registrar).toEqual({ owner: 'p', keys: [] });
      expect(fieldsAt(entry, 'model_info').access_groups).toEqual(['h']);
    });

    it('renames', async () => {
      const { id, name } = await client.made();
      const next = fresh('renamed');
      expect((await client.patch(id, { model_name: next })).status).toBe(200);
      expect(await client.listed(id)).toMatchObject({ model_name: next });
      const names = await client.names();
      expect(names).toContain(next);
      expect(names).not.toContain(name);
    });

    it('takes an api_base alone, and the stored key stays in force', async () => {
      const { id, name } = await client.made({ params: { api_base: 'http://127.0.0.1:9/v1', api_key: 'stored-key' } });
      await client.patch(id, { litellm_params: { api_base: setting.modelServer().base } });
      const answered = await client.chat(name);
      expect(answered.status).toBe(200);
      expect(setting.modelServer().calls.at(-1)?.authorization).toBe('Bearer stored-key');
    });

    it('changes nothing where it names nothing, and answers with what the database holds', async () => {
      const { id, name } = await client.made({ params: { rpm: 10, organization: 'org' }, info: { notes: 'n' } });
      const before = await client.listed(id);
      const patched = await client.patch(id, { model_info: { id } });
      expect(patched.status).toBe(200);
      expect(patched.json).toMatchObject({ model_id: id, model_name: name, model_info: { id, notes: 'n' } });
      expect(fieldsAt(patched.json, 'litellm_params')).toMatchObject({ rpm: 10, organization: expect.any(String) });
      expect(await client.listed(id)).toEqual(before);
    });

    it('answers 404 for an id that is not there', async () => {
      const id = fresh('id');
      const answered = await client.patch(id, { model_info: { id } });
      expect(answered.status).toBe(404);
      expect(answered.json).toEqual({
        error: { message: `Model ${id} not found on proxy.`, type: 'not_found_error', param: null, code: '404' },
      });
    });

    it('shows a made-up id in its answer when the info comes without one; the row keeps its own', async () => {
      const { id } = await client.made();
      const patched = await client.patch(id, { model_info: { notes: 'no id' } });
      expect(patched.json.model_id).toBe(id);
      expect(fieldsAt(patched.json, 'model_info').id).not.toBe(id);
      expect(await client.listed(id)).toMatchObject({ model_info: { id, notes: 'no id' } });
    });

    it('answers 422 for a wrong type', async () => {
      const { id } = await client.made();
      const answered = await client.patch(id, { litellm_params: { rpm: 'many' } });
      expect(answered.status).toBe(422);
      expect(objectsAt(answered.json, 'detail')[0]).toMatchObject({ loc: ['body', 'litellm_params', 'rpm'] });
      const info = await client.patch(id, { model_info: { id: ['x'] } });
      expect(info.status).toBe(422);
      expect(objectsAt(info.json, 'detail')[0]).toMatchObject({ loc: ['body', 'model_info', 'id'] });
    });
  });

  describe('blocked', () => {
    it('takes a name from the clients, not from the list, and gives it back', async () => {
      const { id, name } = await client.made();
      const blocked = await client.patch(id, { blocked: true });
      expect(blocked.status).toBe(200);
      expect(blocked.json.blocked).toBe(true);
      expect(await client.listed(id)).toMatchObject({ model_info: { blocked: true } });
      expect(await client.names()).not.toContain(name);
      const refused = await client.chat(name);
      expect(refused.status).toBe(403);
      expect(refused.text).toContain('Model is blocked');

      await client.patch(id, { model_info: { id, notes: 'blocked stays' } });
      expect(await client.listed(id)).toMatchObject({ model_info: { blocked: true, notes: 'blocked stays' } });
      await client.patch(id, { blocked: false });
      expect(await client.names()).toContain(name);
      expect((await client.chat(name)).status).toBe(200);
    });

    it('can be set from the start', async () => {
      const { id, name, answered } = await client.made({ blocked: true });
      expect(answered.json.blocked).toBe(true);
      expect(await client.listed(id)).toMatchObject({ model_info: { blocked: true } });
      expect(await client.names()).not.toContain(name);
    });

    it('leaves a name to its other rows', async () => {
      const open = await client.made();
      const closed = await client.made({ name: open.name, blocked: true });
      expect(await client.names()).toContain(open.name);
      for (let call = 0; call < 5; call += 1) {
        const answered = await client.chat(open.name);
        expect(answered.headers['x-litellm-model-id']).toBe(open.id);
      }
      const paused = await client.chat(closed.id);
      expect(paused.status).toBe(503);
      expect(messageOf(paused)).toContain('is currently paused and cannot accept requests');
    });
  });
}
