import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FaultProxy, ReplicaHandle } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import { CHANGES, type Look, namesOf, predictorOf } from './changes.ts';
import { type Gateway, openGateway } from './gateway.ts';
import { chatMeanwhile, lookMeanwhile } from './meanwhile.ts';
import { resyncs, writesAt } from './proxy-calls.ts';
import { openScene, type Scene } from './scene.ts';
import { readStored, type StoredModel } from './stored.ts';

type Info = Record<string, unknown>;

/** Longer than the bed's replicas take to read the table again. */
const SETTLE_MS = 5_000;
/** From the making of a call to its arrival at the proxy, on a busy machine. */
const LOST_ON_THE_WAY_MS = 1_000;

const PLACES = [
  { place: 'one replica', count: 1 },
  { place: 'two replicas behind one address', count: 2 },
];

describe.each(PLACES)('$place of LiteLLM', ({ place, count }) => {
  let scene: Scene;
  let proxy: FaultProxy;
  let second: ReplicaHandle | undefined;
  let gateways: Gateway[];

  beforeAll(async () => {
    scene = await openScene();
    if (count > 1) second = await scene.bed.litellm.startReplica();
    gateways = [scene.gateway, ...(second ? [openGateway(second)] : [])];
    proxy = await scene.bed.startProxy(scene.bed.litellm.url, ...(second ? [second.url] : []));
    await scene.controller({ litellmUrl: proxy.url, settings: { 'resync-interval': '1s', settle: `${SETTLE_MS}ms` } });
  });

  afterAll(async () => {
    await scene.close();
    await second?.stop();
  });

  test.each(CHANGES.map((change, index) => ({ ...change, object: `model-${index}` })))(
    `2: $what: LiteLLM shows exactly that, without a gap, on ${place}`,
    async ({ object, before, after, stored, replaces }) => {
      const own = (name: string): string => `${object}-${name}`;
      const kept = namesOf(after).filter((name) => namesOf(before).includes(name));
      const all = [...new Set([...namesOf(before), ...namesOf(after)])].map(own);
      await scene.serve({ name: object, ...wishOf(before, own) });
      await everywhere(all, new Map(namesOf(before).map((name) => [own(name), {}])));
      const first = await rowsOf(all);
      proxy.forget();

      const chats = gateways.flatMap((gateway) => kept.map((name) => chatMeanwhile(gateway, own(name))));
      const looks = gateways.map((gateway) => lookMeanwhile(gateway, all));
      await scene.apply({ name: object, ...wishOf(after, own) });
      const wanted = new Map(Object.entries(stored).map(([name, info]) => [own(name), info]));
      const last = await until(
        'the database holds what is wanted',
        async () => {
          const rows = await rowsOf(all);
          return isDeepStrictEqual(infoByName(rows), wanted) && rows;
        },
        30_000,
      );
      // A replica whose list does not show a new name yet looks it up when it is called.
      for (const gateway of gateways) {
        for (const name of wanted.keys()) expect((await gateway.chat(name)).status).toBe(200);
      }
      await everywhere(all, wanted);
      if (replaces) expect(shortestOverlapMs(proxy, kept.length)).toBeGreaterThan(SETTLE_MS - LOST_ON_THE_WAY_MS);
      proxy.forget();
      await resyncs(proxy, 2);
      expect(writesAt(proxy)).toEqual([]);

      for (const chat of chats) expect(Object.keys(await chat.stop())).toEqual(['200']);
      for (const look of looks)
        expect(Object.keys(await look.stop()).filter((seen) => lacks(seen, kept.map(own)))).toEqual([]);
      for (const name of kept.map(own)) {
        const id = idOf(first, name);
        expect(idOf(last, name)).toBe(replaces ? `${id}.2` : id);
      }
    },
  );

  /** Waits until each replica shows of all these names just the wanted ones, as they are wanted, and answers calls for them. */
  async function everywhere(all: string[], wanted: Map<string, Info>): Promise<void> {
    for (const gateway of gateways) {
      await until(
        `a replica serves ${[...wanted.keys()].join()}`,
        async () => {
          const rows = (await gateway.models()).filter((row) => all.includes(row.model_name));
          const listed = (await gateway.names()).filter((name) => all.includes(name));
          const names = rows.map((row) => row.model_name);
          const asWanted = rows.every((row) => holds(row.model_info, wanted.get(row.model_name)));
          return same(names, [...wanted.keys()]) && same(listed, [...wanted.keys()]) && asWanted;
        },
        30_000,
      );
      for (const name of wanted.keys()) expect((await gateway.chat(name)).status).toBe(200);
    }
  }

  async function rowsOf(names: string[]): Promise<StoredModel[]> {
    return (await readStored(scene.bed)).filter((row) => names.includes(row.model_name));
  }
});

function wishOf(look: Look, own: (name: string) => string) {
  const names = namesOf(look).map(own).join(',');
  return { annotations: { ...look.annotations, 'model-name': names }, predictor: predictorOf(look) };
}

/** What is stored under each name, without what LiteLLM keeps there for itself, and our mark; several rows of a name are a list. */
function infoByName(rows: StoredModel[]): Map<string, Info | Info[]> {
  const found = new Map<string, Info | Info[]>();
  for (const { model_name, model_info } of rows) {
    const { id: _, db_model: __, member_auto_router: ___, model_registrar: ____, ...info } = model_info;
    const other = found.get(model_name);
    found.set(model_name, other ? [other, info].flat() : info);
  }
  return found;
}

function holds(shown: Info, wanted: Info | undefined): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => isDeepStrictEqual(shown[key], value));
}

function idOf(rows: StoredModel[], name: string): string | undefined {
  return rows.find((row) => row.model_name === name)?.model_id;
}

/** How long at least so many rows stood beside those that took their places, in milliseconds: all replicas have to know these first. */
function shortestOverlapMs(proxy: FaultProxy, rows: number): number {
  const times = (path: string): number[] => proxy.calls.filter((call) => call.path === path).map(({ at }) => at);
  const [made, gone] = [times('/model/new').slice(-rows), times('/model/delete').slice(-rows)];
  return Math.min(...gone.map((at, index) => at - (made[index] ?? Number.NaN)));
}

/** Whether a look missed one of these names. */
function lacks(seen: string, kept: string[]): boolean {
  const names = seen.split(',');
  return !kept.every((name) => names.includes(name)) || seen.startsWith('failed: ');
}

function same(one: string[], other: string[]): boolean {
  return one.toSorted().join() === other.toSorted().join();
}
