import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../../src/litellm/client.ts';
import { entry } from '../registration/builders.ts';
import { envelope, failureOf, http, listedRow, VENDOR } from './builders.ts';

const client = createClient(http());

beforeEach(() => nock.disableNetConnect());

afterEach(() => {
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
  nock.enableNetConnect();
});

const noModels = { detail: { error: 'LLM Model List not loaded in. Make sure you passed models in your config.yaml' } };

describe('findByName', () => {
  it('searches router and database, and takes only the exact name', async () => {
    const names = ['Qwen/Qwen3 8B', 'Qwen/Qwen3 8B-instruct', 'qwen/qwen3 8b'];
    const data = names.map((model_name, index) => ({ ...listedRow({ uid: `${index}` }), model_name }));
    nock(VENDOR).get('/v2/model/info').query({ search: 'Qwen/Qwen3 8B', size: '1000' }).reply(200, { data });
    expect((await client.findByName('Qwen/Qwen3 8B')).map(({ publicName }) => publicName)).toEqual(['Qwen/Qwen3 8B']);
  });

  it('finds nothing where there is no model at all', async () => {
    nock(VENDOR).get('/v2/model/info').query(true).reply(500, noModels);
    expect(await client.findByName('qwen')).toEqual([]);
  });

  it('never takes an error for nothing', async () => {
    nock(VENDOR).get('/v2/model/info').query(true).reply(503, envelope('x', 'no_db_connection'));
    expect(await failureOf(client.findByName('qwen'))).toMatchObject({ code: 'database-down' });
  });
});

describe('findAll', () => {
  const answerWith = (count: number): void => {
    const data = Array.from({ length: count }, (_, index) => listedRow({ uid: `${index}` }));
    nock(VENDOR).get('/v2/model/info').query({ search: '%', size: '3' }).reply(200, { data, total_count: 99 });
  };

  it('asks for all rows, and for one more than may be', async () => {
    answerWith(2);
    expect(await client.findAll(2)).toHaveLength(2);
    answerWith(3);
    expect(await client.findAll(2)).toBeUndefined();
  });

  it('finds nothing where there is no model at all, and takes no error for nothing', async () => {
    nock(VENDOR).get('/v2/model/info').query(true).reply(500, noModels);
    expect(await client.findAll(2)).toEqual([]);
    nock(VENDOR).get('/v2/model/info').query(true).reply(503, envelope('x', 'no_db_connection'));
    expect(await failureOf(client.findAll(2))).toMatchObject({ code: 'database-down' });
  });
});

describe('findById', () => {
  it('asks for one id', async () => {
    nock(VENDOR)
      .get('/v2/model/info')
      .query({ modelId: entry().id, size: '1000' })
      .reply(200, { data: [listedRow()] });
    expect(await client.findById(entry().id)).toMatchObject({ id: entry().id });
  });

  it('finds none', async () => {
    nock(VENDOR).get('/v2/model/info').query(true).reply(200, { data: [] });
    expect(await client.findById('x')).toBeUndefined();
  });
});
