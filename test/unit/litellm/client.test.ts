import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../../src/litellm/client.ts';
import { entry, registration } from '../registration/builders.ts';
import { envelope, failureOf, http, listedRow, VENDOR } from './builders.ts';

const client = createClient(http());

beforeEach(() => nock.disableNetConnect());

afterEach(() => {
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
  nock.enableNetConnect();
});

const row = entry({ registration: registration('Qwen/Qwen3 8B', { info: { mode: 'chat' } }) });
const stored = { model_id: row.id, litellm_params: { model: 'v3:gcm:x' }, model_info: { id: row.id, db_model: false } };
const notLive = (what: string) =>
  envelope(`Model ${what} was saved to the database, but the model id(s) ['x'] are not live`, 'internal_server_error');
const unknownId = envelope("{'error': 'Model with id=x not found in db'}");
const noModels = { detail: { error: 'LLM Model List not loaded in. Make sure you passed models in your config.yaml' } };

/** The body that a row is written with. */
const body = {
  model_name: 'Qwen/Qwen3 8B',
  litellm_params: row.params,
  model_info: { mode: 'chat', id: row.id, model_registrar: { ...row.stamp } },
};

describe('a page of something else that stands there, with 200', () => {
  it.each([
    ['create', () => client.create({ entry: row })],
    ['update', () => client.update(row.id, { entry: row })],
    ['remove', () => client.remove(row.id)],
    ['findByName', () => client.findByName('x')],
    ['findById', () => client.findById('x')],
    ['findAll', () => client.findAll(10)],
    ['list', () => client.list()],
  ])('is not taken for an answer to %s', async (_what, call) => {
    nock(VENDOR)
      .intercept(/./, 'GET')
      .reply(200, '<html>Welcome</html>')
      .intercept(/./, 'POST')
      .reply(200, '<html>Welcome</html>')
      .intercept(/./, 'PATCH')
      .reply(200, '<html>Welcome</html>');
    expect(await failureOf(call())).toMatchObject({ code: 'unreadable' });
    nock.cleanAll();
  });
});

describe('list', () => {
  it('is cut off where it has too many rows', async () => {
    const tooLong = { code: 'unreadable', message: expect.stringContaining('too long') };
    const list = (rows: number): nock.Scope =>
      nock(VENDOR)
        .get('/model/info')
        .reply(200, { data: Array.from({ length: rows }, () => ({ model_name: 'an agent' })) });
    list(11);
    expect(await failureOf(createClient(http(), 10).list())).toMatchObject(tooLong);
    list(10);
    expect(await createClient(http(), 10).list()).toEqual([]);
  });

  it('asks for all models', async () => {
    nock(VENDOR)
      .get('/model/info')
      .reply(200, { data: [listedRow(), { model_name: 'an agent' }] });
    expect(await client.list()).toMatchObject([{ id: entry().id, publicName: 'qwen' }]);
  });

  it('shows a pattern that LiteLLM lists by the models of its provider as the one row that it is', async () => {
    const handMade = (id: string, model_name: string) => ({
      model_name,
      litellm_params: { model: model_name },
      model_info: { id, db_model: true },
    });
    const known = ['openai/gpt-4o', 'openai/gpt-4o-mini'].map((name) => handMade('a-pattern', name));
    nock(VENDOR)
      .get('/model/info')
      .reply(200, { data: [...known, listedRow()] });
    nock(VENDOR)
      .get('/v2/model/info')
      .query({ search: '*', size: '1000' })
      .reply(200, { data: [handMade('a-pattern', 'openai/*'), handMade('new', 'b/*')] });
    expect((await client.list()).map(({ id, publicName }) => [id, publicName])).toEqual([
      [entry().id, 'qwen'],
      ['a-pattern', 'openai/*'],
    ]);
  });

  it('fails where it cannot see what the patterns are', async () => {
    nock(VENDOR)
      .get('/model/info')
      .reply(200, { data: [listedRow(), listedRow()] });
    nock(VENDOR)
      .get('/v2/model/info')
      .query(true)
      .reply(503, envelope('Service Unavailable', 'no_db_connection', '503'));
    expect(await failureOf(client.list())).toMatchObject({ code: 'database-down' });
  });

  it('takes a proxy that never had a model for an empty one', async () => {
    nock(VENDOR).get('/model/info').reply(500, noModels);
    expect(await client.list()).toEqual([]);
  });

  it.each([
    [503, envelope('Service Unavailable', 'no_db_connection', '503'), 'database-down'],
    [401, envelope('Authentication Error'), 'unauthorized'],
    [500, '<html>', 'server-error'],
    [200, '<html>', 'unreadable'],
    [200, {}, 'unreadable'],
    [404, envelope('There is nothing at /model/info.', 'not_found', '404'), 'unreadable'],
    [400, envelope('No such route'), 'unreadable'],
  ])('never takes an error for an empty list: %i', async (status, answer, code) => {
    nock(VENDOR).get('/model/info').reply(status, answer);
    expect(await failureOf(client.list())).toMatchObject({ code });
  });
});

