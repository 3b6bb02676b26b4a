import type { Row } from '../row.ts';
import { seconds } from '../row.ts';
import type { Stage } from '../stage.ts';
import { addBare } from '../tools/bare-rows.ts';

const MODELS = 500;
const CHANGED = 'model changed in LiteLLM';

/** All at once, on a LiteLLM that has none: ours against a loop that does nothing but post. */
export const onboard: Row = {
  name: 'onboard',
  title: `onboard ${MODELS} models on an empty LiteLLM`,
  async run(stage) {
    const first = await ours(stage);
    const bare = await bareLoop(stage);
    const share = first.tookMs / bare.tookMs;
    return {
      how: 'Real LiteLLM, PostgreSQL and kube-apiserver; each on an emptied database. Ours counts from the end of the imports, the reading of all objects with it.',
      figures: [
        {
          what: `${MODELS} Ready objects → all of them rows in LiteLLM`,
          value: seconds(first.tookMs),
          beside: `${seconds(bare.tookMs)}: a bare sequential loop of ${MODELS} \`POST /model/new\``,
        },
        { what: 'ours, by the bare loop', value: share.toFixed(2), bar: '≤ 1.10', met: share <= 1.1 },
      ],
      series: [
        { name: 'model-registrar', points: first.points },
        { name: 'bare loop', points: bare.points },
      ],
    };
  },
};

interface Course {
  tookMs: number;
  /** Models, and the seconds until they were there. */
  points: { x: number; y: number }[];
}

async function ours(stage: Stage): Promise<Course> {
  await stage.emptied();
  await stage.objects({ count: MODELS, registered: MODELS, size: 'small' });
  const program = await stage.start();
  const from = Date.parse((await program.logged('started')).time);
  const times = await program.loggedTimes(CHANGED, MODELS, 240_000);
  await program.stop();
  const rows = await stage.rows();
  if (rows !== MODELS) throw new Error(`there are ${rows} rows`);
  return courseOf(times.map((time) => time - from));
}

async function bareLoop(stage: Stage): Promise<Course> {
  await stage.emptied();
  const { litellm } = await stage.bed();
  const from = performance.now();
  const times: number[] = [];
  for (let index = 0; index < MODELS; index += 1) {
    await addBare(litellm, index);
    times.push(performance.now() - from);
  }
  return courseOf(times);
}

/** Every 25th. */
function courseOf(times: readonly number[]): Course {
  const points = times.flatMap((time, index) => ((index + 1) % 25 === 0 ? [{ x: index + 1, y: time / 1000 }] : []));
  return { tookMs: times.at(-1) ?? Number.NaN, points: [{ x: 0, y: 0 }, ...points] };
}
