import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { attachBed, type FaultProxy, type ModelServer, waitFor } from '../bed/index.ts';

const bed = attachBed(inject('bed'));

let server: ModelServer;
let proxy: FaultProxy;

beforeEach(async () => {
  server = await bed.startModelServer({ served: ['a'] });
  proxy = await bed.startProxy(`http://127.0.0.1:${server.port}`);
});

afterEach(() => bed.close());

const call = (path = '/v1/models', init: RequestInit = {}) => fetch(`${proxy.url}${path}`, init);

describe('the proxy before LiteLLM', () => {
  test('hands calls on and counts them', async () => {
    const litellm = await bed.startProxy();
    const headers = { authorization: `Bearer ${bed.litellm.masterKey}`, 'content-type': 'application/json' };
    const patch = { method: 'PATCH', headers, body: JSON.stringify({ model_name: 'x' }) };
    expect((await fetch(`${litellm.url}/model/info`, { headers })).status).toBe(200);
    expect((await fetch(`${litellm.url}/v2/model/info?search=nothing&page=1`, { headers })).status).toBe(200);
    expect((await fetch(`${litellm.url}/model/no-such-row/update`, patch)).status).toBe(404);
    expect((await fetch(`${litellm.url}/model/nor-this/update`, patch)).status).toBe(404);
    expect(litellm.counts()).toEqual({
      'GET /model/info': 1,
      'GET /v2/model/info?page&search': 1,
      'PATCH /model/{id}/update': 2,
    });
    expect(litellm.calls.map((each) => each.status)).toEqual([200, 200, 404, 404]);
    litellm.forget();
    expect(litellm.counts()).toEqual({});
  });

  test('answers in the place of the server, as often as was said, for the calls that were meant', async () => {
    const answer = { status: 429, body: { error: 'slow down' }, headers: { 'retry-after': '7' } };
    const fault = proxy.fault({ kind: 'answer', method: 'GET', path: '/v1/models', times: 2, ...answer });
    expect((await call('/v1/models', { method: 'POST' })).status).toBe(404);
    const refused = await call('/v1/models?limit=1');
    expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([
      429,
      '7',
      { error: 'slow down' },
    ]);
    expect((await call()).status).toBe(429);
    expect((await call()).status).toBe(200);
    expect(fault.applied()).toBe(2);
    expect(server.calls).toHaveLength(2);
    expect(proxy.calls.map((each) => each.fault)).toEqual([undefined, 'answer', 'answer', undefined]);
  });

  test('answers 500 to a call that was carried out', async () => {
    proxy.fault({ kind: 'answer-after', status: 500, path: /models$/, times: 1 });
    expect((await call()).status).toBe(500);
    expect(server.calls).toHaveLength(1);
  });

  test('cuts a call before or after it was carried out', async () => {
    proxy.fault({ kind: 'cut', times: 1 });
    await expect(call()).rejects.toThrow('fetch failed');
    expect(server.calls).toHaveLength(0);
    proxy.fault({ kind: 'cut-after', times: 1 });
    await expect(call()).rejects.toThrow('fetch failed');
    expect(server.calls).toHaveLength(1);
    expect(proxy.calls.map((each) => each.status)).toEqual([undefined, undefined]);
  });

  test('lets a call hang until it is healed', async () => {
    proxy.fault({ kind: 'hang' });
    await expect(call('/v1/models', { signal: AbortSignal.timeout(300) })).rejects.toThrow(/timeout/i);
    const hanging = call();
    const failed = expect(hanging).rejects.toThrow('fetch failed');
    await waitFor('the second call is here', () => proxy.calls.length === 2);
    proxy.healAll();
    await failed;
    expect((await call()).status).toBe(200);
    expect(server.calls).toHaveLength(1);
  });

  test('delays a call, and a lifted fault is gone', async () => {
    const fault = proxy.fault({ kind: 'delay', ms: 300 });
    const started = performance.now();
    expect((await call()).status).toBe(200);
    // A lower bound: no slow machine can break it.
    expect(performance.now() - started).toBeGreaterThan(290);
    fault.lift();
    expect((await call()).status).toBe(200);
    expect(fault.applied()).toBe(1);
  });

  test('closes its port and opens it again', async () => {
    await proxy.unreachable();
    await expect(call()).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await proxy.reachable();
    expect((await call()).status).toBe(200);
  });

  test('gives calls to several servers in turn; one that is gone is a cut connection', async () => {
    const other = await bed.startModelServer({ served: ['b'] });
    proxy.retarget(`http://127.0.0.1:${server.port}`, `http://127.0.0.1:${other.port}`);
    for (let turn = 0; turn < 4; turn += 1) expect((await call()).status).toBe(200);
    expect([server.calls.length, other.calls.length]).toEqual([2, 2]);
    await other.stop();
    expect((await call()).status).toBe(200);
    await expect(call()).rejects.toThrow('fetch failed');
  });
});
