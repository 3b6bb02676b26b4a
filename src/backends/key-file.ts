import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { sentKeyProblem } from '../registration/index.ts';
import type { EntryKey } from '../sources/index.ts';

/**
 * Reads the key of a backend from its file. What was read before, from that very file, stays where it cannot be read, or holds no key, now.
 *
 * @param hmacKey - LiteLLM's own key: without it nobody can find out from the version which key it is of
 * @param kept - told why what was known before goes on to count; undefined where there is no reason to
 */
export async function readKeyFile(
  file: string | undefined,
  before: EntryKey,
  hmacKey: () => Promise<string>,
  kept?: (why: string | undefined) => void,
): Promise<EntryKey> {
  if (file === undefined) return { state: 'none' };
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const value = text?.trim();
  const problem = value === undefined ? 'cannot be read' : sentKeyProblem(value);
  if (value === undefined || problem) {
    const why = `the key file ${file} ${problem}`;
    if (before.state !== 'known') return { state: 'unknown', why };
    kept?.(why);
    return before;
  }
  kept?.(undefined);
  if (before.state === 'known' && before.value === value) return before;
  const secret = await hmacKey().catch(() => undefined);
  if (!secret) return before.state === 'known' ? before : { state: 'unknown', why: 'LiteLLM’s own key cannot be read' };
  const version = createHmac('sha256', secret).update(value).digest('hex').slice(0, 16);
  return { state: 'known', value, version };
}
