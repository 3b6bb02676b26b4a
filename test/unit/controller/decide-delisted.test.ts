import { describe, expect, it } from 'vitest';
import { decide, decideDelisted } from '../../../src/controller/decide.ts';
import type { ModelRecord } from '../../../src/registration/entry.ts';
import { inShort, registration, row, SOURCE } from '../registration/builders.ts';
import { source, worldOf } from './builders.ts';

/** The decision about an object that is not there, where LiteLLM holds these rows. */
const gone = (rows: ModelRecord[]) => decide(worldOf(rows), SOURCE, source, undefined);

describe('what an administrator does not list any more', () => {
  const kept = row({ registration: registration('qwen', { retain: true }) });
  const other = row({ registration: registration('other') });

  it('has its rows taken out, but for those whose mark says that they stay', () => {
    const decision = decideDelisted(gone([kept, other]));
    expect(inShort(decision.plan)).toEqual([`delete ${other.id} withdrawn`]);
    expect(decision).toMatchObject({ state: 'held', why: expect.stringContaining('cleanup: retain') });
  });

  it('is as any other where none says so', () => {
    const decision = gone([other]);
    expect(decideDelisted(decision)).toBe(decision);
  });
});
