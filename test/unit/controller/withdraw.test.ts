import { expect, it } from 'vitest';
import { withdrawAll } from '../../../src/controller/withdraw.ts';
import { LiteLlmError } from '../../../src/litellm/errors.ts';
import { createGate } from '../../../src/litellm/gate.ts';
import type { Registry } from '../../../src/litellm/registry.ts';
import { createWriter } from '../../../src/litellm/writer.ts';
import { registration, row } from '../registration/builders.ts';

const records = ['a', 'b', 'c'].map((name) => row({ registration: registration(name) }));

/** Withdraws all of them where the second one fails in this way. */
function withdrawn(error?: LiteLlmError) {
  const asked: string[] = [];
  const apply: Registry['apply'] = async (change) => {
    if (change.kind !== 'delete') throw new Error('nothing but deletes');
    asked.push(`${change.record.publicName} ${change.why}`);
    if (error && change.record === records[1]) throw error;
    return { change, result: 'deleted' };
  };
  const gate = createGate({ minMs: 60_000, maxMs: 60_000 });
  return { asked, done: withdrawAll({ registry: { apply }, writer: createWriter(), gate, records }) };
}

it('takes out one row after the other', async () => {
  const { asked, done } = withdrawn();
  expect(await done).toEqual({ gone: records, failed: [], untried: [] });
  expect(asked).toEqual(['a withdrawn', 'b withdrawn', 'c withdrawn']);
});

it('goes on after a row that LiteLLM does not let go', async () => {
  const error = new LiteLlmError('rejected');
  expect(await withdrawn(error).done).toEqual({
    gone: [records[0], records[2]],
    failed: [{ record: records[1], error }],
    untried: [],
  });
});

it('stops where LiteLLM as a whole does not work any more', async () => {
  const { asked, done } = withdrawn(new LiteLlmError('unreachable'));
  expect(await done).toMatchObject({ gone: [records[0]], failed: [{ record: records[1] }], untried: [records[2]] });
  expect(asked).toHaveLength(2);
});
