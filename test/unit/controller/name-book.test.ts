import { beforeEach, describe, expect, it } from 'vitest';
import { createNameBook, type NameBook } from '../../../src/controller/name-book.ts';
import type { StampedRecord } from '../../../src/registration/entry.ts';
import { registration, row, T0 } from '../registration/builders.ts';
import { COOLDOWN_MS } from './builders.ts';

let now: number;
let book: NameBook;

beforeEach(() => {
  now = T0;
  book = createNameBook(COOLDOWN_MS, () => now);
});

const declarer = (namespace: string) => ({ namespace, createdAt: T0, uid: `uid-${namespace}` });

/** A row under a name that an object of this namespace has. */
const held = (namespace: string, publicName = 'qwen', name = 'x'): StampedRecord =>
  row({ source: { kind: 'inference-service', namespace, name }, registration: registration(publicName) });

describe('declarers', () => {
  it('are those that declare a name, under each of their names', () => {
    book.declare('k/a/x', declarer('a'), ['one', 'two']);
    book.declare('k/b/x', declarer('b'), ['two']);
    expect(book.declarersOf('one')).toEqual([declarer('a')]);
    expect(book.declarersOf('two')).toEqual([declarer('a'), declarer('b')]);
    expect(book.declarersOf('three')).toEqual([]);
  });

  it('are replaced by what the object declares now', () => {
    book.declare('k/a/x', declarer('a'), ['one', 'two']);
    book.declare('k/a/x', { ...declarer('a'), uid: 'again' }, ['two', 'three']);
    expect(book.declarersOf('one')).toEqual([]);
    expect(book.declarersOf('two')).toMatchObject([{ uid: 'again' }]);
    expect(book.declarersOf('three')).toMatchObject([{ uid: 'again' }]);
  });

  it('are no more when their object is gone', () => {
    book.declare('k/a/x', declarer('a'), ['one']);
    book.declare('k/b/x', declarer('b'), ['one']);
    book.forget('k/a/x');
    book.forget('k/unknown/x');
    expect(book.declarersOf('one')).toEqual([declarer('b')]);
  });
});

describe('the last holder', () => {
  it('is nobody while there are rows, and nobody where there never were', () => {
    book.rowsSeen([held('a')]);
    book.rowsSeen([held('a')]);
    expect(book.lastHolderOf('qwen')).toBeUndefined();
    expect(book.lastHolderOf('other')).toBeUndefined();
  });

  it('is the namespace whose last row went, for a while', () => {
    book.rowsSeen([held('a'), held('a', 'qwen', 'y'), held('b', 'other')]);
    book.rowsSeen([held('a'), held('b', 'other')]);
    expect(book.lastHolderOf('qwen')).toBeUndefined();
    now += 5;
    book.rowsSeen([held('b', 'other')]);
    expect(book.lastHolderOf('qwen')).toEqual({ namespace: 'a', until: T0 + 5 + COOLDOWN_MS });
    expect(book.lastHolderOf('other')).toBeUndefined();
  });

  it('is forgotten when its time is up', () => {
    book.rowsSeen([held('a')]);
    book.rowsSeen([]);
    now += COOLDOWN_MS - 1;
    book.rowsSeen([]);
    expect(book.lastHolderOf('qwen')).toBeDefined();
    now += 1;
    book.rowsSeen([]);
    expect(book.lastHolderOf('qwen')).toBeUndefined();
  });

  it('keeps its time: rows that are still gone do not make it longer', () => {
    book.rowsSeen([held('a')]);
    book.rowsSeen([]);
    const first = book.lastHolderOf('qwen');
    now += 5;
    book.rowsSeen([]);
    expect(book.lastHolderOf('qwen')).toEqual(first);
  });

  it('is nobody while a row of another namespace stays', () => {
    book.rowsSeen([held('a'), held('b')]);
    book.rowsSeen([held('b')]);
    expect(book.lastHolderOf('qwen')).toBeUndefined();
    book.rowsSeen([]);
    expect(book.lastHolderOf('qwen')).toMatchObject({ namespace: 'b' });
  });

  it('is known from a write on, before any list', () => {
    book.nameSeen('qwen', [held('a')]);
    book.nameSeen('other', []);
    book.nameSeen('qwen', []);
    expect(book.lastHolderOf('qwen')).toEqual({ namespace: 'a', until: T0 + COOLDOWN_MS });
    expect(book.lastHolderOf('other')).toBeUndefined();
  });
});
