import { z } from 'zod';
import { confirmCommand } from '../controller/index.ts';
import type { Judgement } from '../registration/index.ts';
import { paint } from './output.ts';

/** The LiteLLM that something is about, as documents have it. */
export const InLiteLlm = z.string().describe('The name of the LiteLLM: default, or one of the section litellms.');

/** Deletes that are held, as documents have them. */
export const HeldDeletes = z.strictObject({
  models: z.int().describe('How many models would go.'),
  of: z.int().describe('How many there are.'),
  hash: z.string().describe('Names exactly this set of deletes.'),
  confirm: z.string().describe('The command that carries them out.'),
  litellm: InLiteLlm,
});
export type HeldDeletes = z.output<typeof HeldDeletes>;

/** What is held at each LiteLLM, as documents tell it: `held` is that of the first, which mostly is the only one. */
export function allHeld(judgements: readonly { litellm: string; judgement: Judgement | undefined }[]): {
  held?: HeldDeletes;
  alsoHeld?: HeldDeletes[];
} {
  const [held, ...alsoHeld] = judgements.flatMap(({ litellm, judgement }) => {
    return (judgement && heldDeletes(litellm, judgement)) ?? [];
  });
  return { ...(held && { held }), ...(alsoHeld.length > 0 && { alsoHeld }) };
}

/** What is held by this judgement; undefined where nothing is. */
function heldDeletes(litellm: string, { takeOuts, owned, hash, held }: Judgement): HeldDeletes | undefined {
  return held ? { models: takeOuts.length, of: owned, hash, confirm: confirmCommand(hash), litellm } : undefined;
}

/** For people, in red where standard output is a terminal. @param several - where it has to be said which LiteLLM it is */
export function heldLine({ models, of, confirm, litellm }: HeldDeletes, several: boolean): string {
  const where = several ? ` in LiteLLM ${litellm}` : '';
  const what = `${models} of ${of} models${where} would go, though nobody saw their objects go: that is held`;
  return paint('red', `! ${what}. To confirm it, with the settings of this command: ${confirm}`);
}
