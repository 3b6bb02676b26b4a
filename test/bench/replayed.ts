import { until } from '../support/wait.ts';
import { type Measured, type MeasuredOptions, startMeasured } from './tools/measured.ts';
import type { Replay } from './tools/replay.ts';

export function optionsOf({ kubeconfig, litellmUrl, keyFile }: Replay): MeasuredOptions {
  return { kubeconfig, litellmUrl, keyFile, ownerId: 'bench' };
}

/** Lets the program make the rows of all objects that are ours, and ends it. The objects may be another cluster's. */
export async function replayed(replay: Replay, kubeconfig = replay.kubeconfig): Promise<void> {
  const program = startMeasured({ ...optionsOf(replay), kubeconfig });
  await until('all rows are made', async () => (await replay.counts()).rows >= replay.registered, 120_000);
  await program.stop();
}

/** Starts the program on what it has made before, and waits until all was looked at. Blocks of the event loop count from the end of its imports. */
export async function measured(replay: Replay): Promise<{ program: Measured; listedAt: number; inStepAt: number }> {
  const program = startMeasured(optionsOf(replay));
  await program.logged('started');
  await program.reset();
  const inStep = await program.logged('in step from here on');
  const { listedAt } = await replay.counts();
  return { program, listedAt, inStepAt: Date.parse(inStep.time) };
}
