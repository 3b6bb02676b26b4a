import { Command } from 'commander';
import type { Exit } from './options.ts';

export function sandboxCommand(exit: Exit): Command {
  return new Command('sandbox').action(() => exit(0));
}
