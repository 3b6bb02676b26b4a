import { setTimeout as pause } from 'node:timers/promises';
import { optionsOf, replayed } from '../replayed.ts';
import type { Figure, Row } from '../row.ts';
import { megabytes } from '../row.ts';
import type { Stage } from '../stage.ts';
import { startMeasured } from '../tools/measured.ts';
import type { ObjectSize } from '../tools/objects.ts';
import { type Replay, startReplay } from '../tools/replay.ts';

const REGISTERED = 1_000;
const SIZES: readonly ObjectSize[] = ['small', 'large'];
const COUNTS = [1_000, 5_000, 20_000];
const BARS: Readonly<Record<number, number>> = { 1000: 160e6, 20000: 300e6 };
const SETTLE_MS = 15_000;
const RESYNC_MS = 5_000;

/** Resident memory of the program with so many objects. */
export const memory: Row = {
  name: 'memory',
  title: `memory, ${REGISTERED} of the objects registered`,
  async run(stage) {
    // Of this one only LiteLLM is used: a thousand rows take the real one minutes.
    const beside = await startReplay({ count: 0, registered: REGISTERED, size: 'small' });
    await stage.objects({ count: REGISTERED, registered: REGISTERED, size: 'small' });
    await replayed(beside, (await stage.bed()).kubernetes.kubeconfigPath);
    const figures: Figure[] = [];
    const series = [];
    for (const size of SIZES) {
      const points = [];
      for (const count of COUNTS) {
        await stage.objects({ count, registered: REGISTERED, size });
        const { bytes, figure } = await residentWith(stage, beside, count);
        figures.push(figure);
        points.push({ x: count, y: bytes / 1e6 });
      }
      series.push({ name: size === 'small' ? '1.2 to 2.8 KB an object' : '20 KB an object', points });
    }
    await beside.close();
    return {
      how: `Real kube-apiserver; LiteLLM is the sandbox's, its rows as large as the real one's (7 KB); ${REGISTERED} models are registered. Node runs as the image runs it. Seen ${SETTLE_MS / 1000} s after all objects were looked at, with a resync every ${RESYNC_MS / 1000} s meanwhile.`,
      figures,
      series,
    };
  },
};

async function residentWith(stage: Stage, beside: Replay, count: number): Promise<{ bytes: number; figure: Figure }> {
  const kubeconfig = (await stage.bed()).kubernetes.kubeconfigPath;
  const settings = { 'resync-interval': `${RESYNC_MS}ms` };
  const program = startMeasured({ ...optionsOf(beside), kubeconfig, settings });
  await program.logged('in step from here on', 120_000);
  await pause(SETTLE_MS);
  const { rss, rssPeak, heapUsed } = await program.usage();
  const average = await stage.averageSize();
  await program.stop();
  const bar = BARS[count];
  return {
    bytes: rss,
    figure: {
      what: `RSS with ${count} objects of ${(average / 1000).toFixed(1)} KB`,
      value: megabytes(rss),
      beside: `${megabytes(rssPeak)} at the highest, ${megabytes(heapUsed)} of heap in use`,
      ...(bar !== undefined && { bar: `≤ ${megabytes(bar)}`, met: rss <= bar }),
    },
  };
}
