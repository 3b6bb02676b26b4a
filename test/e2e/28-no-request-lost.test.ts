import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ModelServer, waitFor } from '../bed/index.ts';
import type { ShownModel } from './gateway.ts';
import { latencyTable, type Phase } from './phases.ts';
import { leaderOf, startPair } from './replicas.ts';
import { openScene, type Scene } from './scene.ts';
import { type Caller, callSteadily, failures } from './steady-calls.ts';

/** How long nothing happens beside the calls, to compare with: a minute by hand (`QUIET_SECONDS=60`). */
const QUIET_MS = Number(process.env.QUIET_SECONDS ?? 15) * 1000;
/** A phase is over when so many calls were made in it, at the earliest. */
const LEAST_CALLS = 60;
const OTHERS = 200;
/** Of a second: beyond that the machine is too busy for the pace, and a queue would grow in which everything times out. The table tells how many were made. */
const MOST_OPEN = 20;
/** A write takes LiteLLM 0.1 s beside the calls, and more on a busy machine. Looks are few, so that they take nothing from it. */
const PATIENT = { withinMs: 120_000, everyMs: 300 };

let scene: Scene;
let caller: Caller;
const servers: ModelServer[] = [];
const phases: Phase[] = [];
/** Calls of the test itself, beside the caller's. */
let others = 0;

beforeAll(async () => {
  scene = await openScene();
});

afterAll(async () => {
  const made = await caller?.stop();
  // Also where the test failed: then it tells when.
  console.info(`\n${latencyTable(phases, made ?? [])}\n${failures(made ?? []).join('\n')}`);
  await scene.close();
});

const chat = 'chat';
const wish = (annotations: Record<string, string>) => ({
  name: 'model',
  annotations: { 'model-name': chat, ...annotations },
});
const longer = (tokens: number) => ({ 'max-model-len': `${tokens}` });

test('28: 20 calls a second are all answered while the model, the controllers and LiteLLM’s rows change, and none reaches a server that had stopped', async () => {
  const proxy = await scene.bed.startProxy();
  const first = await scene.controller({ litellmUrl: proxy.url });
  servers.push(await scene.serve(wish({ ...longer(4096), 'litellm-params': 'rpm: 60000' })));
  await waitFor('the model is answered', async () => (await asked(chat)) === 200, PATIENT);
  caller = callSteadily(scene.gateway, chat, MOST_OPEN);
  // The first calls load parts of LiteLLM: they count, and are no measure.
  await phase('the first calls', async () => undefined);
  await phase('quiet', () => waitFor('the quiet time is over', over(QUIET_MS), { withinMs: 2 * QUIET_MS }));

  await phase('max length edited', async () => {
    await scene.apply(wish({ ...longer(8192), 'litellm-params': 'rpm: 60000' }));
    await lengthIs(8192);
  });
  const [before] = await rowsOf(chat);
  await phase('rpm removed', async () => {
    proxy.forget();
    await scene.apply(wish(longer(8192)));
    await waitFor(
      'the old row is gone',
      async () => (await idsOf(chat)).join() === `${before?.model_info.id}.2`,
      PATIENT,
    );
  });
  // The new row was made, and answered for, before the old one was taken out.
  const order = (): string[] => {
    const writes = proxy.calls.filter(({ method, status }) => method !== 'GET' && status === 200);
    return writes.map(({ template }) => template).filter((one) => /new|delete/.test(one));
  };
  // The row is gone a moment before LiteLLM answers that it is.
  await waitFor('the delete is answered', () => order().includes('/model/delete'), PATIENT);
  expect(order()).toEqual(['/model/new', '/model/delete']);
  await phase('a second name added', async () => {
    await scene.apply(wish({ ...longer(8192), 'model-name': `${chat},second` }));
    await waitFor('the second name is answered', async () => (await asked('second')) === 200, PATIENT);
  });
  await phase('the controller killed and restarted', async () => {
    await first.kill();
    await scene.apply(wish({ ...longer(4096), 'model-name': `${chat},second` }));
    const again = await scene.controller();
    await lengthIs(4096);
    await again.stop();
  });
  await phase('the leader killed', async () => {
    const [leader, other] = await startPair(scene);
    await leader.kill();
    await scene.apply(wish({ ...longer(8192), 'model-name': `${chat},second` }));
    await leaderOf([other], PATIENT.withinMs);
    await lengthIs(8192);
  });
  await phase('the row edited by hand', async () => {
    const [id = ''] = await idsOf(chat);
    await scene.gateway.edit(id, { model_info: { id, max_tokens: 1 } });
    await lengthIs(8192);
  });
  await phase(`${OTHERS} other models`, async () => {
    const names = Array.from({ length: OTHERS }, (_, index) => `other-${index + 1}`);
    await Promise.all(
      names.map(async (name) => {
        await scene.apply({ name, annotations: { 'model-name': name } });
        await scene.setStatus({ name });
      }),
    );
    const shown = async () => (await scene.gateway.models()).filter((row) => row.model_name.startsWith('other-'));
    await waitFor('LiteLLM serves all of them', async () => (await shown()).length === OTHERS, {
      ...PATIENT,
      withinMs: 300_000,
    });
  });
  await phase('a second server joins, and goes', secondServer);

  const made = await caller.stop();
  expect(failures(made)).toEqual([]);
  expect(made.length).toBeGreaterThan(phases.length * LEAST_CALLS);
  // LiteLLM tried none a second time, so that nothing was hidden by that.
  expect(servers.flatMap(({ calls }) => calls).length).toBe(made.length + others);
  expect(servers.flatMap(({ calls }) => calls.filter(({ status }) => status !== 200))).toEqual([]);
}, 600_000);

/** Another object with the same public name: LiteLLM shares the calls out. Its server stops when its row is gone, as pods do that end in order. */
async function secondServer(): Promise<void> {
  const server = await scene.serve({ name: 'twin', annotations: { 'model-name': chat } });
  servers.push(server);
  await waitFor('the second server answers too', () => server.calls.length > LEAST_CALLS / 4, PATIENT);
  await scene.remove('twin');
  await waitFor('its row is gone', async () => (await rowsOf(chat)).length === 1, PATIENT);
  const goneAt = Date.now();
  await waitFor('the calls that were under way are answered', () => (caller.oldestOpen() ?? goneAt) >= goneAt, PATIENT);
  // It goes on counting what it refuses.
  server.failWith(503);
}

async function phase(what: string, deed: () => Promise<unknown>): Promise<void> {
  const from = Date.now();
  await deed();
  const made = () => caller.made.filter(({ at }) => at >= from).length;
  await waitFor(`there were enough calls: ${what}`, () => made() >= LEAST_CALLS, PATIENT);
  phases.push({ what, from, to: Date.now() });
}

async function lengthIs(tokens: number): Promise<void> {
  const isSo = async () => {
    const rows = await rowsOf(chat);
    return rows.length > 0 && rows.every((row) => row.model_info.max_tokens === tokens);
  };
  await waitFor(`LiteLLM shows ${tokens} tokens`, isSo, PATIENT);
}

async function rowsOf(name: string): Promise<ShownModel[]> {
  return (await scene.gateway.models()).filter((row) => row.model_name === name);
}

async function idsOf(name: string): Promise<string[]> {
  return (await rowsOf(name)).map((row) => row.model_info.id);
}

/** Asks once, and gives the status. */
async function asked(model: string): Promise<number> {
  const { status } = await scene.gateway.chat(model);
  if (status === 200) others += 1;
  return status;
}

function over(ms: number): () => boolean {
  const begun = performance.now();
  return () => performance.now() - begun > ms;
}
