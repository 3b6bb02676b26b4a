import { measured, replayed } from '../replayed.ts';
import { milliseconds, type Row, seconds } from '../row.ts';
import { readBare } from '../tools/bare-list.ts';
import { startReplay } from '../tools/replay.ts';

const OBJECTS = 20_000;
const REGISTERED = 1_000;

/** From the first page of the list to all objects projected, judged and planned; LiteLLM holds their rows already. */
export const firstList: Row = {
  name: 'first-list',
  title: `${OBJECTS} objects, ${REGISTERED} of them registered: first list`,
  async run() {
    const replay = await startReplay({ count: OBJECTS, registered: REGISTERED, size: 'small' });
    try {
      await replayed(replay);
      const bare = await readBare(replay.server);
      const { program, listedAt, inStepAt } = await measured(replay);
      const { longestBlockMs } = await program.usage();
      await program.stop();
      const took = inStepAt - listedAt;
      return {
        how: `Pages of 500 objects of ${(replay.objectBytes / 1000).toFixed(1)} KB, made before and sent by another process; LiteLLM is the sandbox's.`,
        figures: [
          {
            what: 'first page asked for → all projected and planned',
            value: seconds(took),
            beside: `${seconds(bare.tookMs)}: a bare loop that reads and parses the pages`,
            bar: '≤ 3 s',
            met: took <= 3_000,
          },
          {
            what: 'longest block of the event loop meanwhile',
            value: milliseconds(longestBlockMs),
            beside: `${milliseconds(bare.longestBlockMs)}: the bare loop`,
            bar: '≤ 50 ms',
            met: longestBlockMs <= 50,
          },
        ],
      };
    } finally {
      await replay.close();
    }
  },
};
