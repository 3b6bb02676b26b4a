import { readFile } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { startBed } from '../../bed/index.ts';

/**
 * One bed of the level *kserve* for all tests of this folder. With the environment's `BED`, a file of what `npm run bed -- --kserve --json` prints, it
 * is that bed, which goes on afterwards.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const file = process.env.BED;
  if (file) {
    project.provide('bed', JSON.parse(await readFile(file, 'utf8')));
    return async () => undefined;
  }
  const bed = await startBed({ kserve: true });
  project.provide('bed', bed.coordinates);
  return () => bed.stop();
}
