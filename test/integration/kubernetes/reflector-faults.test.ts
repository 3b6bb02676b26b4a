import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Reflector, ReflectorSettings } from '../../../src/kubernetes/index.ts';
import { type Effect, startKubernetes } from '../../../src/sandbox/index.ts';
import { until } from '../../support/wait.ts';
import { type Bench, LISTS, reference, service, startBench, type Thing, WATCH } from './support.ts';

/** From the end of a fault until what is known is right again; the reflector's waiting times are those of `support.ts`. */
const WITHIN_MS = 5_000;
const ALWAYS = Number.POSITIVE_INFINITY;

let bench: Bench;
let reflector: Reflector<Thing>;
/** Deletes that were told of objects which were there. */
let untrue: string[];

beforeEach(async () => {
  bench = await startBench({ requestTimeoutMs: 500 });
  untrue = [];
});

afterEach(() => bench.end());

const versions = (objects: Iterable<{ name: string; uid: string; resourceVersion: string }>): string[] =>
  [...objects].map(({ name, uid, resourceVersion }) => `${name} ${uid} ${resourceVersion}`).sort();

const truth = () =>
  versions(
    bench.api
      .list('InferenceService')
      .map(({ metadata: { name, uid, resourceVersion } }) => ({ name, uid, resourceVersion })),
  );

async function begin(settings: Partial<ReflectorSettings> = {}): Promise<void> {
  for (const name of ['stays', 'changes', 'goes', 'is-made-anew', 'last']) bench.api.apply(service(name, 'red'));
  reflector = bench.reflect({
    settings: { pageSize: 2, ...settings },
    onChange(change) {
      bench.changes.push(change);
      if (change.type !== 'deleted') return;
      bench.told.push(`${change.observed ? '-' : '?'}${change.object.name}`);
      if (bench.api.get(reference(change.object.name))?.metadata.uid === change.object.uid) {
        untrue.push(change.object.name);
      }
    },
  });
  await until('the watch is open', () => bench.api.watches.count() === 1 && reflector.size === 5);
}

/** What happens in the cluster while nobody sees it. */
function change(): void {
  bench.api.apply(service('changes', 'blue'));
  bench.api.delete(reference('goes'));
  bench.api.delete(reference('is-made-anew'));
  bench.api.apply(service('is-made-anew', 'blue'));
  bench.api.apply(service('new', 'blue'));
}

async function rightAgain(): Promise<void> {
  await until(
    'what is known is what is there',
    () => reflector.state === 'synced' && versions(reflector.values()).join() === truth().join(),
    WITHIN_MS,
  );
  expect(untrue).toEqual([]);
}

interface Case {
  settings?: Partial<ReflectorSettings>;
  /** Gives what ends it. */
  strike: () => void | (() => void | Promise<void>);
  /** What must have been told of what went. */
  told?: string[];
}

/** All lists fail so, and the watch is lost with its history. */
const lists = (effect: Effect, path?: string): Case => ({
  strike: () => {
    const fault = bench.api.faults.inject({ ...LISTS, ...(path && { path }), times: 3, effect });
    bench.api.watches.drop(true);
    change();
    bench.api.watches.drop(false);
    bench.api.forgetHistory();
    bench.api.watches.cut();
    return async () => void (await until('it was met three times', () => fault.hits === 3));
  },
  told: ['?goes', '?is-made-anew'],
});

/** The watch breaks so, and its history is there when it goes on. */
const watches = (strike: Case['strike'], more: Partial<Case> = {}): Case => ({
  strike: () => {
    const end = strike();
    return async () => {
      change();
      await end?.();
    };
  },
  told: ['-goes', '-is-made-anew'],
  ...more,
});

const refused = (effect: Effect, on: string | RegExp = /inferenceservices/) => {
  const fault = bench.api.faults.inject({ on, times: ALWAYS, effect });
  bench.api.watches.cut();
  return fault;
};

const CASES: Record<string, Case> = {
  'a list answers 500': lists({ kind: 'status', status: 500 }),
  'a list answers 429 with Retry-After': lists({ kind: 'status', status: 429, retryAfterSeconds: 1 }),
  'a list answers 401': lists({ kind: 'status', status: 401 }),
  'a list answers 403': lists({ kind: 'status', status: 403 }),
  'a list answers 404': lists({ kind: 'status', status: 404 }),
  'a list answers 410': lists({ kind: 'status', status: 410 }),
  'a list answers 410 in the midst of its pages': lists({ kind: 'status', status: 410 }, 'continue='),
  'a list is reset in the midst of a page': lists({ kind: 'cut-midway' }, 'continue='),
  'a list falls silent in the midst of a page': lists({ kind: 'stall-midway' }, 'continue='),
  'a list is never answered': lists({ kind: 'hang' }),
  'a list comes from something else': lists({ kind: 'status', status: 200, body: '<html>' }),
  'a watch is reset': watches(() => bench.api.watches.cut()),
  'a watch is reset in the midst of a line': watches(() => bench.api.watches.cut(undefined, { inLine: true })),
  'a watch is a black hole: half a line, then silence': watches(() => bench.api.watches.silence(), {
    settings: { idleMs: 300 },
  }),
  'a watch is closed again and again': watches(() => {
    const timer = setInterval(() => bench.api.watches.close(), 20);
    return async () => {
      await until('it was opened often', () => bench.api.calls.count(WATCH) > 10);
      clearInterval(timer);
    };
  }),
  'a watch answers 503 for a while': watches(() => {
    const fault = bench.api.faults.inject({ on: WATCH, times: 3, effect: { kind: 'status', status: 503 } });
    bench.api.watches.cut();
    return async () => void (await until('it was met', () => fault.hits === 3));
  }),
  'a watch answers 429 with Retry-After': watches(() => {
    const effect = { kind: 'status', status: 429, retryAfterSeconds: 1 } as const;
    bench.api.faults.inject({ on: WATCH, effect });
    bench.api.watches.cut();
  }),
  'a watch loses events without a word': {
    settings: { relistMs: 200 },
    strike: () => {
      bench.api.watches.drop(true);
      change();
      bench.api.watches.drop(false);
    },
    told: ['?goes', '?is-made-anew'],
  },
  'nothing is answered': {
    strike: () => {
      const fault = refused({ kind: 'hang' });
      change();
      return async () => {
        await until('it was asked for', () => reflector.state === 'failing' && fault.hits > 1);
        fault.lift();
      };
    },
  },
  'every connection is reset (the API server restarts)': {
    strike: () => {
      const fault = refused({ kind: 'cut' }, /./);
      change();
      return async () => {
        await until('it was asked for', () => reflector.state === 'failing' && fault.hits > 3);
        fault.lift();
      };
    },
  },
  'the rights are taken and given back': {
    strike: () => {
      const fault = refused({ kind: 'status', status: 403 });
      change();
      return async () => {
        await until('it is known', () => reflector.state === 'forbidden' && fault.hits > 3);
        expect(reflector.size).toBe(5);
        fault.lift();
      };
    },
    told: ['?goes', '?is-made-anew'],
  },
};

