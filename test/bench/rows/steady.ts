import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../support/wait.ts';
import { optionsOf, replayed } from '../replayed.ts';
import { milliseconds, type Row } from '../row.ts';
import { startMeasured } from '../tools/measured.ts';
import { type Replay, startReplay } from '../tools/replay.ts';

const MODELS = 1_000;
const RESYNCS = 10;
/** Ten resyncs at the default of a minute would take ten minutes: they come quicker here, and count as one a minute. */
const INTERVAL_MS = 5_000;
const DEFAULT_INTERVAL_MS = 60_000;
const IDLE_MS = 20_000;

/** Nothing happens: what that costs. */
export const steady: Row = {
  name: 'steady',
  title: `${MODELS} objects, all in step, ${RESYNCS} resyncs`,
  async run() {
    const replay = await startReplay({ count: MODELS, registered: MODELS, size: 'small' });
    try {
      await replayed(replay);
      const idle = await idleCpu(replay);
      const { cpuMs, lists, others } = await resyncs(replay);
      const perResync = cpuMs / RESYNCS;
      const share = perResync / DEFAULT_INTERVAL_MS + idle;
      return {
        how: `Kubernetes' list was made before, LiteLLM is the sandbox's, its rows as large as the real one's (7 KB). Resyncs are ${INTERVAL_MS / 1000} s apart here; the share counts one a minute, the default, and what the program costs between them.`,
        figures: [
          {
            what: 'calls to LiteLLM',
            value: `${lists} lists, ${others} others`,
            bar: `${RESYNCS} lists, 0 others`,
            met: others === 0 && lists === RESYNCS,
          },
          {
            what: 'CPU time a resync',
            value: milliseconds(perResync),
            beside: `${milliseconds(await bareList(replay))}: a bare GET of the list, parsed`,
          },
          {
            what: 'CPU time, share of one core',
            value: `${(share * 100).toFixed(2)} %`,
            beside: `${(idle * 100).toFixed(2)} % of it between resyncs`,
            bar: '≤ 1 %',
            met: share <= 0.01,
          },
        ],
      };
    } finally {
      await replay.close();
    }
  },
};

async function resyncs(replay: Replay): Promise<{ cpuMs: number; lists: number; others: number }> {
  const options = optionsOf(replay);
  const program = startMeasured({ ...options, settings: { 'resync-interval': `${INTERVAL_MS}ms` } });
  await program.logged('in step from here on');
  const before = (await replay.counts()).litellm;
  const listed = async () => ((await replay.counts()).litellm.list ?? 0) - (before.list ?? 0);
  await program.quiet();
  await until('ten resyncs are over', async () => (await listed()) >= RESYNCS, 4 * RESYNCS * INTERVAL_MS);
  // The last one is counted with what follows from it.
  await pause(INTERVAL_MS / 2);
  const { cpuMs } = await program.usage();
  const after = (await replay.counts()).litellm;
  await program.stop();
  const lists = (after.list ?? 0) - (before.list ?? 0);
  return { cpuMs, lists, others: total(after) - total(before) - lists };
}

function total(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** What the program costs between two resyncs, as a share of one core. */
async function idleCpu(replay: Replay): Promise<number> {
  const program = startMeasured({ ...optionsOf(replay), settings: { 'resync-interval': '1h' } });
  await program.logged('in step from here on');
  // What its start has left to do.
  await pause(3_000);
  await program.quiet();
  await pause(IDLE_MS);
  const { cpuMs } = await program.usage();
  await program.stop();
  return cpuMs / IDLE_MS;
}

async function bareList({ litellmUrl, masterKey }: Replay): Promise<number> {
  const list = async () => {
    const answer = await fetch(`${litellmUrl}/model/info`, { headers: { authorization: `Bearer ${masterKey}` } });
    await answer.json();
  };
  await list();
  const before = process.cpuUsage();
  for (let turn = 0; turn < RESYNCS; turn += 1) await list();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / RESYNCS;
}
