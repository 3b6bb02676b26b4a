import { until } from '../../support/wait.ts';
import { measured, replayed } from '../replayed.ts';
import { milliseconds, type Row } from '../row.ts';
import { readBareWatch } from '../tools/bare-list.ts';
import { startReplay } from '../tools/replay.ts';

const OBJECTS = 20_000;
const REGISTERED = 1_000;
const EVENTS = 20_000;

/** Changes of statuses that mean nothing to us: how fast they are through, and what they bring about. */
export const quietEvents: Row = {
  name: 'quiet-events',
  title: `${EVENTS} MODIFIED events that change nothing for us`,
  async run() {
    const replay = await startReplay({ count: OBJECTS, registered: REGISTERED, size: 'small' });
    try {
      await replayed(replay);
      const bareMs = await readBareWatch(replay, EVENTS);
      const { program } = await measured(replay);
      await program.reset();
      const { at } = await replay.burst(EVENTS);
      const ended = await until(
        'the change after the burst is written',
        async () => {
          const counts = await replay.counts();
          return counts.lastWriteAt === undefined ? undefined : { ...counts, at: counts.lastWriteAt };
        },
        60_000,
      );
      const { longestBlockMs } = await program.usage();
      await program.stop();
      const rate = (EVENTS / (ended.at - at)) * 1000;
      const { new: made = 0, search: lookedUp = 0, ...others } = ended.litellm;
      const calls = made - 1 + Math.max(0, lookedUp - 2) + Object.values(others).reduce((sum, count) => sum + count, 0);
      return {
        how: `One event an object, ${(replay.objectBytes / 1000).toFixed(1)} KB each, made before and sent by another process, and after them one new object: its row in LiteLLM (the sandbox's) tells that all before it were read.`,
        figures: [
          {
            what: 'events a second',
            value: `${Math.round(rate)}`,
            beside: `${Math.round((EVENTS / bareMs) * 1000)}: a bare loop that parses each line`,
            bar: '≥ 15 000',
            met: rate >= 15_000,
          },
          { what: 'calls to LiteLLM that they bring about', value: `${calls}`, bar: '0', met: calls === 0 },
          { what: 'longest block of the event loop meanwhile', value: milliseconds(longestBlockMs) },
        ],
      };
    } finally {
      await replay.close();
    }
  },
};
