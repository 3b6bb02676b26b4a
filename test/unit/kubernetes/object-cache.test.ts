import { describe, expect, it } from 'vitest';
import { createObjectCache } from '../../../src/kubernetes/object-cache.ts';
import type { Identity, Seen } from '../../../src/kubernetes/raw-object.ts';

const identity = (name: string, uid: string, resourceVersion: string): Identity => ({
  namespace: 'n',
  name,
  uid,
  resourceVersion,
});

function seen(name: string, uid: string, version: string, object = `${uid}@${version}`): Seen<string> {
  return { identity: identity(name, uid, version), reading: { object } };
}

function unreadable(name: string, uid: string, version: string): Seen<string> {
  return { identity: identity(name, uid, version), reading: { error: new Error('no') } };
}

describe('apply', () => {
  it('tells a new object, a new state with the one before, and nothing for the same state', () => {
    const cache = createObjectCache<string>();
    expect(cache.apply(seen('a', '1', '1'), 'list').changes).toEqual([
      { type: 'applied', object: '1@1', cause: 'list' },
    ]);
    expect(cache.apply(seen('a', '1', '1'), 'watch').changes).toEqual([]);
    expect(cache.apply(seen('a', '1', '2'), 'watch').changes).toEqual([
      { type: 'applied', object: '1@2', previous: '1@1', cause: 'watch' },
    ]);
    expect([cache.get('n/a'), cache.size]).toEqual(['1@2', 1]);
  });

  it.each([
    ['watch', true],
    ['list', false],
  ] as const)('tells a recreated object (%s) as deleted, then applied', (cause, observed) => {
    const cache = createObjectCache<string>();
    cache.apply(seen('a', '1', '1'), 'list');
    expect(cache.apply(seen('a', '2', '5'), cause).changes).toEqual([
      { type: 'deleted', object: '1@1', observed },
      { type: 'applied', object: '2@5', cause },
    ]);
  });

  it('keeps what could be read last of an object that cannot be read, and tells once that it cannot', () => {
    const cache = createObjectCache<string>();
    cache.apply(seen('a', '1', '1'), 'list');
    const outcome = cache.apply(unreadable('a', '1', '2'), 'watch');
    expect(outcome).toMatchObject({ changes: [], unreadable: { name: 'a', resourceVersion: '2' } });
    expect(cache.apply(unreadable('a', '1', '2'), 'list')).toEqual({ changes: [] });
    expect(cache.get('n/a')).toBe('1@1');
    expect(cache.apply(seen('a', '1', '3'), 'watch').changes).toMatchObject([{ type: 'applied', previous: '1@1' }]);
  });

  it('lets go of the old object when the unreadable one is another', () => {
    const cache = createObjectCache<string>();
    cache.apply(seen('a', '1', '1'), 'list');
    expect(cache.apply(unreadable('a', '2', '2'), 'watch').changes).toEqual([
      { type: 'deleted', object: '1@1', observed: true },
    ]);
    expect([cache.get('n/a'), cache.size, [...cache.known()]]).toEqual([undefined, 0, ['n/a']]);
  });
});

describe('remove and drop', () => {
  it('tell the last state, once', () => {
    const cache = createObjectCache<string>();
    cache.apply(seen('a', '1', '1'), 'list');
    cache.apply(seen('b', '2', '1'), 'list');
    expect(cache.remove(seen('a', '1', '7')).changes).toEqual([{ type: 'deleted', object: '1@7', observed: true }]);
    expect(cache.drop('n/b').changes).toEqual([{ type: 'deleted', object: '2@1', observed: false }]);
    expect(cache.drop('n/b').changes).toEqual([]);
    expect(cache.size).toBe(0);
  });

  it('fall back on what is known when the last state cannot be read', () => {
    const cache = createObjectCache<string>();
    cache.apply(seen('a', '1', '1'), 'list');
    expect(cache.remove(unreadable('a', '1', '2')).changes).toMatchObject([{ object: '1@1' }]);
    cache.apply(unreadable('b', '2', '1'), 'list');
    expect(cache.remove(unreadable('b', '2', '2')).changes).toEqual([]);
    expect([...cache.known()]).toEqual([]);
  });

  it('of an earlier object leave the one that has its name now', () => {
    const cache = createObjectCache<string>();
    cache.apply(seen('a', '2', '5'), 'watch');
    expect(cache.remove(seen('a', '1', '4')).changes).toEqual([]);
    expect(cache.get('n/a')).toBe('2@5');
  });
});

it('counts and walks over readable objects alone', () => {
  const cache = createObjectCache<string>();
  cache.apply(seen('a', '1', '1'), 'list');
  cache.apply(unreadable('b', '2', '1'), 'list');
  expect([cache.size, [...cache.keys()], [...cache.values()], [...cache.known()]]).toEqual([
    1,
    ['n/a'],
    ['1@1'],
    ['n/a', 'n/b'],
  ]);
  cache.apply(seen('b', '2', '2'), 'watch');
  expect(cache.size).toBe(2);
  cache.drop('n/b');
  expect(cache.size).toBe(1);
});

it('tells which keys are touched, until nobody listens', () => {
  const cache = createObjectCache<string>();
  const touched: string[] = [];
  const end = cache.onTouch((key) => touched.push(key));
  cache.apply(seen('a', '1', '1'), 'list');
  cache.apply(seen('a', '1', '1'), 'list');
  cache.remove(seen('a', '1', '2'));
  end();
  cache.apply(seen('b', '1', '1'), 'list');
  expect(touched).toEqual(['n/a', 'n/a']);
});
