import { describe, expect, it } from 'vitest';
import { judgeCourse, type Usage } from '../../soak/flat.ts';

const MIB = 1024 * 1024;
const usage = (more: Partial<Usage> = {}): Usage => ({
  rss: 150 * MIB,
  heap: 30 * MIB,
  resources: 20,
  files: 30,
  ...more,
});
const run = (at: (index: number) => Partial<Usage>): Usage[] =>
  Array.from({ length: 90 }, (_, index) => usage(at(index)));
const notFlat = (samples: Usage[]): string[] => judgeCourse(samples).flatMap((one) => (one.isFlat ? [] : [one.what]));

describe('judgeCourse', () => {
  it('finds flat what grows at first, and what varies about a mean', () => {
    expect(notFlat(run((index) => ({ rss: (100 + Math.min(index, 30) * 2) * MIB })))).toEqual([]);
    expect(notFlat(run((index) => ({ heap: (30 + (index % 7)) * MIB, files: 30 + (index % 5) })))).toEqual([]);
  });

  it('finds each figure that goes on growing', () => {
    expect(notFlat(run((index) => ({ rss: (100 + index) * MIB })))).toEqual(['rss']);
    expect(notFlat(run((index) => ({ heap: (30 + index / 10) * MIB })))).toEqual(['heap']);
    expect(notFlat(run((index) => ({ resources: 20 + index / 5 })))).toEqual(['resources']);
    expect(notFlat(run((index) => ({ files: 30 + index / 5 })))).toEqual(['files']);
  });

  it('finds nothing flat in a run that was too short to tell', () => {
    expect(notFlat([usage()])).toEqual(['rss', 'heap', 'resources', 'files']);
  });
});
