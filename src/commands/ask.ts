import { createInterface } from 'node:readline/promises';
import { PlainError } from './plain-error.ts';

/**
 * Asks a question that only "y" or "yes" answers with yes.
 *
 * @param yes - `--yes`: nobody is asked
 * @throws PlainError where nobody could answer
 */
export async function confirmed(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) {
    throw new PlainError('Nothing was changed: there is no terminal to ask at. Give --yes to go ahead without asking.');
  }
  // On standard error: what is printed on standard output may be read by a program.
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // Where the input just ends, as a terminal does that is gone, readline leaves the question open.
  const ended = new AbortController();
  lines.once('close', () => ended.abort());
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal: ended.signal });
    return /^y(?:es)?$/i.test(answer.trim());
  } catch {
    // The input ended, or Ctrl-C was pressed.
    return false;
  } finally {
    lines.close();
  }
}
