import { z } from 'zod';
import { confirmCommand } from '../controller/index.ts';
import type { Judgement } from '../registration/index.ts';
import { paint } from './output.ts';

/** Deletes that are held, as documents have them. */
export const HeldDeletes = z.strictObject({
  models: z.int().describe('How many models would go.'),
  of: z.int().describe('How many there are.'),
  hash: z.string().describe('Names exactly this set of deletes.'),
  confirm: z.string().describe('The command that carries them out.'),
});
export type HeldDeletes = z.output<typeof HeldDeletes>;

/** What is held by this judgement; undefined where nothing is. */
export function heldDeletes({ takeOuts, owned, hash, held }: Judgement): HeldDeletes | undefined {
  return held ? { models: takeOuts.length, of: owned, hash, confirm: confirmCommand(hash) } : undefined;
}

/** For people, in red where standard output is a terminal. */
export function heldLine({ models, of, confirm }: HeldDeletes): string {
  const what = `${models} of ${of} models would go, though nobody saw their objects go: that is held`;
  return paint('red', `! ${what}. To confirm it, with the settings of this command: ${confirm}`);
}
