import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BedError, run, which } from '../base/index.ts';
import { cached, type Progress, type Thing } from './cache.ts';

/** Debian's package of Prometheus holds it; installed, it would start a server. */
const PACKAGE = 'prometheus';

const REMEDY = `Put promtool on PATH, for example by "apt-get install -y ${PACKAGE}".`;

const PROMTOOL: Thing = {
  name: 'promtool',
  what: 'promtool',
  inputs: [],
  async build(folder) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    // apt-get downloads into the folder where it runs, as a user who may not write there: root does.
    const download = () =>
      run('apt-get', ['download', '-q', '-o', 'APT::Sandbox::User=root', PACKAGE], { env, cwd: folder });
    // Without lists of packages, as on a new machine, there is nothing to download.
    const bring = async () => {
      await run('apt-get', ['update', '-q'], { env });
      await download();
    };
    await download()
      .catch(bring)
      .catch((error: Error) => {
        throw new BedError('tool-missing', `The tests of alerts need promtool: ${error.message}. ${REMEDY}`);
      });
    const archive = (await readdir(folder)).find((name) => name.endsWith('.deb'));
    if (archive === undefined)
      throw new BedError('tool-missing', `"apt-get download ${PACKAGE}" brought no package. ${REMEDY}`);
    await run('dpkg-deb', ['-x', archive, '.'], { cwd: folder });
  },
  async works(folder) {
    await run(binaryIn(folder), ['--version']);
    return true;
  },
};

/** The path of promtool: that on PATH, else one out of Debian's package, which is not installed. Throws BedError `tool-missing`. */
export async function needPromtool(progress: Progress): Promise<string> {
  return (await which('promtool')) ?? binaryIn(await cached(PROMTOOL, progress));
}

function binaryIn(folder: string): string {
  return join(folder, 'usr/bin/promtool');
}
