import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from '../../support/wait.ts';
import { optionsOf } from '../replayed.ts';
import { milliseconds, percentile, type Row, seconds } from '../row.ts';
import { startMeasured } from '../tools/measured.ts';
import { startReplay } from '../tools/replay.ts';

const OBJECTS = 100;
const ROUNDS = 5;
const COMMANDS = join(import.meta.dirname, '..', '..', '..', 'src', 'commands', 'index.ts');

/** From the start of the process to its first write, on an empty LiteLLM. */
export const start: Row = {
  name: 'start',
  title: `start to first write, ${OBJECTS} objects`,
  async run() {
    const toWrite: number[] = [];
    const node: number[] = [];
    const imports: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      node.push(await timeOf(['--eval', '0']));
      imports.push(await timeOf([COMMANDS]));
      const replay = await startReplay({ count: OBJECTS, registered: OBJECTS, size: 'small' });
      const program = startMeasured(optionsOf(replay));
      const firstWriteAt = await until(
        'something is written',
        async () => (await replay.counts()).firstWriteAt,
        30_000,
      );
      toWrite.push(firstWriteAt - program.startedAt);
      await program.stop();
      await replay.close();
    }
    const median = (times: number[]) => percentile(0.5, times);
    return {
      how: `The median of ${ROUNDS} starts; lists are made before and sent by another process, LiteLLM is the sandbox's.`,
      figures: [
        {
          what: 'start of the process → first POST at LiteLLM',
          value: seconds(median(toWrite)),
          bar: '≤ 2 s',
          met: median(toWrite) <= 2_000,
        },
        { what: 'of these: Node itself (`node --eval 0`)', value: milliseconds(median(node)) },
        { what: 'of these: our imports', value: milliseconds(median(imports) - median(node)) },
        { what: 'what is left', value: milliseconds(median(toWrite) - median(imports)) },
      ],
    };
  },
};

async function timeOf(args: string[]): Promise<number> {
  const from = performance.now();
  await once(spawn(process.execPath, args, { stdio: 'ignore' }), 'exit');
  return performance.now() - from;
}
