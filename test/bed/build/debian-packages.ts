import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BedError, run } from '../base/index.ts';
import { cached, type Progress } from './cache.ts';

/** A tool that comes in Debian's packages. */
export interface DebianTool {
  name: string;
  packages: readonly string[];
  /** The program within the packages. */
  path: string;
}

/**
 * The folder with the contents of the packages, which are neither installed nor started, so that nothing of the machine changes.
 * Throws BedError `tool-missing` with the remedy.
 */
export async function unpacked({ name, packages, path }: DebianTool, progress: Progress): Promise<string> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const remedy = `Put ${name} on PATH, for example by "apt-get install -y ${packages.join(' ')}".`;
  return cached(
    {
      name: `debian-${name}`,
      what: name,
      inputs: [],
      async build(folder) {
        // apt-get downloads into the folder where it runs, as a user who may not write there: root does.
        const download = () =>
          run('apt-get', ['download', '-q', '-o', 'APT::Sandbox::User=root', ...packages], { env, cwd: folder });
        // Without lists of packages, as on a new machine, there is nothing to download.
        const bring = async () => {
          await run('apt-get', ['update', '-q'], { env });
          await download();
        };
        await download()
          .catch(bring)
          .catch((error: Error) => {
            throw new BedError('tool-missing', `A test needs ${name}: ${error.message}. ${remedy}`);
          });
        const archives = (await readdir(folder)).filter((file) => file.endsWith('.deb'));
        if (archives.length < packages.length)
          throw new BedError('tool-missing', `"apt-get download ${packages.join(' ')}" did not bring all. ${remedy}`);
        for (const archive of archives) await run('dpkg-deb', ['-x', archive, '.'], { cwd: folder });
      },
      async works(folder) {
        await run(join(folder, path), ['--version'], { env: libraryPath(folder) });
        return true;
      },
    },
    progress,
  );
}

/** The environment in which a program out of unpacked packages finds its libraries. */
export function libraryPath(folder: string): NodeJS.ProcessEnv {
  const libraries = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((machine) => join(folder, 'usr/lib', machine));
  return { ...process.env, LD_LIBRARY_PATH: libraries.join(':') };
}
