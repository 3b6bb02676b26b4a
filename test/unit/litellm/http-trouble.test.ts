import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Http, HttpCall, HttpOptions } from '../../../src/litellm/http.ts';
import { selfSigned } from '../../support/certificate.ts';
import { until } from '../../support/wait.ts';
import { CANARY, everythingOf, failureOf, http } from './builders.ts';
import { serve } from './server.ts';

const CREATE: HttpCall = { operation: 'create', method: 'POST', path: '/model/new', body: { note: CANARY } };

const folder = mkdtempSync(join(tmpdir(), 'model-registrar-ca-'));

afterAll(() => rmSync(folder, { recursive: true }));

function client(url: string, more: Partial<HttpOptions> = {}): Http {
  const made = http({ url, ...more });
  onTestFinished(() => made.close());
  return made;
}

/** The failure of a call, which must show neither key nor body. */
async function failure(made: Http, call = CREATE): Promise<unknown> {
  const error = await failureOf(made.call(call));
  expect(everythingOf(error)).not.toContain('canary');
  return error;
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** Answers a little at a time, without end: no single wait is long. */
function trickle(_request: IncomingMessage, response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), 10);
  response.on('close', () => clearInterval(timer));
}

describe('a server in trouble', () => {
  it('that is not there is unreachable', async () => {
    expect(await failure(client(`http://127.0.0.1:${await closedPort()}`))).toMatchObject({
      code: 'unreachable',
      message:
        'LiteLLM cannot be reached: check its address (--litellm-url, or its entry in --config) and that the proxy is running (ECONNREFUSED)',
    });
  });

  it.each([
    ['before it answers', () => undefined],
    ['in the middle of its answer', (write: (text: string) => void) => write('{"data": [')],
  ])('that cuts the call %s is unreachable', async (_case, begin) => {
    const { url } = await serve((_request, response) => {
      begin((text) => response.write(text));
      response.socket?.destroy();
    });
    expect(await failure(client(url))).toMatchObject({ code: 'unreachable' });
  });

  it('that hangs is given up at the deadline', async () => {
    const codes: string[] = [];
    const { url } = await serve(() => undefined);
    const made = client(url, { timeoutMs: 100, onCall: (_operation, code) => codes.push(code) });
    expect(await failure(made)).toMatchObject({ code: 'timeout' });
    expect(codes).toEqual(['timeout']);
  });

  it('that trickles is given up at the deadline all the same', async () => {
    const { url } = await serve(trickle);
    expect(await failure(client(url, { timeoutMs: 150 }))).toMatchObject({ code: 'timeout' });
  });

  it('that answers without end is cut off', async () => {
    const { url } = await serve((_request, response) => response.end(`"${'x'.repeat(200_000)}"`));
    expect(await failure(client(url, { maxBodyBytes: 100_000 }))).toMatchObject({
      code: 'unreadable',
      message: expect.stringContaining('the answer is too long'),
    });
    expect(await client(url, { maxBodyBytes: 300_000 }).call(CREATE)).toMatchObject({ status: 200 });
  });

  it('that lists without end is cut off, and what it told until then is for nothing', async () => {
    const { url } = await serve((_request, response) => {
      response.write('{"data": [');
      const more = (): void => {
        while (!response.destroyed && response.write('{"id": 1},'.repeat(1_000)));
      };
      response.on('drain', more);
      more();
    });
    let rows = 0;
    const list: HttpCall = { operation: 'list', method: 'GET', path: '/model/info', onRow: () => (rows += 1) };
    const error = failure(client(url, { maxBodyBytes: 100_000 }), list);
    expect(await error).toMatchObject({
      code: 'unreadable',
      message: expect.stringContaining('the answer is too long'),
    });
    expect(rows).toBeLessThan(20_000);
  });

  it('that answers without end is cut off at 16 MiB where the answer has to be held as a whole', async () => {
    const { url } = await serve((_request, response) => {
      const piece = 'x'.repeat(1024 * 1024);
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', more);
      more();
    });
    expect(await failure(client(url))).toMatchObject({
      code: 'unreadable',
      message: expect.stringContaining('too long'),
    });
  });

  it('is asked again over a fresh connection after each trouble', async () => {
    let cut = true;
    const { url } = await serve((_request, response) => (cut ? response.socket?.destroy() : response.end('{}')));
    const made = client(url);
    expect(await failure(made)).toMatchObject({ code: 'unreachable' });
    cut = false;
    expect(await made.call(CREATE)).toEqual({ status: 200, body: {} });
  });

  it('that speaks something else is unreachable', async () => {
    const server = createServer((socket) => socket.end('220 mail ready\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    expect(await failure(client(`http://127.0.0.1:${port}`))).toMatchObject({ code: 'unreachable' });
  });
});

describe('the caller’s signal', () => {
  it('ends a call, with its own reason', async () => {
    const { url, requests } = await serve(() => undefined);
    const stop = new AbortController();
    const error = failure(client(url), { ...CREATE, signal: stop.signal });
    await until('the call has come in', () => requests.length === 1);
    stop.abort(new Error('stopping'));
    expect(await error).toMatchObject({ message: 'stopping' });
  });

  it('does not take the place of the deadline', async () => {
    const { url } = await serve(trickle);
    const { signal } = new AbortController();
    expect(await failure(client(url, { timeoutMs: 150 }), { ...CREATE, signal })).toMatchObject({ code: 'timeout' });
  });

  it('that is aborted already lets no call out', async () => {
    const { url, requests } = await serve((_request, response) => response.end('{}'));
    expect(await failure(client(url), { ...CREATE, signal: AbortSignal.abort() })).toMatchObject({
      name: 'AbortError',
    });
    expect(requests).toEqual([]);
  });
});

describe('TLS', () => {
  const certificate = selfSigned();
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, certificate.cert);

  it('trusts the authority that is given', async () => {
    const { url } = await serve((_request, response) => response.end('{}'), certificate);
    expect(await client(url, { caFile }).call(CREATE)).toEqual({ status: 200, body: {} });
  });

  it('trusts no other: the key is not sent', async () => {
    const { url, requests } = await serve((_request, response) => response.end('{}'), certificate);
    expect(await failure(client(url))).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/\([A-Z_]+\)$/),
    });
    expect(requests).toEqual([]);
  });

  it('says that the file of the authority cannot be read, and tries again at the next call', async () => {
    const file = join(folder, 'late.pem');
    const { url } = await serve((_request, response) => response.end('{}'), certificate);
    const made = client(url, { caFile: file });
    expect(await failure(made)).toMatchObject({
      code: 'key-file',
      message: expect.stringContaining(`the file of the certificate authority, ${file}, cannot be read`),
    });
    writeFileSync(file, certificate.cert);
    expect(await made.call(CREATE)).toMatchObject({ status: 200 });
  });
});

describe('the connections', () => {
  it('are all closed at the end, also where the first calls came at a time', async () => {
    const sockets = new Set<Socket>();
    const { url } = await serve((request, response) => {
      sockets.add(request.socket);
      response.end('{}');
    });
    const made = client(url);
    await Promise.all([made.call(CREATE), made.call(CREATE), made.call(CREATE)]);
    await made.close();
    expect(sockets.size).toBeGreaterThan(1);
    await until('the server sees them closed', () => [...sockets].every(({ destroyed }) => destroyed), 2_000);
  });
});

describe('who may not call any more when the connection stands', () => {
  it('sends nothing: a process may be paused while it is made', async () => {
    const { url, requests } = await serve((_request, response) => response.end('{}'));
    // Before the connection is made, when it stands, and from then on.
    const answers = [true, false];
    const told: string[] = [];
    const made = client(url, { mayCall: () => answers.shift() ?? true, onCall: (operation) => told.push(operation) });
    expect(await failure(made)).toMatchObject({ code: 'not-leader' });
    expect(await made.call({ ...CREATE, path: '/later' })).toMatchObject({ status: 200 });
    expect(requests.map((request) => request.url)).toEqual(['/later']);
    expect(told).toEqual([CREATE.operation]);
  });
});
