import type { Command } from 'commander';
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import { programWords } from './words.ts';
import { zshCompletion } from './zsh.ts';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

export type Shell = keyof typeof SCRIPTS;

/** The shells there is a completion for. */
export const SHELLS = Object.keys(SCRIPTS) as Shell[];

/** The completion script of a program for a shell. */
export function completionScript(shell: Shell, program: Command): string {
  const { name, commands } = programWords(program);
  return SCRIPTS[shell](name, commands);
}
