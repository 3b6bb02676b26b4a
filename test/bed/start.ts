import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { attachBed, type Bed } from './attach.ts';
import { type BedCoordinates, BedError, type BedOptions, bedSettingsSchema, reportSchema } from './base/index.ts';

export interface StartOptions extends BedOptions {
  /** Where the steps of building and starting are told, with the time since the start. Default: standard error. */
  onProgress?: (line: string) => void;
}

/** A bed that this process started. */
export interface OwnBed extends Bed {
  /** Ends every server and removes the bed's folder. */
  stop(): Promise<void>;
  /** Resolves when the bed has ended, by `stop` or by itself. */
  readonly ended: Promise<void>;
}

interface Keeper {
  coordinates: BedCoordinates | undefined;
  stop(): Promise<void>;
  ended: Promise<void>;
}

const KEEPER = join(import.meta.dirname, 'keeper', 'main.ts');

/**
 * Starts etcd, kube-apiserver with KServe's CRDs, PostgreSQL and LiteLLM on free ports of loopback; builds first what the cache lacks
 * (minutes). All of it ends with `stop()`, and when this process ends in any way.
 * Throws BedError when a tool is missing, a build or a start fails.
 */
export async function startBed(options: StartOptions = {}): Promise<OwnBed> {
  const keeper = await startKeeper(options);
  if (keeper.coordinates === undefined)
    throw new BedError('start-failed', 'The keeper of the bed built it and did not start it.');
  const bed = attachBed(keeper.coordinates);
  const stop = async (): Promise<void> => {
    await bed.close();
    await keeper.stop();
  };
  return { ...bed, stop, ended: keeper.ended };
}

/** Builds what the cache lacks and starts nothing. Throws BedError when a tool is missing or a build fails. */
export async function buildBed(options: StartOptions = {}): Promise<void> {
  const keeper = await startKeeper({ ...options, buildOnly: true });
  await keeper.ended;
}

async function startKeeper(options: StartOptions): Promise<Keeper> {
  const started = performance.now();
  const { onProgress = (line) => process.stderr.write(`${line}\n`), ...rest } = options;
  const settings = bedSettingsSchema.parse(rest);
  // A session of its own: Ctrl-C reaches this process, which then ends the keeper in order.
  const child = spawn(process.execPath, [KEEPER, JSON.stringify(settings)], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let folder: string | undefined;
  const ended = once(child, 'exit').then(async () => {
    // A keeper that was killed leaves its folder.
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });
  const stop = (): Promise<void> => {
    child.ref();
    child.stdin.end();
    return ended;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const report = reportSchema.parse(JSON.parse(line));
    if (report.kind === 'failed') throw new BedError(report.code, report.message);
    if (report.kind === 'built') return { coordinates: undefined, stop, ended };
    if (report.kind === 'step') {
      onProgress(`[bed ${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s] ${report.text}`);
      continue;
    }
    // Nobody need wait for the bed: when this process has nothing else to do it ends, and the bed with it.
    child.unref();
    child.stdout.destroy();
    if (child.stdin instanceof Socket) child.stdin.unref();
    folder = report.coordinates.folder;
    return { coordinates: report.coordinates, stop, ended };
  }
  throw new BedError('start-failed', 'The keeper of the bed ended before the bed was ready.');
}
