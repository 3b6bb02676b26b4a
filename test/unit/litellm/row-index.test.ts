import { beforeEach, describe, expect, it } from 'vitest';
import { createRowIndex, type RowIndex } from '../../../src/litellm/row-index.ts';
import type { ModelRecord } from '../../../src/registration/entry.ts';
import { handMade, OWNER, registration, row, SOURCE } from '../registration/builders.ts';

let rows: RowIndex;

beforeEach(() => {
  rows = createRowIndex(OWNER);
});

const put = (one: ModelRecord): void => rows.put(one.id, one);

describe('the index', () => {
  const mine = row();
  const other = { ...SOURCE, name: 'other' };

  it('finds a row by id, by name and by its object', () => {
    put(mine);
    expect([rows.get(mine.id), rows.has(mine.id), [...rows.ids()]]).toEqual([mine, true, [mine.id]]);
    expect([rows.underName('qwen'), rows.recordsOf(SOURCE), rows.owned()]).toEqual([[mine], [mine], [mine]]);
    expect([rows.underName('other'), rows.recordsOf(other)]).toEqual([[], []]);
  });

  it('follows a row to another name and another object', () => {
    put(mine);
    put({ ...mine, publicName: 'new', stamp: { ...mine.stamp, source: 'inference-service/llm/other' } });
    expect([rows.underName('qwen'), rows.recordsOf(SOURCE)]).toEqual([[], []]);
    expect([rows.underName('new').length, rows.recordsOf(other).length]).toEqual([1, 1]);
  });

  it('forgets a row that is gone, and does not mind one that never was', () => {
    put(mine);
    put(handMade('x*'));
    rows.put(mine.id, undefined);
    rows.put('by-hand', undefined);
    rows.put('never', undefined);
    expect([rows.has(mine.id), rows.underName('qwen'), rows.recordsOf(SOURCE), rows.takingByPattern('xy')]).toEqual([
      false,
      [],
      [],
      [],
    ]);
  });

  it('forgets that a row was ours when its mark was taken off', () => {
    put(mine);
    const { stamp: _gone, ...unmarked } = mine;
    put(unmarked);
    expect([rows.recordsOf(SOURCE), rows.owned(), rows.underName('qwen')]).toEqual([[], [], [unmarked]]);
  });

  it.each<[string, ModelRecord | undefined, boolean]>([
    ['a row with our mark', row(), true],
    ['a row of another owner', row({ owner: 'stage' }), false],
    ['a row of the config file with our mark', { ...row(), stored: false }, false],
    ['a row that was made by hand', handMade(), false],
    ['no row', undefined, false],
  ])('takes %s for ours, or not', (_case, one, owned) => {
    expect(rows.isOwned(one)).toBe(owned);
    if (one) put(one);
    expect([rows.owned().length, rows.recordsOf(SOURCE).length]).toEqual(owned ? [1, 1] : [0, 0]);
  });
});

describe('takingByPattern', () => {
  it.each([
    ['openai/*', 'openai/gpt', true],
    ['openai/*', 'openai/', true],
    ['openai/*', 'my-openai/gpt', false],
    ['*-large', 'x-large', true],
    ['*-large', 'x-large-2', false],
    ['a*b*c', 'a.b.c', true],
    ['a*b*c', 'acb', false],
    ['gpt-4.*', 'gpt-4x1', false],
    ['(gpt)*', '(gpt)+', true],
    ['qwen', 'qwen', false],
    ['*', 'qwen', false],
  ])('a row named %s takes calls for %s: %s', (pattern, name, takes) => {
    put(handMade(pattern));
    expect(rows.takingByPattern(name)).toHaveLength(takes ? 1 : 0);
  });

  it('counts patterns of the config file, and follows a row that is renamed', () => {
    put(handMade('gpt-*', { id: 'a', stored: false }));
    put(handMade('gpt-*', { id: 'b' }));
    put({ ...row({ registration: registration('gpt-4') }), id: 'c' });
    expect(rows.takingByPattern('gpt-4').map(({ id }) => id)).toEqual(['a', 'b']);
    put(handMade('claude-*', { id: 'a', stored: false }));
    put(handMade('gpt-5', { id: 'b' }));
    expect([rows.takingByPattern('gpt-4'), rows.takingByPattern('claude-4').length]).toEqual([[], 1]);
  });
});
