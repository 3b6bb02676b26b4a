import { expect, test } from 'vitest';
import { findOutInTime } from '../../../src/commands/find-out-in-time.ts';

test('what is found out in time needs no word', async () => {
  expect(await findOutInTime({ findOut: () => Promise.resolve() })).toEqual([]);
});

test('what is not holds up nobody, and is told', async () => {
  const never = new Promise<void>(() => undefined);
  expect(await findOutInTime({ findOut: () => never }, 5)).toEqual([expect.stringContaining('run it again')]);
});