describe('after it, what is known is right within 5 s, and no delete was told that was not true:', () => {
  it.each(Object.entries(CASES))('%s', async (_, { settings, strike, told }) => {
    await begin(settings);
    const end = strike();
    await end?.();
    await rightAgain();
    const names = (line: string) => line.slice(1);
    expect([...new Set(bench.told.map(names))].sort()).toEqual(['goes', 'is-made-anew']);
    if (told) expect(bench.told.toSorted()).toEqual(told);
  });
});

describe('a server that has gone back in time', () => {
  /** Another server at the same address, with its own token, whose versions begin anew. */
  async function replace(): Promise<void> {
    const { port } = new URL(bench.api.url);
    await bench.api.stop();
    bench.api = await startKubernetes({ port: Number(port), bookmarkMilliseconds: 100 });
    await writeFile(bench.kubeconfig, bench.api.kubeconfig);
  }

  it('emptied (a new etcd): within 5 s all is told as missing, none as seen deleted, and what is new is seen', async () => {
    await begin();
    for (let at = 0; at < 50; at += 1) bench.api.apply(service('stays', `c${at}`));
    await until('it is known', () => reflector.get('llm/stays')?.color === 'c49');
    await replace();
    bench.api.apply(service('another'));
    await rightAgain();
    expect(bench.told.toSorted()).toEqual(['?changes', '?goes', '?is-made-anew', '?last', '?stays']);
    bench.api.apply(service('later'));
    await rightAgain();
    expect([...reflector.keys()].sort()).toEqual(['llm/another', 'llm/later']);
    expect(
      bench.log.lines.some(({ fields }) => 'detail' in fields && /emptied or restored/.test(String(fields.detail))),
    ).toBe(true);
  });

  it('while its kind is not there yet all is kept; when it is, what it has counts', async () => {
    await begin();
    for (let at = 0; at < 50; at += 1) bench.api.apply(service('stays', `c${at}`));
    await until('it is known', () => reflector.get('llm/stays')?.color === 'c49');
    await replace();
    bench.api.uninstall('InferenceService');
    await until('it is absent', () => reflector.state === 'absent');
    expect(reflector.size).toBe(5);
    bench.api.install('InferenceService');
    bench.api.apply(service('another'));
    await rightAgain();
    expect(bench.told.every((line) => line.startsWith('?'))).toBe(true);
  });
});

describe('a kind whose CRD is removed and comes back', () => {
  it('what was seen DELETED is gone, the rest is kept until the kind is back', async () => {
    await begin();
    bench.api.delete(reference('goes'));
    await until('it is told', () => bench.told.length === 1);
    // The connection is lost before the rest arrives.
    bench.api.watches.drop(true);
    bench.api.uninstall('InferenceService');
    await until('it is absent', () => reflector.state === 'absent');
    expect(bench.told).toEqual(['-goes']);
    expect(reflector.size).toBe(4);
    bench.api.watches.drop(false);
    bench.api.install('InferenceService');
    bench.api.apply(service('stays', 'blue'));
    await rightAgain();
    expect([...reflector.keys()]).toEqual(['llm/stays']);
  });

  it('all of it seen DELETED: observed', async () => {
    await begin();
    bench.api.uninstall('InferenceService');
    await until('it is absent', () => reflector.state === 'absent');
    expect(reflector.size).toBe(0);
    expect(bench.told).toHaveLength(5);
    expect(bench.told.every((line) => line.startsWith('-'))).toBe(true);
  });
});

it('a server that falls silent: staleness grows, and falls when it speaks again', async () => {
  await begin({ idleMs: 200 });
  expect(reflector.stalenessMs).toBeLessThan(WITHIN_MS);
  const fault = bench.api.faults.inject({ on: /./, times: ALWAYS, effect: { kind: 'hang' } });
  bench.api.watches.silence();
  const silentFrom = performance.now();
  await until('it is longer than a call may take', () => reflector.stalenessMs > 1_500);
  expect(reflector.stalenessMs).toBeLessThanOrEqual(performance.now() - silentFrom + 500);
  expect(reflector.state).toBe('failing');
  expect(reflector.size).toBe(5);
  fault.lift();
  await until('it has fallen', () => reflector.stalenessMs < 1_000 && reflector.state === 'synced', WITHIN_MS);
  expect(bench.told).toEqual([]);
});
