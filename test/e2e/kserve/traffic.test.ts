import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../bed/index.ts';
import { latencyTable, type Phase } from '../phases.ts';
import { failures } from '../steady-calls.ts';
import { podsOf } from './calls.ts';
import { vllm } from './models.ts';
import { openPlay } from './play.ts';
import { openStage, type Stage } from './stage.ts';

/** How long nothing happens beside the calls, to compare with: a minute by hand (`QUIET_SECONDS=60`). */
const QUIET_MS = Number(process.env.QUIET_SECONDS ?? 15) * 1000;

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage.close());

test('28: a namespace rolls an update of its models: 20 calls a second through LiteLLM are all answered, each once, and none by a pod that had gone', async () => {
  const play = await openPlay(stage, 'rolled');
  await play.apply({ spec: vllm({ args: ['--max-model-len=4096'] }) });
  await play.rolledOut(1);
  await play.answered();
  const host = `rolled-predictor.${play.namespace}.svc.cluster.local`;
  const arrived = async () =>
    (await stage.bed.gatewayCalls()).filter((call) => call.host === host && call.method === 'POST');
  const before = (await arrived()).length;
  const caller = play.chat(20);
  const phases: Phase[] = [];
  const phase = async (what: string, deed: () => Promise<unknown>): Promise<void> => {
    const from = Date.now();
    await deed();
    phases.push({ what, from, to: Date.now() });
  };

  await phase('quiet', () =>
    waitFor('the quiet time is over', () => Date.now() - (caller.made[0]?.at ?? Date.now()) > QUIET_MS, {
      withinMs: 2 * QUIET_MS,
    }),
  );
  const goneAt = new Map<string, number>();
  for (const tokens of [8192, 16384]) {
    const word = `--max-model-len=${tokens}`;
    const [old] = podsOf(caller.made.slice(-1));
    await phase(`rolled to ${word}`, async () => {
      await play.apply({ spec: vllm({ args: [word] }) });
      await play.rolledOut(1, word);
      if (old) goneAt.set(old, Date.now());
      const isSo = async () => (await stage.gateway.model(play.model)).model_info.max_tokens === tokens;
      await waitFor(`LiteLLM shows ${tokens} tokens`, isSo, { withinMs: 60_000 });
      const since = caller.made.length;
      await waitFor('the new pod answers', () => caller.made.length > since + 20, { withinMs: 60_000 });
    });
  }

  const made = await caller.stop();
  console.info(`\n${latencyTable(phases, made)}\n`);
  expect(failures(made)).toEqual([]);
  expect(podsOf(made)).toHaveLength(3);
  expect(goneAt.size).toBe(2);
  expect(made.filter(({ pod = '', at }) => at > (goneAt.get(pod) ?? Number.POSITIVE_INFINITY))).toEqual([]);
  expect((await arrived()).length - before).toBe(made.length);
});
