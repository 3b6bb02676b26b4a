import { setTimeout as pause } from 'node:timers/promises';
import type { OwnBed } from '../../bed/index.ts';
import { until } from '../../support/wait.ts';
import { milliseconds, type Row } from '../row.ts';
import type { Stage } from '../stage.ts';
import { registered } from '../tools/registered.ts';

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
  async run(stage) {
    await registered(stage, MODELS);
    const bed = await stage.bed();
    const proxy = await bed.startProxy();
    const idle = await idleCpu(stage);
    const program = await stage.start({ 'litellm-url': proxy.url, 'resync-interval': `${INTERVAL_MS}ms` });
    await program.logged('in step from here on');
    await program.reset();
    const before = lists(proxy.counts());
    await until('ten resyncs are over', () => lists(proxy.counts()) >= before + RESYNCS, 4 * RESYNCS * INTERVAL_MS);
    const others = Object.entries(proxy.counts()).filter(([call]) => call !== LIST);
    const { cpuMs } = await program.usage();
    await program.stop();
    const perResync = cpuMs / RESYNCS;
    const share = perResync / DEFAULT_INTERVAL_MS + idle;
    const bare = await bareList(bed.litellm);
    const calls = others.reduce((sum, [, count]) => sum + count, 0);
    return {
      how: `Real LiteLLM, PostgreSQL and kube-apiserver. Resyncs are ${INTERVAL_MS / 1000} s apart here; the share counts one a minute, the default, and what the program costs while nothing happens.`,
      figures: [
        {
          what: 'calls to LiteLLM',
          value: `${lists(proxy.counts()) - before} lists, ${calls} others`,
          bar: '10 lists, 0 others',
          met: calls === 0 && lists(proxy.counts()) - before === RESYNCS,
        },
        {
          what: 'CPU time a resync',
          value: milliseconds(perResync),
          beside: `${milliseconds(bare)}: a bare GET of the list, parsed`,
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
  },
};

const LIST = 'GET /model/info';

function lists(counts: Record<string, number>): number {
  return counts[LIST] ?? 0;
}

/** What the program costs between two resyncs, as a share of one core. */
async function idleCpu(stage: Stage): Promise<number> {
  const program = await stage.start({ 'resync-interval': '1h' });
  await program.logged('in step from here on');
  // What its start has left to do.
  await pause(3_000);
  await program.reset();
  await pause(IDLE_MS);
  const { cpuMs } = await program.usage();
  await program.stop();
  return cpuMs / IDLE_MS;
}

async function bareList(litellm: OwnBed['litellm']): Promise<number> {
  await litellm.request('GET', '/model/info');
  const before = process.cpuUsage();
  for (let turn = 0; turn < RESYNCS; turn += 1) await litellm.request('GET', '/model/info');
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / RESYNCS;
}
