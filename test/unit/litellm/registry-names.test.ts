import { beforeEach, describe, expect, it } from 'vitest';
import { createRegistry, type Registry } from '../../../src/litellm/registry.ts';
import { entry, OWNER, SETTLE_MS, SOURCE, T0 } from '../registration/builders.ts';
import { failureOf } from './builders.ts';
import { type FakeLiteLlm, fakeLiteLlm } from './fake-client.ts';

let litellm: FakeLiteLlm;
let registry: Registry;

const start = (owner = OWNER): Registry =>
  createRegistry({ client: litellm.client, owner, settleMs: SETTLE_MS, now: () => T0 });

const other = { ...SOURCE, namespace: 'b' };

beforeEach(() => {
  litellm = fakeLiteLlm();
  registry = start();
});

describe('lookUp', () => {
  it('finds a row that no list shows yet', async () => {
    litellm.lag();
    litellm.addByHand('by-hand', { publicName: 'qwen' });
    await registry.refresh();
    expect(registry.underName('qwen')).toEqual([]);
    await registry.lookUp('qwen', SOURCE);
    expect(registry.underName('qwen')).toMatchObject([{ id: 'by-hand', live: false }]);
    expect(registry.hasId('by-hand')).toBe(true);
  });

  it('finds a row of that id that no list shows yet: it can be called by it', async () => {
    litellm.lag();
    litellm.addByHand('an-id', { publicName: 'by-hand' });
    await registry.lookUp('an-id', SOURCE);
    expect([registry.hasId('an-id'), registry.underName('an-id').length]).toEqual([true, 0]);
  });

  it('finds the row of another object of ours, which holds the name', async () => {
    litellm.lag();
    await start().apply({ kind: 'create', entry: entry({ source: other, uid: 'uid-b' }), why: 'new' });
    await registry.lookUp('qwen', SOURCE);
    expect(registry.recordsOf(other)).toHaveLength(1);
  });

  it('does not take the object’s own row, written before an answer was lost, for one that does not serve: it is written once more', async () => {
    litellm.lag();
    await start().apply({ kind: 'create', entry: entry(), why: 'new' });
    await registry.lookUp('qwen', SOURCE);
    expect(registry.recordsOf(SOURCE)).toEqual([]);
    litellm.calls.length = 0;
    await registry.apply({ kind: 'create', entry: entry(), why: 'new' });
    expect(litellm.calls).toEqual([`update ${entry().id}`]);
  });

  it('leaves alone what is known already', async () => {
    litellm.addByHand('by-hand', { publicName: 'qwen' });
    await registry.refresh();
    await registry.lookUp('qwen', SOURCE);
    expect(registry.underName('qwen')).toMatchObject([{ live: true }]);
  });

  it('does not bring back what we deleted, where the search still shows it', async () => {
    await registry.apply({ kind: 'create', entry: entry({ source: other }), why: 'new' });
    const [record] = registry.recordsOf(other);
    if (!record) throw new Error('no row');
    litellm.lag();
    await registry.apply({ kind: 'delete', record, why: 'withdrawn', needs: [] });
    await registry.lookUp('qwen', SOURCE);
    expect(registry.underName('qwen')).toEqual([]);
  });

  it.each(['findByName', 'findById'] as const)(
    'fails where LiteLLM does: nobody knows whose the name is (%s)',
    async (call) => {
      litellm.fail(call, 'database-down');
      expect(await failureOf(registry.lookUp('qwen', SOURCE))).toMatchObject({ code: 'database-down' });
    },
  );
});
