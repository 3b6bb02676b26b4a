import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { type Connection, type ConnectOptions, connect, KubernetesError } from '../../../src/kubernetes/index.ts';
import { type Bench, startBench } from './support.ts';

export const THINGS = '/apis/serving.kserve.io/v1beta1/namespaces/llm/inferenceservices';

/** To be called once in a test file: what is started through it ends with the test. */
export function useConnections() {
  let folder: string;
  /** What is to be taken down after the test, last first. */
  let endings: (() => Promise<unknown>)[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connection-'));
    endings = [() => rm(folder, { recursive: true, force: true })];
  });

  afterEach(async () => {
    for (const end of endings.reverse()) await end();
  });

  const inFolder = (name: string) => join(folder, name);

  async function bench(options: Parameters<typeof startBench>[0] = {}): Promise<Bench> {
    const started = await startBench(options);
    endings.push(() => started.end());
    return started;
  }

  async function server<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
    const started = await starting;
    endings.push(() => started.stop());
    return started;
  }

  /** A connection to a server of the test's own. */
  async function connectTo(
    url: string,
    more: { cluster?: string; user?: string } & ConnectOptions = {},
  ): Promise<Connection> {
    const { cluster = '', user = '{token: s3cr3t}', ...options } = more;
    await writeFile(
      inFolder('config'),
      [
        'current-context: c',
        'contexts: [{name: c, context: {cluster: c, user: u}}]',
        `clusters: [{name: c, cluster: {server: "${url}"${cluster}}}]`,
        `users: [{name: u, user: ${user}}]`,
      ].join('\n'),
    );
    const connection = await connect({ kubeconfig: inFolder('config'), ...options });
    endings.push(() => connection.close());
    return connection;
  }

  /** Puts something else in the kubeconfig that `connectTo` wrote. */
  async function editKubeconfig(from: string, to: string): Promise<void> {
    await writeFile(inFolder('config'), (await readFile(inFolder('config'), 'utf8')).replace(from, to));
  }

  return { inFolder, bench, server, connectTo, editKubeconfig };
}

export function get(connection: Connection, path = '/x', signal?: AbortSignal): Promise<unknown> {
  return connection.request({ method: 'GET', path, ...(signal && { signal }) });
}

/** The error of a call, which must be one of ours and quote no secret. */
export async function refusal(call: Promise<unknown>): Promise<KubernetesError> {
  const error = await call.then(
    () => new Error('it went through'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KubernetesError)) throw error;
  expect(error.message).not.toContain('s3cr3t');
  return error;
}
