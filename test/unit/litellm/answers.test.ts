import { describe, expect, it } from 'vitest';
import { type Refusal, readRefusal, readRows, readStoredRow } from '../../../src/litellm/answers.ts';
import type { LiteLlmErrorCode } from '../../../src/litellm/errors.ts';
import { STAMP_KEY } from '../../../src/registration/stamp.ts';
import { entry } from '../registration/builders.ts';
import { CANARY, envelope, failureOf, listedRow } from './builders.ts';

const handMade = {
  model_name: 'gpt',
  litellm_params: { model: 'openai/gpt', api_base: 'http://x', rpm: 5, tags: ['a'] },
  model_info: { id: 'by-hand', db_model: true, mode: 'chat', supports_vision: true },
};

describe('readRows', () => {
  it('reads of a row of ours what its mark names, and all of it where that is asked for', () => {
    const [row] = readRows({ data: [listedRow()] });
    const [whole] = readRows({ data: [listedRow()] }, 'whole');
    const { id, publicName, info, stamp } = entry();
    expect(row).toMatchObject({ id, publicName, stamp, stored: true, blocked: false, live: true });
    expect(whole?.params).toEqual(listedRow().litellm_params);
    expect(whole?.info).toMatchObject(info);
    expect(row?.params).toEqual({ model: entry().params.model, api_base: entry().params.api_base });
    expect(row?.info).toEqual(info);
  });

  it('keeps of a foreign row just what tells whose it is', () => {
    expect(readRows({ data: [handMade] })).toEqual([
      {
        id: 'by-hand',
        publicName: 'gpt',
        params: { model: 'openai/gpt', api_base: 'http://x' },
        info: {},
        stored: true,
        blocked: false,
        live: true,
      },
    ]);
  });

  it('tells models of the config file and blocked ones', () => {
    const of = (info: object) => readRows({ data: [{ ...handMade, model_info: { ...handMade.model_info, ...info } }] });
    expect(of({ db_model: false })).toMatchObject([{ stored: false }]);
    expect(of({ db_model: null })).toMatchObject([{ stored: false }]);
    expect(of({ blocked: true })).toMatchObject([{ blocked: true }]);
    expect(of({ blocked: 'yes' })).toMatchObject([{ blocked: false }]);
  });

  it('takes a row without a base', () => {
    const bedrock = { ...handMade, litellm_params: { model: 'bedrock/x' } };
    expect(readRows({ data: [bedrock] })).toMatchObject([{ params: { model: 'bedrock/x' } }]);
  });

  it.each([null, 'owned', { owner: 'prod' }, { ...entry().stamp, since: 'yesterday' }])(
    'takes a row with a damaged mark, %j, for a foreign one',
    (mark) => {
      const row = { ...handMade, model_info: { ...handMade.model_info, [STAMP_KEY]: mark } };
      expect(readRows({ data: [row] })[0]).not.toHaveProperty('stamp');
    },
  );

  it.each([
    null,
    'agent',
    {},
    { agent_name: 'a', model_info: { id: 'x' } },
    { ...handMade, model_name: null },
    { ...handMade, litellm_params: [] },
    { ...handMade, model_info: {} },
    { ...handMade, model_info: { id: 7 } },
  ])('passes over what is no model, %j, and reads the others', (foreign) => {
    expect(readRows({ data: [foreign, handMade, foreign] }).map(({ id }) => id)).toEqual(['by-hand']);
  });

  it('reads an empty list', () => {
    expect(readRows({ data: [] })).toEqual([]);
  });

  it.each([undefined, null, [], 'x', {}, { data: {} }, { data: null }])('is not content with %j', (body) => {
    expect(() => readRows(body)).toThrow(expect.objectContaining({ code: 'unreadable' }));
  });
});

