import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KubeconfigError } from '../../../src/kubernetes/errors.ts';
import { findCluster, type Surroundings } from '../../../src/kubernetes/find-cluster.ts';

let folder: string;
let here: Surroundings;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'find-cluster-'));
  here = { env: {}, home: join(folder, 'home'), serviceAccount: join(folder, 'account') };
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function write(path: string, content: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, content);
  return file;
}

/** A kubeconfig with one context, whose cluster has this name for a host. */
function kubeconfig(
  name: string,
  more: { server?: string; user?: string; current?: string; cluster?: string } = {},
): string {
  return `
apiVersion: v1
kind: Config
current-context: ${more.current ?? name}
clusters:
- name: ${name}
  cluster:
    server: ${more.server ?? `https://${name}.test:6443/`}
    ${more.cluster ?? ''}
contexts:
- name: ${name}
  context: {cluster: ${name}, user: ${name}, namespace: ns-${name}}
users:
- name: ${name}
  user:
    ${more.user ?? 'token: s3cr3t'}
`;
}

async function podFiles(): Promise<void> {
  await write('account/token', 'pod-token\n');
  await write('account/ca.crt', 'certificate');
  await write('account/namespace', 'mine\n');
}

/** What it says to a person. */
function refusal(options: { kubeconfig?: string; context?: string } = {}): KubeconfigError {
  try {
    findCluster(options, here);
  } catch (error) {
    if (error instanceof KubeconfigError) return error;
    throw error;
  }
  throw new Error('it found one');
}

describe('the order', () => {
  it('a named file goes before all else', async () => {
    const file = await write('named', kubeconfig('named'));
    await podFiles();
    here = { ...here, env: { KUBECONFIG: await write('env', kubeconfig('env')), KUBERNETES_SERVICE_HOST: '10.0.0.1' } };
    expect(findCluster({ kubeconfig: file }, here)).toMatchObject({
      origin: file,
      server: 'https://named.test:6443',
      namespace: 'ns-named',
      user: { name: 'named', token: 's3cr3t' },
    });
  });

  it('then KUBECONFIG, then the pod, then the home folder', async () => {
    await write('home/.kube/config', kubeconfig('home'));
    expect(findCluster({}, here).server).toBe('https://home.test:6443');
    await podFiles();
    here = { ...here, env: { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '6443' } };
    expect(findCluster({}, here)).toMatchObject({
      server: 'https://10.0.0.1:6443',
      namespace: 'mine',
      inPod: true,
      authority: { file: join(folder, 'account/ca.crt') },
      user: { tokenFile: join(folder, 'account/token') },
    });
    here = { ...here, env: { ...here.env, KUBECONFIG: await write('env', kubeconfig('env')) } };
    expect(findCluster({}, here)).toMatchObject({ server: 'https://env.test:6443' });
    expect(findCluster({}, here)).not.toHaveProperty('inPod');
  });

  it('a named context is not looked for in a pod', async () => {
    await podFiles();
    await write('home/.kube/config', kubeconfig('home'));
    here = { ...here, env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } };
    expect(findCluster({ context: 'home' }, here).server).toBe('https://home.test:6443');
  });

  it('takes an IPv6 address of the pod’s cluster', async () => {
    await podFiles();
    here = { ...here, env: { KUBERNETES_SERVICE_HOST: 'fd00::1' } };
    expect(findCluster({}, here).server).toBe('https://[fd00::1]:443');
  });

  it('says what it looked at when there is nothing', () => {
    expect(refusal()).toMatchObject({ code: 'no-cluster' });
    expect(refusal().message).toMatch(/KUBECONFIG.*~\/\.kube\/config.*pod.*name a kubeconfig file/);
  });
});

describe('a kubeconfig', () => {
  it('of several files: the first to name a thing has it, and one that is missing is passed over', async () => {
    const one = await write('one', kubeconfig('a', { current: 'b' }));
    const two = await write('two', kubeconfig('b'));
    const three = await write('three', kubeconfig('a', { server: 'https://late.test' }));
    here = { ...here, env: { KUBECONFIG: [join(folder, 'none'), one, two, three].join(':') } };
    expect(findCluster({}, here).server).toBe('https://b.test:6443');
    expect(findCluster({ context: 'a' }, here).server).toBe('https://a.test:6443');
  });

  it('has its paths relative to its own folder', async () => {
    const file = await write(
      'deep/config',
      kubeconfig('a', {
        cluster: 'certificate-authority: ../ca.crt',
        user: 'tokenFile: token\n    client-certificate: me.crt\n    client-key: /absolute/me.key\n    exec: {command: bin/plugin}',
      }),
    );
    expect(findCluster({ kubeconfig: file }, here)).toMatchObject({
      authority: { file: join(folder, 'ca.crt') },
      user: {
        tokenFile: join(folder, 'deep/token'),
        certificate: { file: join(folder, 'deep/me.crt') },
        key: { file: '/absolute/me.key' },
        exec: { command: join(folder, 'deep/bin/plugin') },
      },
    });
  });

  it('leaves a plug-in without a path to the PATH', async () => {
    const file = await write(
      'config',
      kubeconfig('a', { user: 'exec: {command: plugin, args: [x], env: [{name: A, value: b}]}' }),
    );
    expect(findCluster({ kubeconfig: file }, here).user.exec).toMatchObject({
      command: 'plugin',
      args: ['x'],
      env: [{ name: 'A', value: 'b' }],
    });
  });

  it('may have a user without credentials, and a context without a user', async () => {
    const file = await write('config', kubeconfig('a').replace('cluster: a, user: a, namespace: ns-a', 'cluster: a'));
    expect(findCluster({ kubeconfig: file }, here)).toMatchObject({
      namespace: 'default',
      user: { name: 'anonymous' },
    });
  });

  it.each([
    ['unreadable-file', 'does not exist', undefined],
    ['bad-yaml', '(line 2)', 'a: b\nc: d\n  e: s3cr3t: s3cr3t\n'],
    ['bad-kubeconfig', 'not a kubeconfig', ''],
    ['bad-kubeconfig', 'clusters.0.cluster.server', kubeconfig('a').replace(/server: .*/, 'token: s3cr3t')],
    ['unknown-context', 'no current-context', kubeconfig('a').replace('current-context: a', '')],
    ['unknown-context', 'no context b; name one that it has: a', kubeconfig('a', { current: 'b' })],
    ['bad-kubeconfig', 'the cluster b', kubeconfig('a').replace('cluster: a,', 'cluster: b,')],
    ['bad-kubeconfig', 'the user b', kubeconfig('a').replace('user: a,', 'user: b,')],
    ['bad-kubeconfig', 'http(s) URL', kubeconfig('a', { server: 'ftp://x' })],
    ['bad-kubeconfig', 'http(s) URL', kubeconfig('a', { server: 'https://' })],
    ['insecure-server', 'plain http', kubeconfig('a', { server: 'http://127.cluster.test' })],
  ])('that is no good is %s: %s', async (code, part, content) => {
    const file = join(folder, 'config');
    if (content !== undefined) await write('config', content);
    const error = refusal({ kubeconfig: file });
    expect(error.code).toBe(code);
    expect(error.message).toContain(part);
    expect(error.message).toContain(file);
    expect(error.message).toMatch(/[^.]\.$/);
    expect(error.message).not.toContain('s3cr3t');
  });

  it('that is a folder is called one', async () => {
    expect(refusal({ kubeconfig: folder }).message).toContain('is a folder');
  });

  it.each(['http://127.0.0.1:8001', 'http://localhost:8001', 'http://[::1]:8001'])(
    'may point to %s',
    async (server) => {
      const file = await write('config', kubeconfig('a', { server }));
      expect(findCluster({ kubeconfig: file }, here).server).toBe(server);
    },
  );

  it('may point to plain http elsewhere when it says that it means it', async () => {
    const file = await write(
      'config',
      kubeconfig('a', { server: 'http://x.test', cluster: 'insecure-skip-tls-verify: true' }),
    );
    expect(findCluster({ kubeconfig: file }, here)).toMatchObject({ server: 'http://x.test', skipVerify: true });
  });
});
