import { setImmediate } from 'node:timers/promises';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallLog } from '../../../src/sandbox/calls.ts';
import { type Effect, Faults } from '../../../src/sandbox/faults.ts';
import { type Listening, listen } from '../../../src/sandbox/server.ts';

describe('a sandbox server', () => {
  const done: string[] = [];
  let faults: Faults;
  let calls: CallLog;
  let server: Listening;

  beforeEach(async () => {
    done.length = 0;
    faults = new Faults();
    calls = new CallLog();
    server = await listen({
      port: 0,
      faults,
      calls,
      operation: ({ url }) => url.pathname.slice(1),
      handle: ({ text, url }) => {
        if (url.pathname === '/broken') throw new Error('a mistake in the handler');
        done.push(text);
        return { status: 201, body: { echo: text.repeat(100) } };
      },
      errorBody: (status) => ({ fault: status }),
    });
  });
  afterEach(() => server.stop());

  const post = async (path = '/op', signal?: AbortSignal) => {
    const answer = await request(`${server.url}${path}`, { method: 'POST', body: 'x', ...(signal ? { signal } : {}) });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  };
  const strike = (effect: Effect) => faults.inject({ on: 'op', effect });

  it('listens on this machine alone, and notes what it is asked', async () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await post('/op?a=b')).toMatchObject({ status: 201, text: JSON.stringify({ echo: 'x'.repeat(100) }) });
    expect(calls.list()).toEqual([
      { operation: 'op', method: 'POST', path: '/op?a=b', at: expect.any(Number), status: 201 },
    ]);
  });

  it('answers a status in the words of the server, with Retry-After, without doing anything', async () => {
    strike({ kind: 'status', status: 503, retryAfterSeconds: 7 });
    expect(await post()).toMatchObject({ status: 503, headers: { 'retry-after': '7' }, text: '{"fault":503}' });
    expect(done).toEqual([]);
    expect((await post()).status).toBe(201);
  });

  it('answers a status after doing what it was asked, with another body if told', async () => {
    strike({ kind: 'status', status: 500, after: true, body: 'plain words' });
    expect(await post()).toMatchObject({ status: 500, text: 'plain words' });
    expect(done).toEqual(['x']);
  });

  it.each([
    ['before', false, []],
    ['after', true, ['x']],
  ])('resets the connection %s doing it', async (_, after, expected) => {
    strike({ kind: 'cut', after });
    await expect(post()).rejects.toMatchObject({ code: expect.stringMatching(/UND_ERR_SOCKET|ECONNRESET/) });
    expect(done).toEqual(expected);
  });

  it('resets the connection in the midst of the answer', async () => {
    strike({ kind: 'cut-midway' });
    const answer = await request(`${server.url}/op`, { method: 'POST', body: 'x' });
    expect(answer.statusCode).toBe(201);
    await expect(answer.body.text()).rejects.toThrow(/./);
    expect(done).toEqual(['x']);
  });

  it('falls silent in the midst of the answer', async () => {
    strike({ kind: 'stall-midway' });
    const giveUp = new AbortController();
    const answer = await request(`${server.url}/op`, { method: 'POST', body: 'x', signal: giveUp.signal });
    const pieces: string[] = [];
    answer.body.on('data', (piece: Buffer) => pieces.push(piece.toString()));
    answer.body.on('error', () => undefined);
    await vi.waitFor(() => expect(pieces.join('')).toMatch(/^\{"echo":"x+$/));
    expect(answer.body.readableEnded).toBe(false);
    giveUp.abort();
  });

  it.each([
    [false, []],
    [true, ['x']],
  ])('never answers (after doing it: %s)', async (after, expected) => {
    strike({ kind: 'hang', after });
    const giveUp = new AbortController();
    const pending = post('/op', giveUp.signal);
    const outcome = pending.catch((error: unknown) => error);
    await vi.waitFor(() => expect(calls.count('op')).toBe(1));
    // Calls that came later are answered: so the one before is not merely slow.
    expect((await post('/other')).status).toBe(201);
    expect(done).toEqual([...expected, 'x']);
    expect(calls.list('op')[0]?.status).toBeUndefined();
    giveUp.abort();
    expect(await outcome).toBeInstanceOf(Error);
  });

  it('answers late', async () => {
    strike({ kind: 'delay', milliseconds: 30 });
    expect((await post()).status).toBe(201);
  });

  it('does not let a long delay or a hanging call hold it back when it stops', async () => {
    strike({ kind: 'delay', milliseconds: 3_600_000 });
    strike({ kind: 'hang' });
    const outcomes = [post(), post()].map((call) => call.catch((error: unknown) => error));
    await vi.waitFor(() => expect(calls.count('op')).toBe(2));
    await setImmediate();
    await server.stop();
    for (const outcome of outcomes) expect(await outcome).toBeInstanceOf(Error);
  });

  it('shows a mistake of its own as a 500', async () => {
    const answer = await post('/broken');
    expect(answer.status).toBe(500);
    expect(answer.text).toContain('a mistake in the handler');
  });

  it('says when its port is taken', async () => {
    const { port } = new URL(server.url);
    const second = listen({
      port: Number(port),
      faults,
      calls,
      operation: () => '',
      handle: () => ({ status: 200 }),
      errorBody: () => undefined,
    });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
