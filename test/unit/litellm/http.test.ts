import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HttpCall } from '../../../src/litellm/http.ts';
import { CANARY, everythingOf, failureOf, http, VENDOR } from './builders.ts';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return { ...real, readFile: vi.fn(real.readFile) };
});

const LIST: HttpCall = { operation: 'list', method: 'GET', path: '/model/info' };

let folder: string;

beforeEach(() => {
  nock.disableNetConnect();
  folder = mkdtempSync(join(tmpdir(), 'model-registrar-http-'));
});

afterEach(() => {
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
  nock.enableNetConnect();
  rmSync(folder, { recursive: true });
});

/** LiteLLM, as long as it is called with this key. */
const withKey = (key: string) => nock(VENDOR, { reqheaders: { authorization: `Bearer ${key}` } });

describe('a call', () => {
  it('sends key and body as JSON, and reads JSON', async () => {
    nock(VENDOR, {
      reqheaders: { authorization: `Bearer ${CANARY}`, 'content-type': 'application/json', accept: 'application/json' },
    })
      .post('/model/new', { model_name: 'größe' })
      .reply(200, { a: ['ü'] });
    const call: HttpCall = { operation: 'create', method: 'POST', path: '/model/new', body: { model_name: 'größe' } };
    expect(await http().call(call)).toEqual({ status: 200, body: { a: ['ü'] } });
  });

  it('sends no content type without a body', async () => {
    nock(VENDOR, { badheaders: ['content-type'] })
      .get('/model/info')
      .reply(200, {});
    expect(await http().call(LIST)).toEqual({ status: 200, body: {} });
  });

  it('tells of each row of a list as it arrives, and answers the rest', async () => {
    nock(VENDOR)
      .get('/model/info')
      .reply(200, { total: 2, data: [{ a: 1 }, { b: 2 }] });
    const rows: unknown[] = [];
    expect(await http().call({ ...LIST, onRow: (row) => rows.push(row) })).toEqual({ status: 200, body: { total: 2 } });
    expect(rows).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it.each([
    ['is no list', '<html>'],
    ['has no rows', '{}'],
    ['ends early', '{"data":[{"a":1},'],
  ])('refuses a list that %s, without its words', async (_, body) => {
    nock(VENDOR).get('/model/info').reply(200, body);
    const error = await failureOf(http().call({ ...LIST, onRow: () => undefined }));
    expect(error).toMatchObject({ code: 'unreadable' });
    expect(everythingOf(error)).not.toContain('html');
  });

  it('reads no rows out of an answer that is no 200', async () => {
    nock(VENDOR)
      .get('/model/info')
      .reply(500, { data: [{ a: 1 }] });
    const rows: unknown[] = [];
    expect(await http().call({ ...LIST, onRow: (row) => rows.push(row) })).toMatchObject({ status: 500 });
    expect(rows).toEqual([]);
  });

  it('keeps the path of the URL, and one slash', async () => {
    nock(VENDOR).get('/proxy/model/info').reply(200, {});
    expect(await http({ url: `${VENDOR}/proxy//` }).call(LIST)).toMatchObject({ status: 200 });
  });

  it('leaves the meaning of a status to the caller', async () => {
    nock(VENDOR).get('/model/info').reply(500, { detail: 'x' });
    expect(await http().call(LIST)).toEqual({ status: 500, body: { detail: 'x' } });
  });

  it.each(['<html>502 Bad Gateway</html>', '', '{"data": [', '\u0000'])('takes %j for no body', async (text) => {
    nock(VENDOR).get('/model/info').reply(502, text, { 'content-type': 'text/html' });
    expect(await http().call(LIST)).toEqual({ status: 502, body: undefined });
  });

  it('follows no redirect: the key is for LiteLLM alone', async () => {
    nock(VENDOR).get('/model/info').reply(302, '', { location: 'http://elsewhere.test/' });
    expect(await http().call(LIST)).toEqual({ status: 302, body: undefined });
  });

  it.each([
    ['7', 7_000],
    ['0.5', 500],
    ['0', undefined],
    ['-1', undefined],
    ['soon', undefined],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
  ])('reads Retry-After %s', async (given, ms) => {
    nock(VENDOR).get('/model/info').reply(429, {}, { 'retry-after': given });
    expect((await http().call(LIST)).retryAfterMs).toBe(ms);
  });
});

describe('the key', () => {
  it('is read anew for every call', async () => {
    const file = join(folder, 'key');
    const client = http({ key: { file } });
    writeFileSync(file, 'sk-one\n');
    withKey('sk-one').get('/model/info').reply(200, {});
    await client.call(LIST);
    writeFileSync(file, '  sk-two  ');
    withKey('sk-two').get('/model/info').reply(200, {});
    await client.call(LIST);
  });

  it('is waited for where the file is absent for a moment, being swapped', async () => {
    const file = join(folder, 'key');
    writeFileSync(file, 'sk-one');
    vi.mocked(readFile).mockRejectedValueOnce(new Error('ENOENT'));
    withKey('sk-one').get('/model/info').reply(200, {});
    expect(await http({ key: { file } }).call(LIST)).toMatchObject({ status: 200 });
  });

  it.each([
    ['is empty', '', 'is empty'],
    ['is blank', ' \n', 'is empty'],
    ['has two lines', `${CANARY}\nX-Injected: 1`, 'holds characters that a header cannot carry'],
    ['has a space', `${CANARY} x`, 'holds characters that a header cannot carry'],
    ['has other letters', `${CANARY}ü`, 'holds characters that a header cannot carry'],
    ['is binary', `${CANARY}\u0000`, 'holds characters that a header cannot carry'],
  ])('that %s is not sent, and not shown', async (_case, text, why) => {
    const file = join(folder, 'key');
    writeFileSync(file, text);
    const error = await failureOf(http({ key: { file } }).call(LIST));
    expect(error).toMatchObject({ code: 'key-file', message: expect.stringContaining(`(the key in ${file} ${why})`) });
    expect(everythingOf(error)).not.toContain('canary');
  });

  it('says which file is missing', async () => {
    const file = join(folder, 'absent');
    expect(await failureOf(http({ key: { file } }).call(LIST))).toMatchObject({
      code: 'key-file',
      message: expect.stringContaining(`(the key file, ${file}, cannot be read)`),
    });
  });

  it('works again once it is there', async () => {
    const file = join(folder, 'key');
    const client = http({ key: { file } });
    expect(await failureOf(client.call(LIST))).toMatchObject({ code: 'key-file' });
    writeFileSync(file, 'sk-one');
    withKey('sk-one').get('/model/info').reply(200, {});
    expect(await client.call(LIST)).toMatchObject({ status: 200 });
  });
});

describe('who may not call', () => {
  it('does not: nothing is sent, and nothing is told of LiteLLM', async () => {
    const calls: string[] = [];
    const client = http({ mayCall: () => false, onCall: (operation) => calls.push(operation) });
    expect(await failureOf(client.call(LIST))).toMatchObject({ code: 'not-leader' });
    expect(calls).toEqual([]);
  });

  it('is asked for each call, after the key was read: a process may be paused while it waits for a file', async () => {
    const file = join(folder, 'key');
    writeFileSync(file, 'sk-one');
    let mayCall = true;
    const client = http({ key: { file }, mayCall: () => mayCall });
    withKey('sk-one').get('/model/info').reply(200, {});
    expect(await client.call(LIST)).toMatchObject({ status: 200 });
    vi.mocked(readFile).mockImplementationOnce(async () => {
      mayCall = false;
      return 'sk-one';
    });
    expect(await failureOf(client.call(LIST))).toMatchObject({ code: 'not-leader' });
  });
});

describe('metrics', () => {
  it('are told of each call: operation, status or code, seconds', async () => {
    const calls: [string, string, number][] = [];
    const client = http({ onCall: (...call) => calls.push(call) });
    nock(VENDOR).get('/model/info').reply(200, {}).get('/model/info').reply(503, {});
    await client.call(LIST);
    await client.call(LIST);
    await failureOf(http({ key: { text: '' }, onCall: (...call) => calls.push(call) }).call(LIST));
    expect(calls.map(([operation, code]) => [operation, code])).toEqual([
      ['list', '200'],
      ['list', '503'],
      ['list', 'key-file'],
    ]);
    for (const [, , seconds] of calls) expect(seconds).toBeGreaterThanOrEqual(0);
  });
});
