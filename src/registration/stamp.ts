import { z } from 'zod';
import type { Json } from './registration.ts';

/** The key of the ownership mark in LiteLLM's `model_info`. One nested object, since LiteLLM's PATCH replaces such a one whole. */
export const STAMP_KEY = 'model_registrar';

const time = z.iso.datetime();

const Stamp = z.object({
  /** The installation that made the row; rows of another owner are never changed. */
  owner: z.string().min(1),
  /** `kind/namespace/name` of the object that the row stands for. */
  source: z.string().min(1),
  uid: z.string(),
  /** Digest of all that was written, hidden values included. */
  hash: z.string(),
  /** The keys that we set (`params.…`, `info.…`): what is not among them belongs to others. */
  keys: z.array(z.string()),
  generation: z.int().positive(),
  /** When the entry was first registered; it outlives replacements, and the older one keeps a contested name. */
  since: time,
  /** When this very row was made: an older row may go `settle` later. */
  created: time,
  /** True while `blocked` was set by us, and not by an administrator. */
  blockedByUs: z.boolean().optional(),
  /** True where the row stays when what it stands for is no longer listed. */
  retain: z.boolean().optional(),
});

/** The ownership mark that every row of ours carries: all state that must survive a restart. */
export type Stamp = z.output<typeof Stamp>;

/** Reads the mark from a row's `model_info`; undefined where there is none or it is damaged, and the row then counts as foreign. */
export function readStamp(info: Record<string, Json>): Stamp | undefined {
  const parsed = Stamp.safeParse(info[STAMP_KEY]);
  return parsed.success ? parsed.data : undefined;
}
