import { beforeEach, describe, expect, it, vi } from 'vitest';
import { isNotLeader } from '../../../src/controller/failures.ts';
import { LiteLlmError } from '../../../src/litellm/errors.ts';
import type { RelatedKind } from '../../../src/sources/source.ts';
import { until } from '../../support/wait.ts';
import { failureOf } from '../litellm/builders.ts';
import { entry, registration } from '../registration/builders.ts';
import { KEY, keyOf, object, serving, type TestObject } from './builders.ts';
import { createStage, type Stage } from './stage.ts';

let stage: Stage;

beforeEach(() => {
  stage = createStage();
});

/** Holds the one writer until it is let go, so that what comes after waits. */
function occupyWriter(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  void stage.writer.run('withdrawal', () => promise);
  return resolve;
}

const waiting = (count: number) => until(`${count} writes wait`, () => stage.writer.depth === count);

describe('while the way to LiteLLM is closed', () => {
  it('nothing is tried, and what is to be done stays known', async () => {
    stage.put(object());
    stage.gate.failed(new LiteLlmError('unreachable'));
    const outcome = await stage.engine.reconcile(KEY, 'prompt');
    expect(outcome).toMatchObject({ gated: true, applied: [], decision: { plan: { changes: [{ kind: 'create' }] } } });
    expect([stage.litellm.calls, stage.cache.fetched]).toEqual([[], []]);
  });

  it('an object with nothing to do is in step all the same', async () => {
    stage.put(object({ projection: { state: 'hold', names: [], why: '' } }));
    stage.gate.failed(new LiteLlmError('unreachable'));
    expect(await stage.engine.reconcile(KEY, 'prompt')).toMatchObject({ gated: false });
  });

  it('it goes on when the time is up', async () => {
    stage.put(object());
    stage.gate.failed(new LiteLlmError('unreachable'));
    stage.clock.now += stage.gate.waitMs();
    expect(await stage.engine.reconcile(KEY, 'prompt')).toMatchObject({ gated: false, applied: [{ result: 'live' }] });
  });

  it('writes that waited for their turn are not tried either', async () => {
    stage.put(object());
    const release = occupyWriter();
    const outcome = stage.engine.reconcile(KEY, 'prompt');
    await waiting(1);
    stage.gate.failed(new LiteLlmError('timeout'));
    release();
    expect(await outcome).toMatchObject({ gated: true, applied: [], error: expect.anything() });
    expect(stage.names()).toEqual([]);
  });
});

