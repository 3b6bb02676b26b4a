import { describe, expect, it } from 'vitest';
import { until } from '../../support/wait.ts';
import { reference, service } from './support.ts';
import { get, refusal, THINGS, useConnections } from './use-connections.ts';

const { bench } = useConnections();

describe('list', () => {
  it('hands over each item and gives the rest', async () => {
    const { api, connection } = await bench();
    api.apply(service('a'));
    api.apply(service('b'));
    const items: unknown[] = [];
    const rest = await connection.list({ path: THINGS, query: { limit: 1 } }, (raw) => items.push(raw));
    expect(items).toMatchObject([{ metadata: { name: 'a' } }]);
    expect(rest).toMatchObject({ kind: 'InferenceServiceList', metadata: { continue: expect.any(String) } });
    expect(rest).not.toHaveProperty('items');
  });

  it('throws what the receiver throws, and coded errors', async () => {
    const { api, connection } = await bench();
    api.apply(service('a'));
    const thrown = new TypeError('not this one');
    const list = () =>
      connection.list({ path: THINGS }, () => {
        throw thrown;
      });
    await expect(list()).rejects.toBe(thrown);
    api.faults.inject({ effect: { kind: 'cut-midway' } });
    expect(await refusal(connection.list({ path: THINGS }, () => undefined))).toMatchObject({ code: 'unreachable' });
    api.faults.inject({ effect: { kind: 'status', status: 200, body: '{"items":[' } });
    expect(await refusal(connection.list({ path: THINGS }, () => undefined))).toMatchObject({ code: 'unreadable' });
  });
});

describe('lines', () => {
  const watch = { path: THINGS, query: { watch: true } };

  it('throws before the stream when it is refused, and gives up on a server that never answers', async () => {
    const { api, connection } = await bench({ requestTimeoutMs: 200 });
    const { signal } = new AbortController();
    api.faults.inject({ effect: { kind: 'status', status: 410 } });
    expect(await refusal(connection.lines({ ...watch, signal }))).toMatchObject({ code: 'expired' });
    api.faults.inject({ effect: { kind: 'hang' } });
    expect(await refusal(connection.lines({ ...watch, signal }))).toMatchObject({ code: 'timeout' });
  });

  it('goes on beyond the time of a request, and ends when the server ends it', async () => {
    const { api, connection } = await bench({ requestTimeoutMs: 150, bookmarkMilliseconds: 60_000 });
    const { signal } = new AbortController();
    const lines = await connection.lines({ ...watch, signal });
    api.faults.inject({ effect: { kind: 'hang' } });
    expect(await refusal(get(connection, THINGS))).toMatchObject({ code: 'timeout' });
    api.apply(service('a'));
    api.delete(reference('a'));
    api.watches.close();
    const kinds: unknown[] = [];
    for await (const line of lines) kinds.push(JSON.parse(line).type);
    expect(kinds).toEqual(['ADDED', 'DELETED']);
  });

  it.each([
    ['is cut', false, 'unreachable'],
    ['is cut within a line', true, 'unreachable'],
  ])('throws when it %s', async (_, inLine, code) => {
    const { api, connection } = await bench();
    const { signal } = new AbortController();
    const reading = readAll(await connection.lines({ ...watch, signal }));
    api.watches.cut(undefined, { inLine });
    expect(await refusal(reading)).toMatchObject({ code });
  });

  it('throws the reason of its signal', async () => {
    const { api, connection } = await bench();
    const controller = new AbortController();
    const reading = readAll(await connection.lines({ ...watch, signal: controller.signal }));
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    await until('the server knows', () => api.watches.count() === 0);
  });

  async function readAll(lines: AsyncIterable<string>): Promise<void> {
    for await (const line of lines) JSON.parse(line);
  }
});
