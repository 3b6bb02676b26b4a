import { z } from 'zod';
import { BedError, run, runStep } from '../base/index.ts';
import type { Progress } from './cache.ts';
import { needGo } from './tools.ts';

export interface GoBuild {
  /** The folder of the module; it may be read-only. */
  source: string;
  package: string;
  output: string;
  logFile: string;
  progress: Progress;
  /** What the linker sets: `path.name=value`. */
  set?: readonly string[];
}

/** A Go module as its proxy serves it, with the checksum of its contents. */
export interface GoModule {
  path: string;
  version: string;
  /** As in go.sum. */
  sum: string;
}

const downloadSchema = z.object({ Dir: z.string(), Sum: z.string() });

/** Builds one program. Throws BedError when Go is missing or the build fails. */
export async function goBuild(wanted: GoBuild): Promise<void> {
  const go = await needGo(wanted.progress);
  const set = (wanted.set ?? []).map((each) => `-X ${each}`);
  await runStep({
    command: go,
    args: [
      'build',
      '-mod=readonly',
      '-trimpath',
      '-buildvcs=false',
      '-ldflags',
      ['-s', '-w', ...set].join(' '),
      '-o',
      wanted.output,
      wanted.package,
    ],
    cwd: wanted.source,
    logFile: wanted.logFile,
  });
}

/** The folder of a module's sources, downloaded first where Go has them not. Throws BedError where they are not what they were. */
export async function goModule(module: GoModule, progress: Progress): Promise<string> {
  const go = await needGo(progress);
  const name = `${module.path}@${module.version}`;
  const { stdout } = await run(go, ['mod', 'download', '-json', name], { cwd: import.meta.dirname });
  const { Dir, Sum } = downloadSchema.parse(JSON.parse(stdout));
  if (Sum === module.sum) return Dir;
  throw new BedError('build-failed', `${name} has the checksum ${Sum}, not ${module.sum}: do not trust it.`);
}
