import { randomInt } from 'node:crypto';
import { test } from 'vitest';
import { createPlay } from '../../support/model/machine.ts';
import { startStage } from '../controller/harness.ts';
import { startControllers } from './controllers.ts';

/**
 * Operations at random, and then LiteLLM must be as the reference model says. `SEED=… npx vitest run --project integration test/integration/model`
 * plays the operations of one seed again; what comes between them is up to the machine, so that it may take some tries.
 */
const ROUNDS = 25;
const OPERATIONS_A_ROUND = 20;

const given = Number(process.env.SEED ?? Number.NaN);
const seedOf = (): number => (Number.isInteger(given) ? given : randomInt(2 ** 31));

test.concurrent.each([
  { what: 'one controller, and two LiteLLM replicas that lag', replicas: 1, litellms: 2, seed: seedOf() },
  { what: 'one controller and one LiteLLM', replicas: 1, litellms: 1, seed: seedOf() },
  { what: 'one controller and one LiteLLM, once more', replicas: 1, litellms: 1, seed: seedOf() },
  { what: 'two controllers of which one leads', replicas: 2, litellms: 1, seed: seedOf() },
])('whatever happens, LiteLLM ends as the model says: $what (SEED=$seed)', { timeout: 240_000 }, async (setup) => {
  const stage = await startStage({ litellm: { replicas: setup.litellms, reloadMilliseconds: 40 } });
  stage.kubernetes.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ours' } });
  const controllers = await startControllers(stage, setup);
  try {
    const play = createPlay({ seed: setup.seed, controllers, kubernetes: stage.kubernetes, litellm: stage.litellm });
    for (let round = 0; round < ROUNDS; round += 1) await play.round(OPERATIONS_A_ROUND);
  } finally {
    await controllers.close();
    await stage.close();
  }
});
