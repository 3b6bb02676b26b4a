import { describe, expect, it } from 'vitest';
import { createTimeSlice, yieldToLoop } from '../../../src/json/time-slice.ts';

describe('createTimeSlice', () => {
  it('is over every 10 ms', () => {
    let time = 0;
    const isOver = createTimeSlice(() => time);
    const seen = [0, 9, 10, 11, 19, 20, 45, 46].map((at) => {
      time = at;
      return isOver();
    });
    expect(seen).toEqual([false, false, true, false, false, true, true, false]);
  });

  it('is followed by a turn of all others', async () => {
    const turns: string[] = [];
    setImmediate(() => turns.push('another'));
    await yieldToLoop();
    expect(turns).toEqual(['another']);
  });
});
