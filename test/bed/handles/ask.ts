import { z } from 'zod';
import { type BedCoordinates, BedError, type Operation } from '../base/index.ts';

export type Ask = (operation: Operation) => Promise<unknown>;

const answerSchema = z.object({ result: z.unknown().optional(), error: z.string().optional() });

/** Asks the keeper of a bed to do something to its servers, over loopback. Throws BedError `control-failed` with its answer. */
export function createAsk(keeper: BedCoordinates['keeper']): Ask {
  return async (operation) => {
    const response = await fetch(keeper.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${keeper.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(operation),
    });
    const { result, error } = answerSchema.parse(await response.json());
    if (error !== undefined)
      throw new BedError('control-failed', `The bed could not do ${JSON.stringify(operation)}: ${error}`);
    return result;
  };
}
