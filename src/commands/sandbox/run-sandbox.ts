import type { Logger } from '../../telemetry/index.ts';
import { follow } from './follow.ts';
import { hintsFor, printHints } from './look-around.ts';
import { createPrinter, type Output, type Printer } from './printer.ts';
import type { Scene } from './scene.ts';
import { scenes as story } from './scenes.ts';
import { openStage, type Stage, type StageOptions } from './stage.ts';
import { playStory, type StoryResult } from './story.ts';

/** Far longer than a step takes on a busy machine. */
const DEADLINE_MS = 15_000;

export interface SandboxOptions extends Omit<StageOptions, 'log'> {
  log: Logger;
  output: Output;
  /** Ends after the story. */
  once: boolean;
  /** For reading, after each scene, in milliseconds. */
  pauseMs: number;
  /** How a user calls this program, for the lines that are printed. */
  program: string;
  signal: AbortSignal;
  /** Another story than the usual one. */
  scenes?: readonly Scene[];
  /** How long a step may take to come out as told, in milliseconds. */
  deadlineMs?: number;
}

/**
 * Plays the story between in-memory servers, and stays up after it unless told otherwise.
 *
 * @returns the exit code: 1 where a scene did not come out as told, or `once` was interrupted
 * @throws ConfigError, ListenError: a port is taken
 */
export async function runSandbox(options: SandboxOptions): Promise<number> {
  const { output, once, signal, ports, listen, log } = options;
  const printer = createPrinter(output);
  const stage = await openStage({ ports, listen, log });
  try {
    introduce(printer, stage);
    const result = await play(options, stage, printer);
    if (result) summarise(printer, result);
    if (!once && !signal.aborted) {
      printHints(printer, hintsFor(stage, options.program));
      await follow(stage, printer, signal);
    }
    if (!result) return once ? 1 : 0;
    return result.asTold === result.scenes ? 0 : 1;
  } finally {
    await stage.close();
    if (!once || signal.aborted) {
      printer.say('');
      printer.say(`Stopped; ${stage.folder} is removed.`);
    }
  }
}

function introduce(printer: Printer, { kubernetes, litellm, controllerUrl, folder }: Stage): void {
  printer.heading('model-registrar sandbox');
  printer.say(
    'An in-memory Kubernetes API and LiteLLM on this machine, the real controller between them; users and KServe are played. Each scene shows what is done, the Events that the controller wrote about it, and then the models that LiteLLM serves: + new, ~ changed, - gone.',
  );
  printer.say('');
  printer.facts([
    ['Kubernetes', kubernetes.url],
    ['LiteLLM', litellm.url],
    ['controller', controllerUrl],
    ['files', folder],
  ]);
}

/** Undefined where it was interrupted. */
async function play(
  { scenes = story, pauseMs, deadlineMs = DEADLINE_MS, signal }: SandboxOptions,
  stage: Stage,
  printer: Printer,
): Promise<StoryResult | undefined> {
  try {
    return await playStory({ scenes, stage, printer, pauseMs, deadlineMs, signal });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

function summarise(printer: Printer, { scenes, asTold, events, tookMs }: StoryResult): void {
  printer.heading('Summary');
  const seconds = (tookMs / 1000).toFixed(1);
  if (asTold < scenes) {
    printer.failed([`Scene ${asTold + 1} of ${scenes}; the others were not played.`]);
    return;
  }
  printer.good(`All ${scenes} scenes came out as told, in ${seconds} s without the pauses for reading.`);
  printer.good(
    `${events} Events told what the controller did, and the model that was added by hand was never touched.`,
  );
}
