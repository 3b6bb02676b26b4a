import { describe, expect, it } from 'vitest';
import { CallLog } from '../../../src/sandbox/calls.ts';

describe('the call log', () => {
  it('counts by operation, and all', () => {
    const calls = new CallLog();
    calls.record('list', 'GET', '/a');
    calls.record('list', 'GET', '/b').status = 200;
    calls.record('new', 'POST', '/c');
    expect(calls.count()).toBe(3);
    expect(calls.count('list')).toBe(2);
    expect(calls.count('never')).toBe(0);
    expect(calls.counts()).toEqual({ list: 2, new: 1 });
    expect(calls.list('list').map(({ path, status }) => [path, status])).toEqual([
      ['/a', undefined],
      ['/b', 200],
    ]);
  });

  it('begins anew when it is cleared', () => {
    const calls = new CallLog();
    calls.record('list', 'GET', '/a');
    calls.clear();
    expect(calls.count()).toBe(0);
    expect(calls.list()).toEqual([]);
  });

  it('keeps counting when it forgets old calls', () => {
    const calls = new CallLog();
    for (let call = 0; call < 25_000; call += 1) calls.record('list', 'GET', `/${call}`);
    expect(calls.count('list')).toBe(25_000);
    expect(calls.list().length).toBeLessThanOrEqual(20_000);
    expect(calls.list().at(-1)?.path).toBe('/24999');
  });
});
