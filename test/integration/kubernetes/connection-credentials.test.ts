import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { selfSigned } from '../../support/certificate.ts';
import { until } from '../../support/wait.ts';
import { startProxy, startServer, startTlsServer } from './servers.ts';
import { get, refusal, useConnections } from './use-connections.ts';

const { inFolder, server, connectTo, editKubeconfig } = useConnections();

describe('credentials', () => {
  it('are read anew when they are refused, and the call is made once more', async () => {
    const accepted = { token: 'new' };
    const started = await server(
      startServer((request, response) => {
        response.statusCode = request.headers.authorization === `Bearer ${accepted.token}` ? 200 : 401;
        response.end('{}');
      }),
    );
    const connection = await connectTo(started.url, { user: '{token: old}' });
    await editKubeconfig('token: old', 'token: new');
    await Promise.all([get(connection), get(connection), get(connection)]);
    // Not for each refusal: a plug-in may take long, and the answer will be no other.
    accepted.token = 'newer';
    await editKubeconfig('token: new', 'token: newer');
    expect(await refusal(get(connection))).toMatchObject({ code: 'unauthorized', status: 401 });
  });

  it('of another cluster are not taken over', async () => {
    const started = await server(startServer((_, response) => response.writeHead(401).end('{}')));
    const other = await server(startServer((_, response) => response.end('{}')));
    const connection = await connectTo(started.url);
    await editKubeconfig(started.url, other.url);
    expect(await refusal(get(connection))).toMatchObject({ code: 'unauthorized' });
    expect(other.connections).toBe(0);
  });

  it('that cannot be read fail the call, within its time when a plug-in hangs', async () => {
    const hanging = await connectTo('http://127.0.0.1:1', {
      user: '{exec: {command: sleep, args: ["5"]}}',
      requestTimeoutMs: 100,
    });
    expect(await refusal(get(hanging))).toMatchObject({ code: 'timeout' });
    const missing = await connectTo('http://127.0.0.1:1', { user: '{tokenFile: /none}' });
    expect(await refusal(get(missing))).toMatchObject({ code: 'unauthorized' });
  });
});

describe('TLS', () => {
  it('trusts the authority of the kubeconfig, follows it when it is renewed, and nobody else', async () => {
    const [first, second] = [selfSigned(), selfSigned()];
    const started = await server(startTlsServer(first, (_, response) => response.end('{}')));
    await writeFile(inFolder('ca.crt'), first.cert);
    const connection = await connectTo(started.url, { cluster: ', certificate-authority: ca.crt' });
    await get(connection);
    await get(connection);
    expect(started.connections).toBeLessThanOrEqual(2);

    started.replace(second);
    const message = await until('the new certificate is refused', async () => (await refusal(get(connection))).message);
    expect(message).toContain('certificate-authority');
    await writeFile(inFolder('ca.crt'), second.cert);
    await get(connection);
  });

  it('trusts an authority that stands in the kubeconfig itself, and follows that too', async () => {
    const [first, second] = [selfSigned(), selfSigned()];
    const data = ({ cert }: { cert: string }) => Buffer.from(cert).toString('base64');
    const started = await server(startTlsServer(first, (_, response) => response.end('{}')));
    const connection = await connectTo(started.url, { cluster: `, certificate-authority-data: ${data(first)}` });
    await get(connection);
    await editKubeconfig(data(first), data(second));
    started.replace(second);
    await until('the connections of before are gone', () => get(connection).then(() => true));
    // Where the kubeconfig is no newer, it stays refused.
    started.replace(selfSigned());
    expect(await refusal(get(connection))).toMatchObject({ code: 'unreachable' });
  });

  it('can be told not to look', async () => {
    const started = await server(startTlsServer(selfSigned(), (_, response) => response.end('{}')));
    await get(await connectTo(started.url, { cluster: ', insecure-skip-tls-verify: true' }));
  });

  it('goes through the proxy of the kubeconfig', async () => {
    const identity = selfSigned();
    const started = await server(startTlsServer(identity, (_, response) => response.end('{}\n')));
    const proxy = await server(startProxy());
    const authority = Buffer.from(identity.cert).toString('base64');
    const connection = await connectTo(started.url, {
      cluster: `, proxy-url: "${proxy.url}", certificate-authority-data: ${authority}`,
    });
    await get(connection);
    const { signal } = new AbortController();
    for await (const line of await connection.lines({ path: '/x', signal })) expect(line).toBe('{}');
    expect(proxy.targets).toEqual([new URL(started.url).host, new URL(started.url).host]);
  });

  it('a proxy of an unknown kind is refused in plain words', async () => {
    await expect(connectTo('https://127.0.0.1:1', { cluster: ', proxy-url: "ftp://x"' })).rejects.toThrow(/proxy-url/);
  });
});
