import { describe, expect, it } from 'vitest';
import { until } from '../../support/wait.ts';
import { startServer } from './servers.ts';
import { service } from './support.ts';
import { get, refusal, THINGS, useConnections } from './use-connections.ts';

const { bench, server, connectTo } = useConnections();

describe('request', () => {
  it('sends what is given and gives the parsed body', async () => {
    const seen: unknown[] = [];
    const { url } = await server(
      startServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const { authorization, accept, 'content-type': type, 'user-agent': agent } = request.headers;
          seen.push([
            request.method,
            request.url,
            authorization,
            accept,
            type,
            agent,
            Buffer.concat(chunks).toString(),
          ]);
          response.end(request.method === 'DELETE' ? '' : '{"a":[1]}');
        });
      }),
    );
    const connection = await connectTo(`${url}/base/`, { userAgent: 'tester' });
    const query = { limit: 5, watch: true, labelSelector: 'a in (b,c)', continue: undefined };
    expect(await connection.request({ method: 'GET', path: '/api', query })).toEqual({ a: [1] });
    await connection.request({
      method: 'PATCH',
      path: '/p',
      body: { b: 2 },
      contentType: 'application/merge-patch+json',
    });
    expect(await connection.request({ method: 'DELETE', path: '/d' })).toBeUndefined();
    await connection.request({ method: 'POST', path: '/n', body: null });
    const json = 'application/json';
    const token = 'Bearer s3cr3t';
    expect(seen).toEqual([
      ['GET', '/base/api?limit=5&watch=true&labelSelector=a+in+%28b%2Cc%29', token, json, undefined, 'tester', ''],
      ['PATCH', '/base/p', token, json, 'application/merge-patch+json', 'tester', '{"b":2}'],
      ['DELETE', '/base/d', token, json, undefined, 'tester', ''],
      ['POST', '/base/n', token, json, json, 'tester', 'null'],
    ]);
    expect(connection.server).toBe(`${url}/base`);
    expect(connection.namespace).toBe('default');
  });

  it('throws coded errors of what a real path leads to', async () => {
    const { api, connection } = await bench();
    api.apply(service('a'));
    expect(await refusal(get(connection, `${THINGS}/none`))).toMatchObject({ code: 'not-found', status: 404 });
    expect(await refusal(connection.request({ method: 'POST', path: THINGS, body: service('a') }))).toMatchObject({
      code: 'already-exists',
    });
    const stale = { ...service('a'), metadata: { namespace: 'llm', name: 'a', resourceVersion: '1' } };
    expect(await refusal(connection.request({ method: 'PUT', path: `${THINGS}/a`, body: stale }))).toMatchObject({
      code: 'conflict',
    });
    api.faults.inject({ effect: { kind: 'status', status: 429, retryAfterSeconds: 7 } });
    expect(await refusal(get(connection, THINGS))).toMatchObject({ code: 'too-many-requests', retryAfterMs: 7_000 });
    api.faults.inject({ effect: { kind: 'status', status: 500, body: { message: 's3cr3t' } } });
    expect(await refusal(get(connection, THINGS))).toMatchObject({ code: 'server-error', status: 500 });
    api.faults.inject({ effect: { kind: 'status', status: 200, body: 's3cr3t' } });
    expect(await refusal(get(connection, THINGS))).toMatchObject({ code: 'unreadable' });
    api.faults.inject({ effect: { kind: 'cut' } });
    expect(await refusal(get(connection, THINGS))).toMatchObject({ code: 'unreachable' });
    api.faults.inject({ effect: { kind: 'cut-midway' } });
    expect(await refusal(get(connection, THINGS))).toMatchObject({ code: 'unreachable' });
  });

  it.each(['hang', 'stall-midway'] as const)('gives up in time on a server that does not answer (%s)', async (kind) => {
    const { api, connection } = await bench({ requestTimeoutMs: 200 });
    api.faults.inject({ effect: { kind } });
    expect(await refusal(get(connection, THINGS))).toMatchObject({ code: 'timeout' });
    await get(connection, THINGS);
  });

  it('throws the reason of the caller’s signal', async () => {
    const { api, connection } = await bench();
    api.faults.inject({ times: 2, effect: { kind: 'hang' } });
    const controller = new AbortController();
    const call = get(connection, THINGS, controller.signal);
    await until('it is under way', () => api.calls.count() === 1);
    controller.abort(new Error('changed my mind'));
    await expect(call).rejects.toThrow('changed my mind');
    await expect(get(connection, THINGS, controller.signal)).rejects.toThrow('changed my mind');
    expect(api.calls.count()).toBe(1);
  });

  it('refuses a body without an end', async () => {
    const { url } = await server(
      startServer((_, response) => {
        const chunk = Buffer.alloc(1024 * 1024, ' ');
        const more = () => {
          while (response.write(chunk));
        };
        response.on('drain', more);
        more();
      }),
    );
    expect(await refusal(get(await connectTo(url)))).toMatchObject({ code: 'unreadable' });
  });

  it('ends with the connection', async () => {
    const { api, connection } = await bench();
    api.faults.inject({ effect: { kind: 'hang' } });
    const call = refusal(get(connection, THINGS));
    await until('it is under way', () => api.calls.count() === 1);
    await connection.close();
    expect((await call).message).toContain('is closed');
    expect((await refusal(get(connection, THINGS))).message).toContain('is closed');
    expect(api.calls.count()).toBe(1);
  });
});

describe('the pool', () => {
  it('uses one connection for calls one after the other, few for many at once', async () => {
    const started = await server(startServer((_, response) => response.end('{}')));
    const connection = await connectTo(started.url);
    for (let turn = 0; turn < 20; turn += 1) await get(connection);
    // A call may begin before the connection of the one before is free.
    expect(started.connections).toBeLessThanOrEqual(2);
    await Promise.all(Array.from({ length: 200 }, () => get(connection)));
    expect(started.connections).toBeLessThanOrEqual(16);
  });

  it('is not starved by watches', async () => {
    const { api, connection } = await bench();
    const { signal } = new AbortController();
    const watches = Array.from({ length: 40 }, () =>
      connection.lines({ path: THINGS, query: { watch: true }, signal }),
    );
    await Promise.all(watches);
    expect(api.watches.count()).toBe(40);
    expect(await get(connection, THINGS)).toMatchObject({ kind: 'InferenceServiceList' });
  });
});
