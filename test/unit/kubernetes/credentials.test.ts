import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cluster, User } from '../../../src/kubernetes/cluster.ts';
import { openCredentials } from '../../../src/kubernetes/credentials.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credentials-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const inFolder = (name: string) => join(folder, name);

function cluster(user: Partial<User>, more: Partial<Cluster> = {}): Cluster {
  return {
    origin: '/the/kubeconfig',
    server: 'https://someone:s3cr3t@cluster.test:6443',
    namespace: 'default',
    authority: {},
    skipVerify: false,
    user: { name: 'somebody', certificate: {}, key: {}, ...user },
    ...more,
  };
}

const headersOf = async (user: Partial<User>) => (await (await openCredentials(cluster(user)))()).headers;

describe('headers', () => {
  it.each<[string, Partial<User>, Record<string, unknown>]>([
    ['nothing', {}, {}],
    ['a token', { token: 'abc' }, { authorization: 'Bearer abc' }],
    ['a name and password', { username: 'me', password: 'pw' }, { authorization: 'Basic bWU6cHc=' }],
    [
      'somebody else to be',
      { token: 'abc', impersonate: 'other', impersonateGroups: ['g1', 'g2'] },
      { authorization: 'Bearer abc', 'impersonate-user': 'other', 'impersonate-group': ['g1', 'g2'] },
    ],
  ])('from %s', async (_, user, headers) => {
    expect(await headersOf(user)).toEqual(headers);
  });

  it('follow a token file that changes, and leave its line end out', async () => {
    await writeFile(inFolder('token'), 'one\n');
    const credentials = await openCredentials(cluster({ tokenFile: inFolder('token'), token: 'fixed' }));
    expect((await credentials()).headers).toEqual({ authorization: 'Bearer one' });
    await writeFile(inFolder('token'), 'two\n');
    expect((await credentials()).headers).toEqual({ authorization: 'Bearer two' });
  });
});

describe('TLS', () => {
  it('comes from files and from data, and its fingerprint follows it', async () => {
    await writeFile(inFolder('ca.crt'), 'authority');
    await writeFile(inFolder('me.key'), 'key');
    const credentials = await openCredentials(
      cluster(
        { certificate: { data: Buffer.from('certificate').toString('base64') }, key: { file: inFolder('me.key') } },
        { authority: { file: inFolder('ca.crt'), data: 'aWdub3JlZA==' }, serverName: 'other.test', skipVerify: true },
      ),
    );
    const first = await credentials();
    expect(first.tls).toEqual({
      ca: Buffer.from('authority'),
      cert: Buffer.from('certificate'),
      key: Buffer.from('key'),
      servername: 'other.test',
      rejectUnauthorized: false,
    });
    expect((await credentials()).tlsFingerprint).toBe(first.tlsFingerprint);
    await writeFile(inFolder('ca.crt'), 'renewed');
    expect((await credentials()).tlsFingerprint).not.toBe(first.tlsFingerprint);
  });
});

describe('plug-ins', () => {
  async function plugin(script: string): Promise<string> {
    const file = inFolder('plugin');
    await writeFile(file, `#!/bin/sh\necho run >> "${inFolder('runs')}"\n${script}\n`);
    await chmod(file, 0o755);
    return file;
  }

  const runs = async () => (await readFile(inFolder('runs'), 'utf8')).split('\n').length - 1;

  it('are run once while their answer holds, together for calls at the same time', async () => {
    const command = await plugin(
      `printf '{"status":{"token":"%s","clientCertificateData":"cert","clientKeyData":"key"}}' "$1-$GREETING"`,
    );
    const credentials = await openCredentials(
      cluster({ exec: { command, args: ['argument'], env: [{ name: 'GREETING', value: 'hello' }] } }),
    );
    const [one, two] = await Promise.all([credentials(), credentials()]);
    expect(one).toEqual(two);
    expect((await credentials()).headers).toEqual({ authorization: 'Bearer argument-hello' });
    expect(one.tls).toEqual({ cert: 'cert', key: 'key' });
    expect(await runs()).toBe(1);
  });

  it('are run again when it has expired', async () => {
    const command = await plugin(`echo '{"status":{"token":"t","expirationTimestamp":"2001-01-01T00:00:00Z"}}'`);
    const credentials = await openCredentials(cluster({ exec: { command } }));
    await credentials();
    await credentials();
    expect(await runs()).toBe(2);
  });

  it('are told what client-go tells them', async () => {
    const command = await plugin(
      `printf '%s' "$KUBERNETES_EXEC_INFO" > "${inFolder('info')}"; echo '{"status":{"token":"t"}}'`,
    );
    await (await openCredentials(cluster({ exec: { command, apiVersion: 'client.authentication.k8s.io/v1beta1' } })))();
    expect(JSON.parse(await readFile(inFolder('info'), 'utf8'))).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1beta1',
      kind: 'ExecCredential',
      spec: { interactive: false },
    });
  });

  it.each([
    ['fail', `echo s3cr3t >&2; exit 3`],
    ['talk nonsense', `echo s3cr3t`],
  ])('that %s are named, their words are not repeated', async (_, script) => {
    const credentials = await openCredentials(cluster({ exec: { command: await plugin(script) } }));
    const error = await credentials().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unauthorized' });
    expect(String(error)).toContain('the command plugin');
    expect(String(error)).toContain('/the/kubeconfig');
    expect(String(error)).not.toContain('s3cr3t');
  });
});

describe('what is missing', () => {
  it.each<[string, Partial<User>, Partial<Cluster>]>([
    ['the token file /none/token', { tokenFile: '/none/token' }, {}],
    ['the client certificate /none/crt', { certificate: { file: '/none/crt' } }, {}],
    ['the client key /none/key', { key: { file: '/none/key' } }, {}],
    ['the certificate-authority /none/ca', {}, { authority: { file: '/none/ca' } }],
    ['the command none', { exec: { command: '/no/such/none' } }, {}],
  ])('%s is named with the reason', async (what, user, more) => {
    const credentials = await openCredentials(cluster(user, more));
    const error = await credentials().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unauthorized' });
    expect(String(error)).toContain(`${what} cannot be used (ENOENT)`);
    expect(String(error)).toContain('https://cluster.test:6443');
    expect(String(error)).not.toContain('s3cr3t');
  });

  it('an older provider that nobody knows is refused at once', async () => {
    await expect(openCredentials(cluster({ authProvider: { name: 'unheard-of' } }))).rejects.toMatchObject({
      code: 'bad-kubeconfig',
    });
  });
});

it('the older providers are client-node’s', async () => {
  const provider = (name: string, config: Record<string, unknown>) => headersOf({ authProvider: { name, config } });
  const inAnHour = Math.floor(Date.now() / 1000) + 3600;
  const token = ['{}', JSON.stringify({ exp: inAnHour }), 'x']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
  expect(await provider('oidc', { 'id-token': token })).toEqual({ authorization: `Bearer ${token}` });
  expect(await provider('gcp', { 'access-token': 'abc' })).toEqual({ authorization: 'Bearer abc' });
  expect(await provider('azure', { 'access-token': 'abc', 'expires-on': String(inAnHour) })).toEqual({
    authorization: 'Bearer abc',
  });
});
