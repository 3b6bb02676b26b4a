import { join } from 'node:path';
import { which } from '../base/index.ts';
import type { Progress } from './cache.ts';
import { type DebianTool, libraryPath, unpacked } from './debian-packages.ts';

const SHELLS = {
  fish: { name: 'fish', packages: ['fish', 'fish-common', 'libpcre2-32-0'], path: 'usr/bin/fish' },
  zsh: { name: 'zsh', packages: ['zsh', 'zsh-common'], path: 'bin/zsh' },
} as const satisfies Record<string, DebianTool>;

/** A shell, and the environment that it needs. */
export interface Shell {
  path: string;
  env: NodeJS.ProcessEnv;
  /** The folder of packages that it is out of; undefined where it is installed. */
  folder?: string;
}

/** That on PATH, else one out of Debian's packages, which are not installed. Throws BedError `tool-missing`. */
export async function needShell(name: keyof typeof SHELLS, progress: Progress): Promise<Shell> {
  const installed = await which(name);
  if (installed !== undefined) return { path: installed, env: process.env };
  const folder = await unpacked(SHELLS[name], progress);
  return { path: join(folder, SHELLS[name].path), env: libraryPath(folder), folder };
}
