import { request } from 'undici';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Fields, isFields } from '../../../../src/sandbox/fields.ts';
import { type LiteLlmOptions, type SandboxLiteLlm, startLiteLlm } from '../../../../src/sandbox/index.ts';
import { ask, objectsAt } from '../../../contract/http.ts';
import { idOf } from '../../../contract/litellm-target.ts';

const PARAMS = { model: 'hosted_vllm/x', api_base: 'http://x.llm.svc.cluster.local/v1', api_key: 'not-needed' };

describe('the in-memory LiteLLM', () => {
  let litellm: SandboxLiteLlm | undefined;

  const begin = async (options: LiteLlmOptions = {}) => {
    litellm = await startLiteLlm({ reloadMilliseconds: 3_600_000, ...options });
    return litellm;
  };
  afterEach(() => litellm?.stop());

  const call = (of: SandboxLiteLlm, method: string, path: string, body?: unknown, url = of.url) =>
    ask({ url, token: of.masterKey }, method, path, body === undefined ? {} : { body });
  const create = (of: SandboxLiteLlm, id: string, extra: Fields = {}) =>
    call(of, 'POST', '/model/new', { model_name: 'm', litellm_params: PARAMS, model_info: { id }, ...extra });
  const ids = async (of: SandboxLiteLlm, url = of.url) =>
    objectsAt((await call(of, 'GET', '/model/info', undefined, url)).json, 'data').map(idOf);

  it('is empty when it is fresh, and finds nothing then, not even in the database', async () => {
    const fresh = await begin();
    expect((await call(fresh, 'GET', '/model/info')).text).toBe('{"data":[]}');
    fresh.insert({ id: 'a', name: 'm', params: PARAMS });
    const found = await call(fresh, 'GET', '/v2/model/info?search=m');
    expect(found.json).toEqual({ data: [], total_count: 0, current_page: 1, total_pages: 0, size: 50 });
  });

  it('shows a write at once where it was made, elsewhere after a reload', async () => {
    const two = await begin({ replicas: 2 });
    const second = two.urls[1] ?? '';
    expect(two.urls).toHaveLength(2);
    await create(two, 'a');
    expect(await ids(two)).toEqual(['a']);
    expect(await ids(two, second)).toEqual([]);
    two.reload();
    expect(await ids(two, second)).toEqual(['a']);
    await call(two, 'POST', '/model/delete', { id: 'a' });
    expect([await ids(two), await ids(two, second)]).toEqual([[], ['a']]);
  });

  it('reloads by itself', async () => {
    const quick = await begin({ reloadMilliseconds: 10 });
    quick.insert({ id: 'a', name: 'm', params: PARAMS });
    await vi.waitFor(async () => expect(await ids(quick)).toEqual(['a']));
  });

  it('lets the rest of the world change the database behind its back', async () => {
    const one = await begin();
    const made = one.insert({ name: 'm', params: PARAMS, info: { notes: 'n' }, blocked: true });
    expect(one.row(made)).toMatchObject({ model_id: made, blocked: true, model_info: { id: made, notes: 'n' } });
    one.edit(made, { name: 'n', params: { rpm: 5 }, info: { notes: 'o' }, blocked: false });
    expect(one.row(made)).toMatchObject({
      model_name: 'n',
      blocked: false,
      litellm_params: { ...PARAMS, rpm: 5 },
      model_info: { id: made, notes: 'o' },
    });
    expect(() => one.edit('nobody', {})).toThrow(/no row has the id nobody/);
    one.remove(made);
    one.insert({ id: 'b', name: 'm', params: PARAMS });
    expect(one.rows().map((row) => row.model_id)).toEqual(['b']);
    one.truncate();
    expect(one.rows()).toEqual([]);
  });

  it('goes on with what it has while the database is down, and says that it is not ready', async () => {
    const one = await begin();
    await create(one, 'a');
    one.setDatabaseDown(true);
    one.reload();
    expect((await call(one, 'GET', '/health/readiness')).json).toEqual({ status: 'healthy', db: 'disconnected' });
    expect((await call(one, 'GET', '/health/readiness')).status).toBe(503);
    expect((await call(one, 'POST', '/v1/chat/completions', { model: 'm' })).status).toBe(200);
    one.setDatabaseDown(false);
    expect(await ids(one)).toEqual(['a']);
  });

  it('plays a backend that is not on this machine', async () => {
    const one = await begin();
    await create(one, 'a');
    const chat = await call(one, 'POST', '/v1/chat/completions', { model: 'm' });
    expect(chat.headers['x-litellm-model-id']).toBe('a');
    expect(chat.json).toMatchObject({
      choices: [{ message: { content: 'This is hosted_vllm/x at http://x.llm.svc.cluster.local/v1.' } }],
    });
    const embeddings = await call(one, 'POST', '/v1/embeddings', { model: 'm', input: 'x' });
    expect(embeddings.json).toMatchObject({ data: [{ embedding: expect.any(Array) }] });
  });

  it('answers 500 when the backend cannot be reached, and with its status when it refuses', async () => {
    const one = await begin();
    await create(one, 'a', { litellm_params: { ...PARAMS, api_base: 'http://127.0.0.1:1/v1' } });
    const unreachable = await call(one, 'POST', '/v1/chat/completions', { model: 'a' });
    expect(unreachable.status).toBe(500);
    // Another LiteLLM refuses the row's key: any server will do.
    await create(one, 'b', { litellm_params: { ...PARAMS, api_base: one.url } });
    expect((await call(one, 'POST', '/v1/chat/completions', { model: 'b' })).status).toBe(401);
  });

  it('remembers for two seconds that nobody has a name', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const one = await begin();
    const chat = (model: string) => call(one, 'POST', '/v1/chat/completions', { model });
    expect((await chat('m')).status).toBe(400);
    one.insert({ id: 'a', name: 'm', params: PARAMS });
    expect((await chat('m')).status).toBe(400);
    vi.setSystemTime(Date.now() + 2_001);
    expect((await chat('m')).status).toBe(200);
  });

  it('counts what it is asked, and does wrong on demand', async () => {
    const one = await begin();
    one.faults.inject({ on: 'new', effect: { kind: 'status', status: 500, after: true } });
    const failed = await create(one, 'a');
    expect(failed.status).toBe(500);
    expect(isFields(failed.json.error) && failed.json.error.message).toBe('Internal server error');
    expect(one.row('a')).toBeDefined();
    await call(one, 'PATCH', '/model/a/update', {});
    await call(one, 'GET', '/v1/model/info');
    await call(one, 'GET', '/nowhere');
    expect(one.calls.counts()).toEqual({ new: 1, update: 1, list: 1, 'GET /nowhere': 1 });
    expect(one.calls.list('update')[0]).toMatchObject({ path: '/model/a/update', status: 200 });
  });

  it('keeps the models of its config file apart', async () => {
    const one = await begin({
      configModels: [{ name: 'house', params: { model: 'openai/house', api_key: 'sk-house' } }],
    });
    const answered = await call(one, 'GET', '/model/info');
    expect(objectsAt(answered.json, 'data')).toEqual([
      expect.objectContaining({ model_name: 'house', model_info: expect.objectContaining({ db_model: false }) }),
    ]);
    expect(answered.text).not.toContain('sk-house');
    expect(one.rows()).toEqual([]);
  });

  it('takes the master key that it is given', async () => {
    const one = await begin({ masterKey: 'sk-of-the-test' });
    const answer = await request(`${one.url}/model/info`, { headers: { authorization: 'Bearer sk-of-the-test' } });
    expect(answer.statusCode).toBe(200);
    await answer.body.dump();
  });
});
