import { describe, expect, it } from 'vitest';
import { fieldsAt } from '../../src/sandbox/fields.ts';
import { objectsAt } from './http.ts';
import { clientOf, eventually, fresh, idOf, type LiteLlmSetting } from './litellm-target.ts';

/** The lists and look-ups. */
export function describeReading(setting: LiteLlmSetting): void {
  const client = clientOf(setting);
  const search = async (query: Record<string, string>) =>
    client.call('GET', `/v2/model/info?${new URLSearchParams(query).toString()}`);

  describe('the list', () => {
    it('leaves out the key, masks what has the name of a secret, shows all else as written', async () => {
      const { id } = await client.made({
        params: {
          api_key: 'sk-the-real-one',
          extra_headers: { Authorization: 'Bearer the-real-one', 'X-Custom': 'plain' },
          my_secret: 'abcdefghijkl',
          short_token: 'abc',
          input_cost_per_token: 0.5,
          unheard_of: { a: [1, 'b'] },
          max_tokens_hint: 'plain',
        },
        info: { my_secret: 'not masked in the info' },
      });
      const entry = (await client.listed(id)) ?? {};
      const params = fieldsAt(entry, 'litellm_params');
      expect(params).not.toHaveProperty('api_key');
      expect(params).toMatchObject({
        extra_headers: { Authorization: 'Bear***********-one', 'X-Custom': 'plain' },
        my_secret: 'abcd****ijkl',
        short_token: '***',
        input_cost_per_token: 0.5,
        unheard_of: { a: [1, 'b'] },
        max_tokens_hint: 'plain',
      });
      expect(fieldsAt(entry, 'model_info').my_secret).toBe('not masked in the info');
      expect(JSON.stringify(entry)).not.toContain('the-real-one');
    });

    it('fills in params that nobody wrote', async () => {
      const { id } = await client.made();
      expect(fieldsAt((await client.listed(id)) ?? {}, 'litellm_params')).toMatchObject({
        use_in_pass_through: false,
        use_litellm_proxy: false,
        merge_reasoning_content_in_choices: false,
      });
    });

    it('fills in info that nobody wrote, and keeps what was written', async () => {
      const { id } = await client.made({ info: { mode: 'chat', max_tokens: 11, max_input_tokens: 12 } });
      expect(fieldsAt((await client.listed(id)) ?? {}, 'model_info')).toMatchObject({
        mode: 'chat',
        max_tokens: 11,
        max_input_tokens: 12,
        litellm_provider: 'hosted_vllm',
        direct_access: true,
        access_via_team_ids: [],
      });
    });

    it('shows what another row says of the same provider model, where a row is silent', async () => {
      const model = `hosted_vllm/${fresh('served')}`;
      const loud = await client.made({ params: { model }, info: { mode: 'chat', max_tokens: 10 } });
      const silent = await client.made({ params: { model } });
      const said = { model_info: { mode: 'chat', max_tokens: 10, max_output_tokens: null } };
      expect(await client.listed(silent.id)).toMatchObject(said);
      await client.remove(loud.id);
      expect(await client.listed(silent.id)).toMatchObject(said);
    });

    it('is the same at /v1/model/info, and holds one entry for litellm_model_id', async () => {
      const { id } = await client.made();
      const whole = await client.call('GET', '/v1/model/info');
      expect(objectsAt(whole.json, 'data').map(idOf)).toContain(id);
      const one = await client.call('GET', `/model/info?litellm_model_id=${id}`);
      expect(objectsAt(one.json, 'data').map(idOf)).toEqual([id]);
      const none = await client.call('GET', `/model/info?litellm_model_id=${id}x`);
      expect(none.status).toBe(400);
      expect(none.json).toEqual({ detail: { error: `Model id = ${id}x not found on litellm proxy` } });
    });

    it('shows a model of the config file, which can be neither changed nor deleted', async () => {
      const id = setting.target().configModelId;
      expect(await client.listed(id)).toMatchObject({ model_info: { id, db_model: false } });
      const patched = await client.patch(id, { model_info: { id, notes: 'x' } });
      expect(patched.status).toBe(400);
      expect(fieldsAt(patched.json, 'error')).toMatchObject({
        message: 'Cannot edit config-based model. Store model in DB via /model/new first.',
        type: 'validation_error',
        param: null,
        code: '400',
      });
      expect((await client.remove(id)).status).toBe(400);
      expect(await client.listed(id)).toBeDefined();
    });
  });

  // A LiteLLM that has patterns behaves otherwise elsewhere too: they do not outlast their tests.
  describe('a row whose name is a pattern', () => {
    const listedNames = async (id: string): Promise<string[]> => {
      const { json } = await client.call('GET', '/model/info');
      return objectsAt(json, 'data').flatMap((entry) => (idOf(entry) === id ? [String(entry.model_name)] : []));
    };

    it('is listed once for each model that is known of its provider; a search, and a look-up of its id, show it as it is', async () => {
      const prefix = fresh('pattern');
      const { id } = await client.made({ name: `${prefix}/*`, params: { model: 'openai/*' } });
      const names = await listedNames(id);
      expect(names).toEqual(expect.arrayContaining([`${prefix}/gpt-4o`, `${prefix}/gpt-4o-mini`]));
      expect(names).not.toContain(`${prefix}/*`);
      for (const query of [{ search: '*' }, { search: prefix }, { modelId: id }]) {
        const found = objectsAt((await search(query)).json, 'data').filter((entry) => idOf(entry) === id);
        expect(found).toMatchObject([{ model_name: `${prefix}/*`, litellm_params: { model: 'openai/*' } }]);
      }
      const byId = await client.call('GET', `/model/info?litellm_model_id=${id}`);
      expect(objectsAt(byId.json, 'data')).toMatchObject([{ model_name: `${prefix}/*` }]);
      await client.remove(id);
    });

    it.each([
      ['of a provider that no models are known of', '/*', 'hosted_vllm/*'],
      ['with its star in the middle', '-*-z', 'openai/gpt-4o'],
    ])('is listed as it is: %s', async (_case, ending, model) => {
      const name = `${fresh('pattern')}${ending}`;
      const { id } = await client.made({ name, params: { model } });
      expect(await listedNames(id)).toEqual([name]);
      await client.remove(id);
    });
  });

  describe('the search', () => {
    it('finds by part of a name, whatever the case', async () => {
      const { id, name } = await client.made({ name: `${fresh('name')}-MiXed` });
      const found = await search({ search: name.slice(5).toLowerCase() });
      expect(found.status).toBe(200);
      expect(found.json).toMatchObject({ total_count: 1, current_page: 1, total_pages: 1, size: 50 });
      expect(objectsAt(found.json, 'data')[0]).toMatchObject({ model_name: name, model_info: { id, db_model: true } });
      expect((await search({ search: name, page: '0' })).status).toBe(422);
      const nothing = await search({ search: fresh('nobody') });
      expect(nothing.json).toMatchObject({ data: [], total_count: 0, total_pages: 0 });
    });

    it('comes in pages', async () => {
      const name = fresh('paged');
      const ids = [];
      for (let row = 0; row < 3; row += 1) ids.push((await client.made({ name })).id);
      const first = await search({ search: name, size: '2' });
      expect(first.json).toMatchObject({ total_count: 3, current_page: 1, total_pages: 2, size: 2 });
      const second = await search({ search: name, size: '2', page: '2' });
      expect(second.json).toMatchObject({ total_count: 3, current_page: 2 });
      const found = [...objectsAt(first.json, 'data'), ...objectsAt(second.json, 'data')].map(idOf);
      expect(found.map(String).sort()).toEqual([...ids].sort());
    });

    it('takes a percent sign for any letters where it looks into the database: alone, it finds all that is stored', async () => {
      const { id, name } = await client.made({ name: fresh('a-b-c') });
      const all = objectsAt((await search({ search: '%', size: '1000' })).json, 'data').map(idOf);
      expect(all).toContain(id);
      expect(all).not.toContain(setting.target().configModelId);
      const found = await search({ search: `${name.slice(0, 3)}%${name.slice(-3)}` });
      expect(objectsAt(found.json, 'data').map(idOf)).toContain(id);
    });

    it('finds one row by modelId, none by an unknown one', async () => {
      const { id } = await client.made({ params: { api_key: 'sk-the-real-one' } });
      const found = await search({ modelId: id });
      expect(objectsAt(found.json, 'data')).toEqual(
        [await client.listed(id)].map((entry) => expect.objectContaining({ model_name: entry?.model_name })),
      );
      expect(found.text).not.toContain('the-real-one');
      const none = await search({ modelId: `${id}x` });
      expect(none.status).toBe(200);
      expect(none.json).toMatchObject({ data: [], total_count: 0 });
    });
  });

  describe('a row that is not loaded yet', () => {
    const inserted = async () => {
      const [id, name] = [fresh('id'), fresh('name')];
      setting.made.add(id);
      const params = { model: 'hosted_vllm/served-name', api_base: setting.modelServer().base, api_key: 'not-needed' };
      await setting.target().insertRow({ id, name, params, info: { id, notes: 'by SQL' } });
      return { id, name };
    };

    it('is found by search and by modelId, and listed in the end', async () => {
      const { id, name } = await inserted();
      const byName = await search({ search: name });
      expect(objectsAt(byName.json, 'data').map(idOf)).toEqual([id]);
      const byId = await search({ modelId: id });
      expect(objectsAt(byId.json, 'data').map(idOf)).toEqual([id]);
      const all = await search({ search: '%', size: '1000' });
      expect(objectsAt(all.json, 'data').map(idOf)).toContain(id);
      await eventually(setting.target().reloadsWithin, async () => {
        expect(await client.listed(id)).toMatchObject({
          model_name: name,
          model_info: { notes: 'by SQL', db_model: true },
        });
      });
    });

    it('can be changed, and deleted', async () => {
      const first = await inserted();
      expect((await client.patch(first.id, { model_info: { id: first.id, notes: 'changed' } })).status).toBe(200);
      expect(await client.listed(first.id)).toMatchObject({ model_info: { notes: 'changed' } });
      const second = await inserted();
      expect((await client.remove(second.id)).status).toBe(200);
    });

    it('is called already, and thereby loaded', async () => {
      const { id, name } = await inserted();
      const answered = await client.chat(name);
      expect(answered.status).toBe(200);
      expect(answered.headers['x-litellm-model-id']).toBe(id);
      expect(await client.listed(id)).toMatchObject({ model_name: name });
    });
  });
}
