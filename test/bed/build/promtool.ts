import { join } from 'node:path';
import { which } from '../base/index.ts';
import type { Progress } from './cache.ts';
import { type DebianTool, unpacked } from './debian-packages.ts';

/** Debian's package of Prometheus holds it; installed, it would start a server. */
const PROMTOOL: DebianTool = { name: 'promtool', packages: ['prometheus'], path: 'usr/bin/promtool' };

/** The path of promtool: that on PATH, else one out of Debian's package, which is not installed. Throws BedError `tool-missing`. */
export async function needPromtool(progress: Progress): Promise<string> {
  return (await which('promtool')) ?? join(await unpacked(PROMTOOL, progress), PROMTOOL.path);
}