describe('create', () => {
  it('sends the whole row under its own id, with the mark', async () => {
    nock(VENDOR).post('/model/new', body).reply(200, stored);
    expect(await client.create({ entry: row })).toBe('live');
  });

  it('sends what is carried over, and nothing of it over ours', async () => {
    const carried = {
      params: { rpm: 5, model: 'theirs' },
      info: { team: 'search', mode: 'theirs', id: 'theirs' },
      blocked: true,
    };
    nock(VENDOR)
      .post('/model/new', {
        model_name: body.model_name,
        litellm_params: { ...body.litellm_params, rpm: 5 },
        model_info: { ...body.model_info, team: 'search' },
        blocked: true,
      })
      .reply(200, stored);
    expect(await client.create({ entry: row, ...carried })).toBe('live');
  });

  it('tells that the row is saved, but not live', async () => {
    nock(VENDOR).post('/model/new').reply(500, notLive('create'));
    expect(await client.create({ entry: row })).toBe('saved');
  });

  it.each([
    [
      500,
      envelope("{'error': 'Failed to add model to db. Check your server logs for more details.'}"),
      'create-failed',
    ],
    [422, { detail: [{ loc: ['body', 'model_name'], msg: 'Field required', type: 'missing' }] }, 'rejected'],
    [403, { error: 'no admin' }, 'forbidden'],
    [400, unknownId, 'not-found'],
    [500, noModels, 'server-error'],
  ])('fails on %i: %#', async (status, answer, code) => {
    nock(VENDOR).post('/model/new').reply(status, answer);
    expect(await failureOf(client.create({ entry: row }))).toMatchObject({ code });
  });
});

describe('update', () => {
  const path = `/model/${row.id}/update`;

  it('merges into the row of the id, which the body repeats, and returns what the database holds', async () => {
    nock(VENDOR).patch(path, body).reply(200, stored);
    expect(await client.update(row.id, { entry: row })).toEqual({
      result: 'live',
      stored: { paramKeys: ['model'], plainParams: {}, info: { id: row.id, db_model: false } },
    });
  });

  it.each([true, false])('sets the block where asked to: %s', async (blocked) => {
    nock(VENDOR)
      .patch(path, { ...body, blocked })
      .reply(200, stored);
    expect(await client.update(row.id, { entry: row, blocked })).toMatchObject({ result: 'live' });
  });

  it('keeps in the mark that we set a block', async () => {
    const marked = { ...row, stamp: { ...row.stamp, blockedByUs: true } };
    const info = { ...body.model_info, model_registrar: { ...row.stamp, blockedByUs: true } };
    nock(VENDOR)
      .patch(path, { ...body, model_info: info })
      .reply(200, stored);
    expect(await client.update(row.id, { entry: marked })).toMatchObject({ result: 'live' });
  });

  it('puts an id of another form safely into the path', async () => {
    nock(VENDOR).patch('/model/a%2Fb%3Fc/update').reply(200, stored);
    expect(await client.update('a/b?c', { entry: row })).toMatchObject({ result: 'live' });
  });

  it('tells that there is no such row', async () => {
    nock(VENDOR)
      .patch(path)
      .reply(404, envelope('Model x not found on proxy.', 'not_found_error', '404'));
    expect(await client.update(row.id, { entry: row })).toBeUndefined();
  });

  it('does not take a path that nobody knows for a row that is gone', async () => {
    nock(VENDOR).patch(path).reply(404, { detail: 'Not Found' });
    expect(await failureOf(client.update(row.id, { entry: row }))).toMatchObject({ code: 'unreadable' });
  });

  it('tells that the row is saved, but not live', async () => {
    nock(VENDOR).patch(path).reply(500, notLive('update'));
    expect(await client.update(row.id, { entry: row })).toEqual({ result: 'saved' });
  });

  it('fails where the answer is no row', async () => {
    nock(VENDOR).patch(path).reply(200, 'null');
    expect(await failureOf(client.update(row.id, { entry: row }))).toMatchObject({ code: 'unreadable' });
  });

  it('fails with a lost database', async () => {
    nock(VENDOR).patch(path).reply(500, envelope('Error updating model: x', 'internal_server_error'));
    expect(await failureOf(client.update(row.id, { entry: row }))).toMatchObject({ code: 'server-error' });
  });
});

describe('remove', () => {
  it('deletes by id', async () => {
    nock(VENDOR).post('/model/delete', { id: row.id }).reply(200, { message: 'deleted' });
    expect(await client.remove(row.id)).toBe(true);
  });

  it('tells that there was no such row', async () => {
    nock(VENDOR).post('/model/delete').reply(400, unknownId);
    expect(await client.remove(row.id)).toBe(false);
  });

  it('does not take a lost database for a row that is gone', async () => {
    nock(VENDOR).post('/model/delete').reply(400, envelope('Authentication Error, All connection attempts failed'));
    expect(await failureOf(client.remove(row.id))).toMatchObject({ code: 'server-error' });
  });
});

describe('touch', () => {
  const path = '/model/by-hand/update';
  /** Only the id, which LiteLLM would make up: no setting, no name and no mark. */
  const nothing = { model_info: { id: 'by-hand' } };

  it('writes nothing into somebody’s row, and returns what the database holds', async () => {
    nock(VENDOR).patch(path, nothing).reply(200, stored);
    expect(await client.touch('by-hand')).toMatchObject({ paramKeys: ['model'] });
  });

  it('tells that there is no such row', async () => {
    nock(VENDOR)
      .patch(path)
      .reply(404, envelope('Model x not found on proxy.', 'not_found_error', '404'));
    expect(await client.touch('by-hand')).toBeUndefined();
  });

  it('fails where LiteLLM does not serve the row, and so does not tell what it holds', async () => {
    nock(VENDOR).patch(path).reply(500, notLive('update'));
    expect(await failureOf(client.touch('by-hand'))).toMatchObject({ code: 'not-shown' });
  });
});
