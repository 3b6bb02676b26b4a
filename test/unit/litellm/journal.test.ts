import { describe, expect, it } from 'vitest';
import { createJournal } from '../../../src/litellm/journal.ts';
import type { StampedRecord } from '../../../src/registration/entry.ts';
import { edited, registration, row, SETTLE_MS, T0 } from '../registration/builders.ts';

const tokens = (max_tokens: number): StampedRecord =>
  row({ registration: registration('qwen', { info: { max_tokens } }) });
const [one, two, three] = [tokens(1), tokens(2), tokens(3)];
const { id } = one;

function journal() {
  const clock = { now: T0 };
  return { ...createJournal(SETTLE_MS, () => clock.now), clock };
}

describe('judge', () => {
  it('believes a list about rows that were not written', () => {
    const book = journal();
    expect(book.judge(id, one)).toBe(one);
    expect(book.judge(id, undefined)).toBeUndefined();
  });

  it('takes a list that shows what stood there before a write for one that lags', () => {
    const book = journal();
    book.wrote(id, one, two);
    expect(book.judge(id, one)).toBe(two);
    expect(book.judge(id, two)).toBe(two);
  });

  it('does so for rows that were made and rows that were deleted', () => {
    const book = journal();
    book.wrote(id, undefined, one);
    expect(book.judge(id, undefined)).toBe(one);
    book.wrote(id, one, undefined);
    expect(book.judge(id, one)).toBeUndefined();
  });

  it('takes anything else for an edit, at once', () => {
    const book = journal();
    book.wrote(id, one, two);
    const edits = [
      three,
      edited(two, { api_base: 'http://elsewhere' }),
      { ...two, publicName: 'other' },
      { ...two, blocked: true },
      undefined,
    ];
    for (const edit of edits) expect(book.judge(id, edit)).toBe(edit);
  });

  it('believes the list again when the time is up', () => {
    const book = journal();
    book.wrote(id, one, two);
    book.clock.now = T0 + SETTLE_MS - 1;
    expect(book.judge(id, one)).toBe(two);
    book.clock.now = T0 + SETTLE_MS;
    expect(book.judge(id, one)).toBe(one);
  });

  it('knows every state that stood there within the time, and no older one', () => {
    const book = journal();
    book.wrote(id, one, two);
    book.clock.now = T0 + SETTLE_MS / 2;
    book.wrote(id, two, three);
    expect(book.judge(id, one)).toBe(three);
    expect(book.judge(id, two)).toBe(three);
    book.clock.now = T0 + SETTLE_MS;
    expect(book.judge(id, one)).toBe(one);
    expect(book.judge(id, two)).toBe(three);
  });

  it('takes a row that went and came back for what it is', () => {
    const book = journal();
    book.wrote(id, one, undefined);
    book.wrote(id, undefined, two);
    expect(book.judge(id, one)).toBe(two);
    expect(book.judge(id, undefined)).toBe(two);
  });

  it('shows the row as the list has it where it is what was written: with what others added, and whether it serves', () => {
    const book = journal();
    book.wrote(id, undefined, { ...one, live: false });
    const listed = { ...edited(one, { rpm: 5 }), live: true };
    expect(book.judge(id, listed)).toBe(listed);
  });

  it('does not mind what a list hides, and scalars that come back as text', () => {
    const book = journal();
    const written = { ...one, params: { ...one.params, api_key: 'not-needed' } };
    const listed = { ...one, info: { ...one.info, max_tokens: '1' } };
    book.wrote(id, written, two);
    expect(book.judge(id, listed)).toBe(two);
  });

  it('tells a recreated row from the one before', () => {
    const book = journal();
    const again = row({ registration: registration('qwen', { info: { max_tokens: 1 } }), created: T0 + 1 });
    book.wrote(id, one, again);
    expect(book.judge(id, one)).toBe(again);
  });
});

describe('ids', () => {
  it('are those written within the time', () => {
    const book = journal();
    book.wrote('a', undefined, one);
    book.clock.now = T0 + 5;
    book.wrote('b', undefined, one);
    expect([...book.ids()]).toEqual(['a', 'b']);
    book.clock.now = T0 + SETTLE_MS;
    expect([...book.ids()]).toEqual(['b']);
    book.clock.now = T0 + SETTLE_MS + 5;
    expect([...book.ids()]).toEqual([]);
  });
});
