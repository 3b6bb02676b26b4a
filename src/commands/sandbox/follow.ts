import { setTimeout as wait } from 'node:timers/promises';
import { perform, tellDeed } from './deeds.ts';
import { eventsSince, latestEvent, listModels, type Model } from './observe.ts';
import type { Printer } from './printer.ts';
import type { Stage } from './stage.ts';

/** How often it is looked whether something changed, in milliseconds. */
const LOOK_EVERY_MS = 200;

/**
 * Shows what happens, until the signal is aborted: Events, and the model list when it changed. KServe is played all the
 * while: an object without a status becomes Ready. Throws when the controller ends by itself.
 */
export async function follow(stage: Stage, printer: Printer, signal: AbortSignal): Promise<void> {
  let version = latestEvent(stage);
  let models: readonly Model[] = await listModels(stage);
  while (!signal.aborted) {
    await playKServe(stage, printer);
    ({ version, models } = await Promise.race([showNews(stage, printer, version, models), stage.failure]));
    await wait(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function playKServe(stage: Stage, printer: Printer): Promise<void> {
  for (const { status, metadata } of stage.kubernetes.list('InferenceService')) {
    if (status !== undefined || metadata.deletionTimestamp !== undefined) continue;
    const object = { namespace: metadata.namespace ?? '', name: metadata.name };
    const deed = { kind: 'status', object, served: { ready: 'True', copies: 1 } } as const;
    printer.say('');
    printer.deed(tellDeed(deed, stage));
    await perform(deed, stage);
  }
}

async function showNews(stage: Stage, printer: Printer, since: number, before: readonly Model[]) {
  const models = await listModels(stage);
  const version = latestEvent(stage);
  const events = eventsSince(stage, since);
  if (events.length > 0) printer.say('');
  printer.events(events);
  if (JSON.stringify(models) !== JSON.stringify(before)) printer.models(before, models);
  return { version, models };
}
