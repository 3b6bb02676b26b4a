import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectSize } from './objects.ts';

export interface ReplayOptions {
  /** Objects in the list. */
  count: number;
  /** How many of them, from the first on, carry an annotation of ours. */
  registered: number;
  size: ObjectSize;
}

/** What both servers were asked since the last burst, or the start. Times in milliseconds since 1970. */
export interface ReplayCounts {
  kind: 'counts';
  kubernetesWrites: number;
  /** By operation. */
  litellm: Record<string, number>;
  firstWriteAt: number | undefined;
  lastWriteAt: number | undefined;
  /** When the first page of the list was asked for. */
  listedAt: number;
  rows: number;
}

export interface ReplayReady {
  kind: 'ready';
  server: string;
  litellmUrl: string;
  masterKey: string;
  /** Bytes an object has in the list, on average. */
  objectBytes: number;
}

export type ReplayReport = ReplayReady | ReplayCounts | { kind: 'sending'; at: number; bytes: number };
export type ReplayOrder = { kind: 'burst'; events: number } | { kind: 'counts' };

/** Lists and watches of a Kubernetes API, made before, and the LiteLLM of the sandbox, in a process of their own. */
export interface Replay extends Omit<ReplayReady, 'kind'>, Pick<ReplayOptions, 'registered'> {
  kubeconfig: string;
  keyFile: string;
  counts(): Promise<ReplayCounts>;
  /** Sends changes that mean nothing, and one after them that does. Gives the time of the first, in milliseconds since 1970, and the size of all. */
  burst(events: number): Promise<{ at: number; bytes: number }>;
  close(): Promise<void>;
}

export async function startReplay(options: ReplayOptions): Promise<Replay> {
  const child = fork(join(import.meta.dirname, 'replay-server.ts'), [JSON.stringify(options)]);
  const exited = once(child, 'exit');
  async function report<K extends ReplayReport['kind']>(kind: K): Promise<ReplayReport & { kind: K }> {
    for (;;) {
      const [message] = (await once(child, 'message')) as [ReplayReport];
      if (message.kind === kind) return message as ReplayReport & { kind: K };
    }
  }
  const { kind: _, ...ready } = await report('ready');
  const folder = await mkdtemp(join(tmpdir(), 'model-registrar-bench-'));
  const [kubeconfig, keyFile] = [join(folder, 'kubeconfig'), join(folder, 'key')];
  await writeFile(kubeconfig, kubeconfigOf(ready.server));
  await writeFile(keyFile, ready.masterKey);
  return {
    ...ready,
    registered: options.registered,
    kubeconfig,
    keyFile,
    async counts() {
      const answer = report('counts');
      child.send({ kind: 'counts' });
      return answer;
    },
    async burst(events) {
      const answer = report('sending');
      child.send({ kind: 'burst', events });
      return answer;
    },
    async close() {
      child.disconnect();
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'replay', cluster: { server } }],
    contexts: [{ name: 'replay', context: { cluster: 'replay', user: 'replay' } }],
    users: [{ name: 'replay', user: {} }],
    'current-context': 'replay',
  });
}
