import { beforeEach, describe, expect, it } from 'vitest';
import { createRegistry, type Registry } from '../../../src/litellm/registry.ts';
import type { ModelRecord } from '../../../src/registration/entry.ts';
import { entry, OWNER, SETTLE_MS, T0 } from '../registration/builders.ts';
import { failureOf } from './builders.ts';
import { type FakeLiteLlm, fakeLiteLlm } from './fake-client.ts';

const ours = entry();

let litellm: FakeLiteLlm;
let registry: Registry;
let theirs: ModelRecord;
let now: number;

beforeEach(async () => {
  litellm = fakeLiteLlm();
  now = T0;
  registry = createRegistry({ client: litellm.client, owner: OWNER, settleMs: SETTLE_MS, now: () => now });
  litellm.addByHand('by-hand', {
    publicName: 'qwen',
    params: { model: 'openai/qwen', api_base: 'http://x/v1', api_key: 'sk-x', rpm: 5, organization: 'org' },
    info: { supports_vision: true },
  });
  await registry.refresh();
  const [row] = registry.underName('qwen');
  if (!row) throw new Error('no row');
  theirs = row;
  litellm.calls.length = 0;
});

const adopt = () => registry.apply({ kind: 'create', entry: ours, copyFrom: theirs, why: 'adopted' });
const removeTheirs = () => registry.apply({ kind: 'delete', record: theirs, why: 'adopted', needs: [ours.id] });

describe('a row that takes over somebody else’s', () => {
  it('is made beside it with what it may keep, and theirs is as it was', async () => {
    const before = structuredClone(litellm.database.get('by-hand'));
    expect(await adopt()).toMatchObject({ result: 'live' });
    expect(litellm.calls).toEqual(['touch by-hand', 'findById by-hand', `create ${ours.id}`]);
    expect(litellm.database.get('by-hand')).toEqual(before);
    expect(litellm.database.get(ours.id)).toMatchObject({
      params: { ...ours.params, rpm: 5 },
      info: { supports_vision: true },
      blocked: false,
    });
    expect(litellm.database.get(ours.id)?.params).not.toHaveProperty('organization');
    // What it keeps is nobody's wish: it is not ours to take away.
    expect(litellm.lastBody?.entry.stamp.keys).not.toContain('params.rpm');
  });

  it('is made all the same where theirs is gone meanwhile', async () => {
    litellm.database.delete('by-hand');
    expect(await adopt()).toMatchObject({ result: 'live' });
    expect(litellm.database.get(ours.id)?.params).not.toHaveProperty('rpm');
  });

  it('is not made while LiteLLM does not show what theirs holds: that would be lost', async () => {
    litellm.lag();
    const row = litellm.database.get('by-hand');
    if (row) row.params = { ...row.params, user: 'new-since' };
    expect(await failureOf(adopt())).toMatchObject({ code: 'not-shown' });
    expect(litellm.database.has(ours.id)).toBe(false);
  });

  it('sends theirs away once it serves', async () => {
    await adopt();
    expect(await removeTheirs()).toMatchObject({ result: 'deleted' });
    expect([...litellm.database.keys()]).toEqual([ours.id]);
    expect(registry.underName('qwen').map(({ id }) => id)).toEqual([ours.id]);
    // A list that lags does not bring it back.
    await registry.refresh();
    expect(registry.hasId('by-hand')).toBe(false);
  });

  it('leaves theirs while it is not served, or is not there any more, whatever was known of it', async () => {
    litellm.unservable.add(ours.id);
    await adopt();
    expect(await removeTheirs()).toMatchObject({ result: 'skipped' });
    litellm.unservable.clear();
    litellm.reload();
    now += 2 * SETTLE_MS;
    await registry.refresh();
    litellm.database.delete(ours.id);
    litellm.reload();
    expect(await removeTheirs()).toMatchObject({ result: 'skipped' });
    expect(litellm.database.has('by-hand')).toBe(true);
  });

  it('is blocked where somebody blocked theirs while both stood', async () => {
    await adopt();
    const row = litellm.database.get('by-hand');
    if (row) row.blocked = true;
    litellm.reload();
    await registry.refresh();
    await removeTheirs();
    expect(litellm.database.get(ours.id)?.blocked).toBe(true);
  });
});
