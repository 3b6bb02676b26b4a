import { setTimeout as wait } from 'node:timers/promises';
import { discrepancies } from './compare.ts';
import { perform, tellDeed } from './deeds.ts';
import { listModels, type Model, markNow, type Observation, observe } from './observe.ts';
import type { Printer } from './printer.ts';
import type { Scene, Step } from './scene.ts';
import type { Stage } from './stage.ts';

/** How often it is looked whether a step came out, in milliseconds. */
const LOOK_EVERY_MS = 20;

export interface StoryOptions {
  scenes: readonly Scene[];
  stage: Stage;
  printer: Printer;
  /** For reading, after each scene, in milliseconds. */
  pauseMs: number;
  /** How long a step may take to come out as told, in milliseconds. */
  deadlineMs: number;
  signal: AbortSignal;
}

export interface StoryResult {
  scenes: number;
  /** Scenes that came out as told. */
  asTold: number;
  events: number;
  /** Of the time that was not for reading, in milliseconds. */
  tookMs: number;
}

/**
 * Plays the scenes in their order; ends at the first that does not come out as told, since the next ones build upon it.
 * Throws when the controller ends by itself, and the signal's reason when it is aborted.
 */
export async function playStory(options: StoryOptions): Promise<StoryResult> {
  const { scenes, stage, printer, pauseMs, signal } = options;
  const result: StoryResult = { scenes: scenes.length, asTold: 0, events: 0, tookMs: 0 };
  const knownIds = new Set<string>();
  let models: readonly Model[] = await listModels(stage);
  for (const [at, scene] of scenes.entries()) {
    const begun = performance.now();
    printer.scene(at + 1, scenes.length, scene);
    const outcome = await playScene(scene, options, knownIds);
    result.events += outcome.events;
    result.tookMs += performance.now() - begun;
    printer.models(models, outcome.models);
    ({ models } = outcome);
    if (!outcome.isAsTold) return result;
    result.asTold += 1;
    if (at + 1 < scenes.length) await wait(pauseMs, undefined, { signal });
  }
  return result;
}

async function playScene(scene: Scene, options: StoryOptions, knownIds: Set<string>) {
  const { stage, printer } = options;
  let events = 0;
  for (const step of scene.steps) {
    printer.deed(tellDeed(step.deed, stage));
    const { seen, problems } = await playStep(step, options, knownIds);
    for (const { id } of seen.models) knownIds.add(id);
    events += seen.events.length;
    printer.events(seen.events);
    if (problems.length > 0) {
      printer.failed(problems);
      return { isAsTold: false, events, models: seen.models };
    }
    if (step.told) printer.told(step.told);
  }
  return { isAsTold: true, events, models: await listModels(stage) };
}

/** Does what is to be done, and looks until all is as told, or the time is up. */
async function playStep(
  { deed, expected }: Step,
  { stage, deadlineMs, signal }: StoryOptions,
  knownIds: ReadonlySet<string>,
): Promise<{ seen: Observation; problems: string[] }> {
  const mark = await markNow(stage);
  const deadline = performance.now() + deadlineMs;
  await perform(deed, stage);
  for (;;) {
    const seen = await Promise.race([observe(stage, mark), stage.failure]);
    const problems = discrepancies(expected, seen, knownIds);
    if (problems.length === 0 || performance.now() > deadline) return { seen, problems };
    await wait(LOOK_EVERY_MS, undefined, { signal });
  }
}
