import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createMetrics, type RunningServer, type ServerOptions, startServer } from '../../../src/telemetry/index.ts';

const running: RunningServer[] = [];

async function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer({
    listen: '127.0.0.1:0',
    metrics: { text: async () => 'a_metric 1\n', contentType: 'text/plain; version=0.0.4; charset=utf-8' },
    ready: () => ({ ok: true, reasons: [] }),
    live: () => ({ ok: true, reasons: [] }),
    ...options,
  });
  running.push(server);
  return server;
}

async function get(server: RunningServer, path: string, method = 'GET') {
  const response = await fetch(`${server.url}${path}`, { method });
  return { status: response.status, body: await response.text(), headers: response.headers };
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

describe('paths', () => {
  test('/metrics is the text of the metrics, in their content type', async () => {
    const server = await start();
    const { status, body, headers } = await get(server, '/metrics?debug=1');
    expect({ status, body }).toEqual({ status: 200, body: 'a_metric 1\n' });
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  test('/metrics takes the real metrics', async () => {
    const server = await start({ metrics: createMetrics({ processMetrics: false }) });
    expect((await get(server, '/metrics')).body).toContain('model_registrar_build_info{');
  });

  test('/healthz and /readyz ask anew each time, and say what is missing', async () => {
    let isReady = false;
    const server = await start({
      ready: () =>
        isReady
          ? { ok: true, reasons: [] }
          : { ok: false, reasons: ['inference-service is not synced', 'the list of LiteLLM was not read yet'] },
      live: () => ({ ok: false, reasons: ['the loop stands still'] }),
    });
    expect(await get(server, '/readyz')).toMatchObject({
      status: 503,
      body: 'failed\ninference-service is not synced\nthe list of LiteLLM was not read yet\n',
    });
    isReady = true;
    expect(await get(server, '/readyz')).toMatchObject({ status: 200, body: 'ok\n' });
    expect(await get(server, '/healthz')).toMatchObject({ status: 503, body: 'failed\nthe loop stands still\n' });
  });

  test('HEAD answers without a body, other methods and other paths are refused', async () => {
    const server = await start();
    expect(await get(server, '/healthz', 'HEAD')).toMatchObject({ status: 200, body: '' });
    const refused = await get(server, '/healthz', 'POST');
    expect(refused.status).toBe(405);
    expect(refused.headers.get('allow')).toBe('GET, HEAD');
    expect(await get(server, '/')).toMatchObject({ status: 404 });
  });

  test('a check that throws, and metrics that cannot be read, are a failure of that path alone', async () => {
    const server = await start({
      metrics: { text: () => Promise.reject(new Error('no queue')), contentType: 'text/plain' },
      ready: () => {
        throw new Error('no source');
      },
    });
    expect(await get(server, '/metrics')).toMatchObject({ status: 500, body: 'failed: no queue\n' });
    expect(await get(server, '/readyz')).toMatchObject({ status: 500, body: 'failed: no source\n' });
    expect(await get(server, '/healthz')).toMatchObject({ status: 200 });
  });
});

describe('starting and closing', () => {
  test('a port in use is one plain sentence', async () => {
    const first = await start();
    const listen = new URL(first.url).host;
    await expect(start({ listen })).rejects.toMatchObject({
      code: 'LISTEN_PORT_IN_USE',
      message: `Something else listens at ${listen} already: stop it, or choose another address with --listen.`,
    });
  });

  test('an address that is none, or not of this machine, is named', async () => {
    await expect(start({ listen: '8080' })).rejects.toMatchObject({ code: 'LISTEN_ADDRESS_INVALID' });
    await expect(start({ listen: '192.0.2.1:0' })).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: 'Cannot listen at 192.0.2.1:0 (EADDRNOTAVAIL): choose another address with --listen.',
    });
  });

  test('closing does not wait for a client that keeps its connection, and may be asked twice', async () => {
    const server = await start();
    const { hostname, port } = new URL(server.url);
    const client = connect(Number(port), hostname);
    const cut = new Promise((resolve) => client.once('close', resolve));
    await new Promise((resolve) => client.once('connect', resolve));
    await get(server, '/healthz');
    await server.close();
    await server.close();
    await cut;
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  });
});
