import type { TestProject } from 'vitest/node';
import { type BedCoordinates, startBed } from '../bed/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the bed's servers are: `attachBed(inject('bed'))`. */
    bed: BedCoordinates;
  }
}

/** One bed for all end-to-end tests of a run; it ends with the run, however that ends. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const bed = await startBed();
  project.provide('bed', bed.coordinates);
  return () => bed.stop();
}
