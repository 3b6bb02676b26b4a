import { describe, expect, test } from 'vitest';
import { createProbe, type Http } from '../../../src/litellm/index.ts';

/** A LiteLLM of one answer. */
function probe(status: number, body: unknown) {
  const http: Http = { call: async () => ({ status, body }), close: async () => undefined };
  return createProbe(http);
}

const error = (message: string, type: string) => ({ error: { message, type, param: null, code: 'x' } });

describe('what a key may do, from the answer to unblocking a model that does not exist', () => {
  test.each([
    ['admin', 404, error('Model x not found on proxy.', 'not_found_error')],
    ['not-admin', 401, error('Authentication Error, Only proxy admin can be used to generate', 'auth_error')],
    ['not-admin', 403, error('user not allowed to access this route', 'auth_error')],
    ['not-admin', 403, { detail: 'Forbidden' }],
    ['no-database', 500, { detail: { error: 'DB not connected. This endpoint needs a database' } }],
    ['no-database', 500, { detail: { error: "No DB Connected. Here's how to do it" } }],
    ['not-stored', 400, error('Model updates only supported for DB-stored models', 'validation_error')],
    ['database-down', 503, error('Service Unavailable', 'no_db_connection')],
    ['untold', 404, { detail: 'Not Found' }],
    ['untold', 200, undefined],
  ])('%s: %i %o', async (management, status, body) => {
    expect(await probe(status, body).management()).toBe(management);
  });

  test.each([
    [502, undefined],
    [503, undefined],
    [503, { message: 'no healthy upstream' }],
    [504, '<html>'],
  ])('%i %o is not of LiteLLM, and tells nothing of its database', async (status, body) => {
    await expect(probe(status, body).management()).rejects.toMatchObject({ code: 'unavailable', status });
  });
});

test.each([
  ['connected', 200, { status: 'healthy', db: 'connected' }],
  ['none', 200, { status: 'healthy', db: 'Not connected' }],
  ['untold', 200, { status: 'healthy' }],
  ['down', 503, { status: 'healthy' }],
])('the database is %s', async (state, status, body) => {
  expect(await probe(status, body).database()).toBe(state);
});

test.each([
  [200, '<html>'],
  [404, { detail: 'Not Found' }],
  [502, { status: 'x' }],
])('what answers %i %o is not LiteLLM', async (status, body) => {
  await expect(probe(status, body).database()).rejects.toMatchObject({ code: 'unreadable' });
});

test('the reload interval is the set one, else the default, else not told', async () => {
  const field = (value: unknown, standard: unknown) => [
    { field_name: 'proxy_config_reload_interval_seconds', field_value: value, field_default_value: standard },
  ];
  expect(await probe(200, field(5, 30)).reloadSeconds()).toBe(5);
  expect(await probe(200, field(null, 30)).reloadSeconds()).toBe(30);
  expect(await probe(401, error('x', 'auth_error')).reloadSeconds()).toBeUndefined();
});

test('rows whose parameters LiteLLM cannot decrypt are told from those that it can', async () => {
  const row = (id: string, params: object) => ({
    model_name: id,
    litellm_params: params,
    model_info: { id, db_model: true },
  });
  const ciphertext = 'kn3C_H0PdzGwIcTlMg7ovO94eIPfVrMadLQSp_2tshWg0UyrQRlMpi_8cNxRFfU_HCebHaM=';
  const rows = [
    row('plain', {
      model: 'hosted_vllm/a-rather-long-name-of-a-model-that-nobody-would-write-by-hand',
      api_base: 'http://x/v1',
    }),
    row('old', { model: ciphertext, api_base: ciphertext }),
    row('new', { model: 'v3:gcm:AAAA', api_base: 'v3:gcm:BBBB' }),
  ];
  expect(await probe(200, { data: rows }).stored()).toEqual([
    { id: 'plain', name: 'plain', encrypted: false },
    { id: 'old', name: 'old', encrypted: true },
    { id: 'new', name: 'new', encrypted: true },
  ]);
  expect(await probe(500, {}).stored()).toEqual([]);
});
