import { z } from 'zod';
import {
  type Connection,
  connect,
  type Reflector,
  type ReflectorSettings,
  startReflector,
} from '../../src/kubernetes/index.ts';
import { until } from '../support/wait.ts';
import type { Cluster } from './cluster.ts';

const Thing = z.object({
  metadata: z.object({
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
});
type Thing = z.output<typeof Thing>['metadata'];
const Things = z.object({ items: z.array(Thing) });

/** An object with it cannot be read by the reflector of these tests. */
export const UNREADABLE = { 'model-registrar.io/notes': 'unreadable' };

/** A reflector on InferenceServices of the real API server, with short waiting times, and a witness to what it tells. */
export interface Reflecting {
  reflector: Reflector<Thing>;
  connection: Connection;
  /** `-name` seen deleted, `?name` missing in a list; applied objects are not noted. */
  gone: string[];
  /** Names of objects that could not be read. */
  unreadable: string[];
  /** Waits until what is known is what is there; fails where a delete was told of an object that is there. */
  rightAgain: (withinMs: number) => Promise<void>;
  end(): Promise<void>;
}

/** Opens one through a kubeconfig, and waits until it is synced. */
export async function reflect(
  cluster: Cluster,
  kubeconfig: string,
  settings: Partial<ReflectorSettings> = {},
): Promise<Reflecting> {
  const connection = await connect({ kubeconfig, requestTimeoutMs: 5_000 });
  const [gone, goneUids, unreadable]: [string[], string[], string[]] = [[], [], []];
  const silent = () => undefined;
  const reflector = startReflector<Thing>({
    connection,
    resource: { group: 'serving.kserve.io', version: 'v1beta1', plural: 'inferenceservices' },
    parse(raw) {
      const { metadata } = Thing.parse(raw);
      if (metadata.annotations?.['model-registrar.io/notes'] === 'unreadable') throw new TypeError('unreadable');
      return metadata;
    },
    onChange(change) {
      if (change.type !== 'deleted') return;
      gone.push(`${change.observed ? '-' : '?'}${change.object.name}`);
      goneUids.push(change.object.uid);
    },
    onUnreadable: ({ name }) => unreadable.push(name),
    settings: { ...QUICK, ...settings },
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });

  async function there(): Promise<Thing[]> {
    const listed = await cluster.call('GET', '/apis/serving.kserve.io/v1beta1/inferenceservices');
    return Things.parse(listed).items.map(({ metadata }) => metadata);
  }

  const versions = (things: Iterable<Thing>): string =>
    [...things]
      .filter(({ name }) => !unreadable.includes(name))
      .map(({ name, uid, resourceVersion }) => `${name} ${uid} ${resourceVersion}`)
      .toSorted()
      .join('\n');

  async function rightAgain(withinMs: number): Promise<void> {
    let alive: Thing[] = [];
    await until(
      'what is known is what is there',
      async () => {
        alive = await there();
        return reflector.state === 'synced' && versions(reflector.values()) === versions(alive);
      },
      withinMs,
    );
    // An object that is gone never comes back with its uid.
    const untrue = alive.filter(({ uid }) => goneUids.includes(uid)).map(({ name }) => name);
    if (untrue.length > 0) throw new Error(`told as deleted, and there: ${untrue.join(', ')}`);
  }

  const reflecting: Reflecting = {
    reflector,
    connection,
    gone,
    unreadable,
    rightAgain,
    async end() {
      await reflector.stop();
      await connection.close();
    },
  };
  await until('it is synced', () => reflector.state === 'synced', 20_000);
  return reflecting;
}

const QUICK: Partial<ReflectorSettings> = {
  pageSize: 2,
  relistMs: 3_600_000,
  idleMs: 3_000,
  reopenMs: 200,
  backoffMinMs: 100,
  backoffMaxMs: 1_000,
  deniedMs: 500,
};
