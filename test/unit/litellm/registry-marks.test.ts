import { beforeEach, describe, expect, it } from 'vitest';
import { createRegistry, type Registry } from '../../../src/litellm/registry.ts';
import type { Change } from '../../../src/registration/plan.ts';
import { entry, OWNER, row, SETTLE_MS, T0 } from '../registration/builders.ts';
import { failureOf } from './builders.ts';
import { type FakeLiteLlm, fakeLiteLlm } from './fake-client.ts';

const { id } = entry();
const creation: Change = { kind: 'create', entry: entry(), why: 'new' };
const unmarked = { publicName: 'qwen', params: { model: 'openai/theirs' }, info: { note: 'the mark was taken off' } };

let litellm: FakeLiteLlm;
let registry: Registry;
let now: number;

beforeEach(() => {
  litellm = fakeLiteLlm();
  now = T0;
  registry = createRegistry({ client: litellm.client, owner: OWNER, settleMs: SETTLE_MS, now: () => now });
});

describe('a row of our id that is not ours', () => {
  it('is left alone where a list shows it', async () => {
    litellm.addByHand(id, unmarked);
    await registry.refresh();
    litellm.calls.length = 0;
    expect(await failureOf(registry.apply(creation))).toMatchObject({
      code: 'not-ours',
      message: expect.stringContaining(id),
    });
    expect(litellm.calls).toEqual([]);
  });

  it('costs no call either where it was to be a copy of another row', async () => {
    const former = row({ uid: 'uid-0' });
    litellm.addByHand(id, unmarked);
    await registry.refresh();
    litellm.calls.length = 0;
    const copy: Change = { kind: 'create', entry: entry(), copyFrom: former, why: 'recreated' };
    expect(await failureOf(registry.apply(copy))).toMatchObject({ code: 'not-ours' });
    const next = entry({ generation: 2 });
    litellm.addByHand(next.id, unmarked);
    await registry.refresh();
    litellm.calls.length = 0;
    const replacement: Change = { kind: 'replace', record: former, entry: next, fallback: entry(), fields: [] };
    expect(await failureOf(registry.apply(replacement))).toMatchObject({ code: 'not-ours' });
    expect(litellm.calls).toEqual([]);
  });

  it('is left alone where only the database knows it', async () => {
    litellm.lag();
    litellm.addByHand(id, unmarked);
    expect(await failureOf(registry.apply(creation))).toMatchObject({ code: 'not-ours' });
    expect(litellm.database.get(id)).toMatchObject(unmarked);
  });

  it('is left alone where it was ours once, and lists have missed it for long', async () => {
    await registry.apply(creation);
    const taken = litellm.database.get(id);
    if (!taken) throw new Error('no row was made');
    delete taken.info.model_registrar;
    litellm.reload();
    now += SETTLE_MS;
    await registry.refresh();
    litellm.unservable.add(id);
    litellm.reload();
    await registry.refresh();
    now += SETTLE_MS;
    await registry.refresh();
    expect(registry.hasId(id)).toBe(false);
    litellm.calls.length = 0;
    expect(await failureOf(registry.apply(creation))).toMatchObject({ code: 'not-ours' });
    expect(litellm.calls).not.toContain(`update ${id}`);
    expect(litellm.database.get(id)).toBe(taken);
  });
});
