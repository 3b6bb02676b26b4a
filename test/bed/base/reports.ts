import { z } from 'zod';
import { coordinatesSchema } from './coordinates.ts';
import { BED_ERROR_CODES } from './errors.ts';

/** What the keeper tells the process that started it: one JSON line each on its standard output. */
export const reportSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('step'), text: z.string() }),
  z.object({ kind: z.literal('built') }),
  z.object({ kind: z.literal('ready'), coordinates: coordinatesSchema }),
  z.object({ kind: z.literal('failed'), message: z.string(), code: z.enum(BED_ERROR_CODES) }),
]);

export type Report = z.infer<typeof reportSchema>;