describe('readStoredRow', () => {
  it('reads the keys of the parameters, whose values are encrypted, and the info', () => {
    const body = {
      litellm_params: { model: 'v3:gcm:x', rpm: 5 },
      model_info: { id: 'a', mode: 'chat' },
      blocked: false,
    };
    const read = { paramKeys: ['model', 'rpm'], plainParams: { rpm: 5 }, info: { id: 'a', mode: 'chat' } };
    expect(readStoredRow(body)).toEqual({ ...read, blocked: false });
    expect(readStoredRow({ ...body, blocked: true })).toEqual({ ...read, blocked: true });
    expect(readStoredRow({ ...body, blocked: null })).toEqual(read);
  });

  it('reads columns that are texts of JSON', () => {
    expect(readStoredRow({ litellm_params: '{"rpm":5}', model_info: '{"mode":"chat"}' })).toEqual({
      paramKeys: ['rpm'],
      plainParams: { rpm: 5 },
      info: { mode: 'chat' },
    });
  });

  it.each([
    undefined,
    null,
    {},
    { litellm_params: {} },
    { litellm_params: null, model_info: {} },
    { litellm_params: '[]', model_info: '{}' },
    { litellm_params: CANARY, model_info: '{}' },
    { litellm_params: '{}', model_info: `{"a": ${CANARY}` },
  ])('is not content with %j, and does not repeat it', async (body) => {
    const error = await failureOf(Promise.resolve().then(() => readStoredRow(body)));
    expect(error).toMatchObject({ code: 'unreadable' });
    expect(String(error)).not.toContain('canary');
  });
});

/** A text that LiteLLM wraps: its exceptions come as Python writes them. */
const wrapped = (text: string) => envelope(`{'error': "${text}"}`);
const NOT_LIVE = "but the model id(s) ['x'] are not live in this pod's router after the reload.";
const KEY_HASH = 'Received API Key = sk-...ary9, Key Hash (Token) =0123456789abcdef.';

describe('readRefusal, of what is no error to the caller', () => {
  it.each<[string, number, unknown, Refusal['kind']]>([
    [
      'create saved, not live',
      500,
      envelope(`Model create was saved to the database, ${NOT_LIVE}`, 'internal_server_error'),
      'saved-not-live',
    ],
    [
      'update saved, not live',
      500,
      envelope(`Model update was saved to the database, ${NOT_LIVE}`, 'internal_server_error'),
      'saved-not-live',
    ],
    ['delete of an unknown id', 400, wrapped('Model with id=llm.qwen.01 not found in db'), 'not-in-database'],
    [
      'update of an unknown id',
      404,
      envelope('Model llm.qwen.01 not found on proxy.', 'not_found_error', '404'),
      'not-in-database',
    ],
    [
      'a proxy that never had a model',
      500,
      {
        detail: {
          error:
            'LLM Model List not loaded in. Make sure you passed models in your config.yaml or on the LiteLLM Admin UI. - https://docs.litellm.ai/docs/proxy/configs',
        },
      },
      'no-models-yet',
    ],
    ['a proxy without a router', 500, { detail: { error: 'LLM Router not loaded in. Make sure …' } }, 'no-models-yet'],
  ])('%s', (_case, status, body, kind) => {
    expect(readRefusal(status, body)).toEqual({ kind });
  });
});

