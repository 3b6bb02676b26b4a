import type { Word } from './shell-words.ts';

/** A flag as it was given last. */
export interface Flag {
  /** As written, for messages. */
  written: string;
  /** What follows it up to the next flag, or what follows its `=`. */
  values: Word[];
  /** Its place on the command line: of two flags for one setting the later one counts. */
  at: number;
}

/** All flags of a command line, by name with dashes (`max_model_len` is `max-model-len`); of a repeated one the last. */
export function readFlags(words: readonly Word[]): ReadonlyMap<string, Flag> {
  const flags = new Map<string, Flag>();
  let open: Flag | undefined;
  for (const [at, word] of words.entries()) {
    const [, written, value] = /^(--?[A-Za-z][\w.-]*)(?:=([\s\S]*))?$/.exec(word.text) ?? [];
    if (!written) {
      open?.values.push(word);
      continue;
    }
    const flag: Flag = { written, values: value === undefined ? [] : [{ ...word, text: value }], at };
    flags.set(written.replace(/^--?/, '').replaceAll('_', '-'), flag);
    open = value === undefined ? flag : undefined;
  }
  return flags;
}

/** Of several flags for one setting the one that was given last. */
export function lastFlag(flags: ReadonlyMap<string, Flag>, names: readonly string[]): Flag | undefined {
  return names
    .map((name) => flags.get(name))
    .reduce((last, flag) => (flag && (!last || flag.at > last.at) ? flag : last), undefined);
}