describe('a delete that waits for its turn', () => {
  const stopped = (resourceVersion: string) =>
    object({ resourceVersion, projection: { state: 'withdraw', names: [], why: 'it was stopped' } });

  /** It is registered, means something else then, and another thing by the time that a write for it has its turn. */
  async function inTurn(then: TestObject, later: TestObject) {
    stage.put(object());
    await stage.engine.reconcile(KEY, 'prompt');
    stage.put(then);
    const release = occupyWriter();
    const outcome = stage.engine.reconcile(KEY, 'prompt');
    await waiting(1);
    stage.put(later);
    release();
    return outcome;
  }

  it('is not carried out where the object serves again by then', async () => {
    expect(await inTurn(stopped('2'), object({ resourceVersion: '3' }))).toMatchObject({ gated: true, applied: [] });
    expect(await stage.engine.reconcile(KEY, 'prompt')).toMatchObject({ gated: false, applied: [] });
    expect(stage.names()).toHaveLength(1);
  });

  it('nor where what belongs to the object tells so, and the object itself did not change', async () => {
    const slices: RelatedKind = {
      resource: { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices', kind: 'EndpointSlice' },
      clusterWide: false,
      title: 'endpoints of Services',
      without: { happens: '' },
      parse: () => ({ namespace: '', name: '', uid: '', resourceVersion: '' }),
      ownerOf: () => undefined,
    };
    stage = createStage({ related: [slices] });
    expect(await inTurn(stopped('1'), object())).toMatchObject({ gated: true, applied: [] });
    expect(stage.names()).toHaveLength(1);
  });

  it('nor is a block', async () => {
    const unready = { policy: 'Block', graceMs: 0, down: true } as const;
    const down = object({ resourceVersion: '2', projection: { state: 'hold', names: ['qwen'], why: 'x', unready } });
    expect(await inTurn(down, object({ resourceVersion: '3' }))).toMatchObject({ gated: true, applied: [] });
    expect([...stage.litellm.database.values()]).toMatchObject([{ blocked: false }]);
  });

  it('is carried out where the object changed in something else', async () => {
    expect(await inTurn(stopped('2'), stopped('3'))).toMatchObject({ gated: false, applied: [{ result: 'deleted' }] });
    expect(stage.names()).toEqual([]);
  });
});

describe('while another replica leads', () => {
  it('what could not be called is no fault of LiteLLM’s, and none of the object’s', async () => {
    stage.put(object());
    vi.spyOn(stage.litellm.client, 'create').mockRejectedValueOnce(new LiteLlmError('not-leader'));
    const outcome = await stage.engine.reconcile(KEY, 'prompt');
    expect(outcome).toMatchObject({ gated: true, applied: [], error: { code: 'not-leader' } });
    expect([stage.gate.waitMs(), stage.gate.trouble, isNotLeader(outcome?.error)]).toEqual([0, undefined, true]);
    expect(await stage.engine.reconcile(KEY, 'prompt')).toMatchObject({ gated: false, applied: [{ result: 'live' }] });
  });
});

describe('the gate', () => {
  it('takes a delete that was not tried for no answer of LiteLLM’s', async () => {
    stage.put(object());
    await stage.engine.reconcile(KEY, 'prompt');
    stage.litellm.unservable.add(entry({ registration: registration('next') }).id);
    stage.put(object({ resourceVersion: '2', projection: serving([registration('next')]) }));
    await stage.engine.reconcile(KEY, 'prompt');
    stage.gate.failed(new LiteLlmError('unreachable'));
    stage.clock.now += stage.gate.waitMs();
    stage.litellm.calls.length = 0;
    expect(await stage.engine.reconcile(KEY, 'prompt')).toMatchObject({ applied: [{ result: 'skipped' }] });
    expect(stage.litellm.calls).toEqual([]);
    expect(stage.gate.trouble).toMatchObject({ code: 'unreachable' });
  });

  it('is closed by the first call that finds LiteLLM away, and the object says why', async () => {
    stage.put(object({ projection: serving([registration('a'), registration('b')]) }));
    stage.litellm.fail('create', 'unreachable');
    expect(await stage.engine.reconcile(KEY, 'prompt')).toMatchObject({ gated: false, error: { code: 'unreachable' } });
    expect(stage.gate.waitMs()).toBe(1_000);
    expect(stage.litellm.calls.filter((call) => call.startsWith('create'))).toHaveLength(1);
  });

  it('is closed by a look-up and by a list, too', async () => {
    stage.put(object());
    stage.litellm.fail('findByName', 'database-down');
    await stage.engine.reconcile(KEY, 'prompt');
    expect(stage.gate.trouble).toMatchObject({ code: 'database-down' });
    stage.gate.succeeded();
    stage.litellm.fail('list', 'timeout');
    await failureOf(stage.engine.refresh());
    expect(stage.gate.trouble).toMatchObject({ code: 'timeout' });
  });

  it('is closed by a list that fails for whatever reason: it concerns all models', async () => {
    stage.litellm.fail('list', 'server-error');
    await failureOf(stage.engine.refresh());
    expect(stage.gate.waitMs()).toBe(1_000);
  });

  it('lets one object find out whether LiteLLM is back, and the others wait for that', async () => {
    const sibling = object({ name: 'sibling', uid: 'uid-s', projection: serving([registration('b')]) });
    stage.put(object());
    stage.put(sibling);
    stage.gate.failed(new LiteLlmError('unreachable'));
    stage.clock.now += stage.gate.waitMs();
    const outcomes = [KEY, keyOf(sibling)].map((key) => stage.engine.reconcile(key, 'bulk'));
    expect((await Promise.all(outcomes)).map((outcome) => outcome?.gated)).toEqual([false, true]);
    expect(await stage.engine.reconcile(keyOf(sibling), 'bulk')).toMatchObject({ applied: [{ result: 'live' }] });
  });

  it('is not opened by a look-up: LiteLLM answers one without its database too', async () => {
    stage.put(object());
    stage.gate.failed(new LiteLlmError('database-down'));
    stage.clock.now += stage.gate.waitMs();
    stage.litellm.fail('create', 'server-error');
    await stage.engine.reconcile(KEY, 'prompt');
    expect(stage.litellm.calls.some((call) => call.startsWith('findByName'))).toBe(true);
    expect([stage.gate.waitMs(), stage.gate.succeededAt]).toEqual([2_000, undefined]);
  });

  it('is opened by a list that is good', async () => {
    stage.gate.failed(new LiteLlmError('unreachable'));
    await stage.engine.refresh();
    expect([stage.gate.waitMs(), stage.gate.succeededAt]).toEqual([0, stage.clock.now]);
  });

  it('stays open where one model is refused', async () => {
    stage.put(object());
    stage.litellm.fail('create', 'rejected');
    await stage.engine.reconcile(KEY, 'prompt');
    expect(stage.gate.waitMs()).toBe(0);
  });
});

describe('the writer', () => {
  it('takes a withdrawal before what a person waits for, and that before bulk', async () => {
    const [gone, urgent, bulk] = ['gone', 'urgent', 'bulk'].map((name) =>
      object({ name, uid: `uid-${name}`, projection: serving([registration(name)]) }),
    );
    if (!gone || !urgent || !bulk) throw new Error('no objects');
    stage.put(gone);
    await stage.engine.reconcile(keyOf(gone), 'bulk');
    stage.remove(gone);
    stage.put(urgent);
    stage.put(bulk);
    stage.litellm.calls.length = 0;
    const release = occupyWriter();
    const outcomes = [
      stage.engine.reconcile(keyOf(bulk), 'bulk'),
      stage.engine.reconcile(keyOf(urgent), 'prompt'),
      stage.engine.reconcile(keyOf(gone), 'bulk'),
    ];
    await waiting(3);
    release();
    await Promise.all(outcomes);
    const writes = stage.litellm.calls.filter((call) => !call.startsWith('find'));
    expect(writes.map((call) => call.replace(/^(\w+) llm\.(\w+)\..*$/, '$1 $2'))).toEqual([
      'remove gone',
      'create urgent',
      'create bulk',
    ]);
  });

  it('lets go of what waits when the signal is aborted', async () => {
    stage.put(object());
    const release = occupyWriter();
    const stop = new AbortController();
    const outcome = stage.engine.reconcile(KEY, 'prompt', stop.signal);
    await waiting(1);
    stop.abort(new Error('stopping'));
    expect(await outcome).toMatchObject({ applied: [], error: { message: 'stopping' }, gated: false });
    release();
    expect(stage.litellm.calls).not.toContain(`create ${entry().id}`);
    expect(stage.gate.waitMs()).toBe(0);
  });

  it('lets go of what waits when the object is asked for with more haste, as if it had not been tried', async () => {
    stage.put(object());
    const release = occupyWriter();
    const overtaken = new AbortController();
    const outcome = stage.engine.reconcile(KEY, 'bulk', new AbortController().signal, overtaken.signal);
    await waiting(1);
    overtaken.abort();
    expect(await outcome).toMatchObject({ applied: [], gated: true });
    release();
    expect([stage.names(), stage.gate.waitMs()]).toEqual([[], 0]);
    expect(await stage.engine.reconcile(KEY, 'prompt')).toMatchObject({ applied: [{ result: 'live' }] });
  });
});
