/** Random operations for so long, with an eye on what the controller has in use. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createPlay } from '../support/model/machine.ts';
import { openSandboxPair } from '../support/sandbox-pair.ts';
import { startController } from './controller.ts';
import { judgeCourse, type Usage } from './flat.ts';

const USAGE = 'npm run soak -- [--minutes 30] [--seed N] [--objects N]';
const MIB = 1024 * 1024;
const OPERATIONS_A_ROUND = 20;
/** A modest rate, about ten operations a second: it is to run beside other work. */
const PAUSE_MS = 150;

const values = readFlags();
const minutes = whole('minutes', 30);
const seed = whole('seed', randomInt(2 ** 31));
const objects = whole('objects', 30);

console.log(`seed ${seed}, ${objects} objects, ${minutes} minutes`);
const pair = await openSandboxPair();
const { kubernetes, litellm } = pair;
const controller = startController(pair);
// The one whose memory is measured lives to the end: it is killed and restarted in the tests instead.
const controllers = { logs: () => controller.logs() };
const play = createPlay({ seed, objects, pauseMs: PAUSE_MS, kubernetes, litellm, controllers });
try {
  report(await soak());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await controller.stop();
  await pair.close();
}

async function soak(): Promise<Usage[]> {
  const samples: Usage[] = [];
  const started = performance.now();
  const passedMinutes = (): number => (performance.now() - started) / 60_000;
  let told = 0;
  while (passedMinutes() < minutes) {
    await play.round(OPERATIONS_A_ROUND);
    const usage = await controller.usage();
    samples.push(usage);
    if (passedMinutes() < told + 1) continue;
    told = Math.floor(passedMinutes());
    console.log(
      `${told} min: ${samples.length * OPERATIONS_A_ROUND} operations, ${litellm.rows().length} rows, ${inShort(usage)}`,
    );
  }
  console.log(
    `${samples.length * OPERATIONS_A_ROUND} operations, after each ${OPERATIONS_A_ROUND} LiteLLM was as it must be`,
  );
  return samples;
}

function readFlags(): { minutes?: string; seed?: string; objects?: string } {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ options: { minutes: text, seed: text, objects: text } }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\nUsage: ${USAGE}`);
    process.exit(2);
  }
}

function report(samples: Usage[]): void {
  for (const { what, middle, last, isFlat } of judgeCourse(samples)) {
    const shown = (value: number): string => (what === 'rss' || what === 'heap' ? mib(value) : `${value}`);
    console.log(
      `${what}: ${shown(middle)} in the middle third, ${shown(last)} in the last: ${isFlat ? 'flat' : 'NOT FLAT'}`,
    );
    if (!isFlat) process.exitCode = 1;
  }
}

function inShort({ rss, heap, resources, files }: Usage): string {
  return `RSS ${mib(rss)}, heap ${mib(heap)}, ${resources} resources, ${files} files`;
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

function whole(name: 'minutes' | 'seed' | 'objects', fallback: number): number {
  const given = values[name];
  if (given === undefined) return fallback;
  if (/^\d+$/.test(given) && Number(given) > 0) return Number(given);
  console.error(`--${name} must be a whole number above 0, but is "${given}".`);
  process.exit(2);
}
