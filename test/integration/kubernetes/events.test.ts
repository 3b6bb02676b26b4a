import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  createEventRecorder,
  type EventRecorder,
  type EventSettings,
  type EventToRecord,
} from '../../../src/kubernetes/index.ts';
import { until } from '../../support/wait.ts';
import { type Bench, reference, service, startBench } from './support.ts';

let bench: Bench;
let recorders: EventRecorder[];

beforeEach(async () => {
  bench = await startBench();
  recorders = [];
  bench.api.apply(service('a'));
});

afterEach(async () => {
  for (const recorder of recorders) recorder.stop();
  await bench.end();
});

function recorder(settings: Partial<EventSettings> = {}): EventRecorder {
  const created = createEventRecorder({
    connection: bench.connection,
    component: 'model-registrar',
    instance: 'pod-1',
    log: bench.log,
    settings: { backoffMinMs: 1, backoffMaxMs: 5, ...settings },
  });
  recorders.push(created);
  return created;
}

function event(reason = 'Registered', message = 'It is there.'): EventToRecord {
  const { uid = '', resourceVersion = '' } = bench.api.get(reference('a'))?.metadata ?? {};
  return {
    involved: {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      namespace: 'llm',
      name: 'a',
      uid,
      resourceVersion,
    },
    type: 'Normal',
    reason,
    message,
  };
}

const shown = () => bench.api.events(reference('a'));
const operations = () => bench.api.calls.list().map(({ operation }) => operation);
const warnings = () => bench.log.lines.filter(({ level }) => level === 'warn');

it('writes an Event onto the object', async () => {
  const events = recorder();
  events.record(event());
  await events.flush();
  expect(shown()).toMatchObject([
    {
      type: 'Normal',
      reason: 'Registered',
      message: 'It is there.',
      count: 1,
      source: { component: 'model-registrar', host: 'pod-1' },
      involvedObject: { kind: 'InferenceService', name: 'a' },
    },
  ]);
});

it('raises the count of what is said again, and asks nothing it may not', async () => {
  const events = recorder();
  events.record(event());
  await events.flush();
  events.record(event());
  events.record(event());
  await events.flush();
  expect(shown()).toMatchObject([{ count: 3 }]);
  expect(operations()).toEqual(['create events', 'patch events']);
});

it('goes on counting after a restart', async () => {
  const before = recorder();
  for (let turn = 0; turn < 3; turn += 1) before.record(event());
  await before.flush();
  const after = recorder();
  after.record(event());
  await after.flush();
  after.record(event());
  await after.flush();
  expect(shown()).toMatchObject([{ count: 5 }]);
  expect(new Set(operations())).toEqual(new Set(['create events', 'patch events']));
});

it('writes an Event anew that has expired', async () => {
  const events = recorder();
  events.record(event());
  await events.flush();
  bench.api.delete({ kind: 'Event', namespace: 'llm', name: shown()[0]?.metadata.name ?? '' });
  events.record(event());
  await events.flush();
  expect(shown()).toMatchObject([{ count: 1 }]);
});

it('writes an Event anew that expires between two calls', async () => {
  const before = recorder();
  before.record(event());
  await before.flush();
  bench.api.faults.inject({ on: 'patch events', skip: 1, effect: { kind: 'status', status: 404 } });
  bench.api.faults.inject({ on: 'create events', skip: 1, times: 2, effect: { kind: 'status', status: 503 } });
  const after = recorder();
  after.record(event());
  await after.flush();
  // It is there after all, so the second creation was refused and it was counted once more.
  expect(shown()).toMatchObject([{ count: 2 }]);
});

it('tries again what may pass, and not for ever', async () => {
  bench.api.faults.inject({ on: 'create events', times: 3, effect: { kind: 'status', status: 503 } });
  const events = recorder({ attempts: 4 });
  events.record(event());
  await events.flush();
  expect(shown()).toMatchObject([{ count: 1 }]);
  expect(events.dropped).toBe(0);
  bench.api.faults.inject({ on: 'create events', times: 4, effect: { kind: 'cut' } });
  events.record(event('Updated'));
  await events.flush();
  expect(events.dropped).toBe(1);
  expect(shown()).toHaveLength(1);
  expect(warnings()).toMatchObject([{ fields: { reason: 'Updated', code: 'unreachable', object: 'llm/a' } }]);
});

it('an answer that is lost leaves one Event', async () => {
  bench.api.faults.inject({ on: 'create events', effect: { kind: 'cut', after: true } });
  const events = recorder();
  events.record(event());
  await events.flush();
  expect(shown()).toHaveLength(1);
});

it('says once for each reason that it may not, and what to grant', async () => {
  bench.api.faults.inject({ on: /events/, times: Number.POSITIVE_INFINITY, effect: { kind: 'status', status: 403 } });
  const events = recorder();
  for (const [reason, message] of [
    ['Registered', 'one'],
    ['Registered', 'two'],
    ['Updated', 'one'],
  ] as const) {
    events.record(event(reason, message));
  }
  await events.flush();
  expect(warnings().map(({ fields }) => fields)).toMatchObject([{ reason: 'Registered' }, { reason: 'Updated' }]);
  expect(warnings()[0]?.message).toMatch(/grant .* create and patch on events/);
  expect(events.dropped).toBe(3);
});

it('drops the oldest of too many, and counts it', async () => {
  const hanging = bench.api.faults.inject({ on: 'create events', effect: { kind: 'delay', milliseconds: 100 } });
  const events = recorder({ backlog: 2 });
  events.record(event('Registered', 'first'));
  await until('the first is in hand', () => hanging.hits === 1);
  for (const message of ['second', 'third', 'fourth', 'fourth']) events.record(event('Registered', message));
  await events.flush();
  expect(
    shown()
      .map(({ message, count }) => `${String(message)} ${String(count)}`)
      .sort(),
  ).toEqual(['first 1', 'fourth 2', 'third 1']);
  expect(events.dropped).toBe(1);
});

it('forgets what was unused for longest, at the price of one more call', async () => {
  const events = recorder({ remembered: 1 });
  for (const message of ['one', 'two', 'one']) {
    events.record(event('Registered', message));
    await events.flush();
  }
  expect(
    shown()
      .map(({ count }) => String(count))
      .sort(),
  ).toEqual(['1', '2']);
});

it('does not hold a flush beyond its time, and is silent after stop', async () => {
  bench.api.faults.inject({ on: 'create events', effect: { kind: 'hang' } });
  const events = recorder();
  events.record(event());
  events.record(event('Updated'));
  await until('the first is on its way', () => operations().length > 0);
  await events.flush(10);
  events.stop();
  events.record(event('Later'));
  await events.flush();
  expect(shown()).toEqual([]);
  expect(operations()).toEqual(['create events']);
  expect(warnings()).toEqual([]);
});

it('takes what is recorded while, and just after, it works', async () => {
  const events = recorder();
  for (let turn = 0; turn < 30; turn += 1) {
    events.record(event('Registered', `message ${turn}`));
    if (turn % 3 === 0) await events.flush();
    if (turn % 7 === 0) await Promise.resolve();
  }
  await events.flush();
  expect(shown()).toHaveLength(30);
});
