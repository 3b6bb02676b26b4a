import type { Machine } from './machine.ts';

/** Something that happens; it gives back what is told of it, or undefined where there is nothing that it could happen to. */
export interface Operation {
  weight: number;
  act(machine: Machine): string | Promise<string> | undefined;
}
