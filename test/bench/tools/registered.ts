import { until } from '../../support/wait.ts';
import type { Stage } from '../stage.ts';

/** Sees to it that so many objects are there and LiteLLM holds a row of each; with further objects beside them that are not ours. */
export async function registered(stage: Stage, models: number): Promise<void> {
  if ((await stage.rows()) > models) await stage.emptied();
  await stage.objects({ count: models, registered: models, size: 'small' });
  if ((await stage.rows()) === models) return;
  const program = await stage.start();
  await until('all rows are made', async () => (await stage.rows()) >= models, 400_000);
  await program.stop();
}