describe('readRefusal, of errors', () => {
  it.each<[string, number, unknown, LiteLlmErrorCode]>([
    [
      'a duplicate id, or a lost database',
      500,
      wrapped('Failed to add model to db. Check your server logs for more details.'),
      'create-failed',
    ],
    [
      'delete with a lost database',
      400,
      envelope('Authentication Error, All connection attempts failed'),
      'server-error',
    ],
    [
      'update with a lost database',
      500,
      envelope('Error updating model: All connection attempts failed', 'internal_server_error'),
      'server-error',
    ],
    [
      'list with a lost database',
      503,
      envelope(
        'Service Unavailable, the authentication database is temporarily unreachable. Please retry shortly.',
        'no_db_connection',
        '503',
      ),
      'database-down',
    ],
    [
      'no database at all',
      500,
      wrapped('No DB Connected. Here is how to do it - https://docs.litellm.ai/docs/proxy/virtual_keys'),
      'no-database',
    ],
    [
      'models are not stored',
      500,
      wrapped("Set `'STORE_MODEL_IN_DB='True'` in your env to enable this feature."),
      'no-database',
    ],
    [
      'models are not stored, update',
      400,
      envelope('Model updates only supported for DB-stored models'),
      'no-database',
    ],
    [
      'a wrong key',
      401,
      envelope(`Authentication Error, Invalid proxy server token passed. ${KEY_HASH}`, 'token_not_found_in_db', '401'),
      'unauthorized',
    ],
    ['no key', 401, envelope('Authentication Error, No api key passed in.', 'auth_error', '401'), 'unauthorized'],
    [
      'a key that is no admin’s, new and delete',
      403,
      { error: 'User does not have permission to make this model call.' },
      'forbidden',
    ],
    [
      'a key that is no admin’s, update',
      403,
      { detail: 'User does not have permission to make this model call.' },
      'forbidden',
    ],
    ['too many requests', 429, envelope('Rate limit exceeded', 'throttling_error', '429'), 'too-many-requests'],
    [
      'wrong types',
      422,
      {
        detail: [{ loc: ['body', 'litellm_params', 'rpm'], msg: 'Input should be a valid integer', type: 'int_type' }],
      },
      'rejected',
    ],
    [
      'a model of the config file',
      400,
      envelope('Cannot edit config-based model. Store model in DB via /model/new first.', 'validation_error', '400'),
      'rejected',
    ],
    ['rpm is demanded', 400, envelope('rpm must be set', 'validation_error', '400'), 'rejected'],
    ['an unhandled exception', 500, envelope('Internal server error', 'internal_server_error'), 'server-error'],
    ['a page of an ingress', 502, undefined, 'unavailable'],
    ['a Service with nothing behind it', 503, undefined, 'unavailable'],
    ['an ingress that waited in vain', 504, undefined, 'unavailable'],
    ['a page of an ingress that knows no such host', 404, undefined, 'unreadable'],
    ['a path that FastAPI does not know', 404, { detail: 'Not Found' }, 'unreadable'],
    ['a method that FastAPI does not know', 405, { detail: 'Method Not Allowed' }, 'unreadable'],
    ['a redirect', 302, undefined, 'unreadable'],
    ['a success of another kind', 204, undefined, 'unreadable'],
  ])('%s', (_case, status, body, code) => {
    expect(readRefusal(status, body)).toMatchObject({ kind: 'error', error: { code, status } });
  });

  it('tells how long to wait, where LiteLLM says it', () => {
    expect(readRefusal(429, undefined, 7_000)).toMatchObject({ error: { retryAfterMs: 7_000 } });
    expect(readRefusal(429, undefined)).toMatchObject({ error: { retryAfterMs: undefined } });
  });

  it('repeats what LiteLLM’s validation says, in short', () => {
    const detail = [
      { loc: ['body', 'litellm_params', 'rpm'], msg: 'Input should be a valid integer', type: 'int_type' },
      { loc: ['body', 'model_name'], msg: 'Field required', type: 'missing' },
    ];
    expect(readRefusal(422, { detail })).toMatchObject({
      error: {
        message:
          'LiteLLM refused the model: where no reason is given here, its log has it (litellm_params.rpm: Input should be a valid integer; model_name: Field required)',
      },
    });
    const long = readRefusal(422, { detail: [{ loc: ['body'], msg: 'x'.repeat(10_000), type: 't' }] });
    expect(long.kind === 'error' && long.error.message.length).toBeLessThan(400);
  });

  it.each([400, 401, 403, 404, 429, 500, 502, 503])('repeats nothing else: %i', (status) => {
    for (const body of [envelope(CANARY), { error: CANARY }, { detail: CANARY }, { detail: { error: CANARY } }]) {
      const refusal = readRefusal(status, body);
      expect(refusal).toMatchObject({ kind: 'error' });
      expect(JSON.stringify(refusal) + (refusal.kind === 'error' && refusal.error.message)).not.toContain('canary');
    }
  });
});
