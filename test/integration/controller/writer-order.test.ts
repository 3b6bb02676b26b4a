import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../support/wait.ts';
import { type Stage, startStage } from './harness.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await startStage();
});

afterEach(() => stage.close());

const MODELS = 500;
const name = (index: number): string => `model-${index}`;
const annotations = { enabled: 'true' };
const idOf = (model: string): string | undefined =>
  stage.litellm.rows().find(({ model_name }) => model_name === model)?.model_id;

/** The writes that LiteLLM got, in the order in which they came. */
const writes = () => stage.litellm.calls.list().filter(({ method }) => method !== 'GET');

/** How many writes came after `from` of them, before the first that `isIt` says yes to; undefined while none has come. */
function ahead(from: number, isIt: (operation: string) => boolean): number | undefined {
  const index = writes()
    .slice(from)
    .findIndex(({ operation }) => isIt(operation));
  return index === -1 ? undefined : index;
}

function slowWrites(): void {
  for (const on of ['new', 'update', 'delete']) {
    stage.litellm.faults.inject({ on, effect: { kind: 'delay', milliseconds: 25 }, times: Number.POSITIVE_INFINITY });
  }
}

function serveMany(names: (index: number) => string = name): void {
  for (let index = 0; index < MODELS; index += 1) {
    stage.serve({ name: name(index), annotations: { ...annotations, 'model-name': names(index) } });
  }
}

/** Starts the controller with 500 models to register, each write taking a while, and waits until it is in the midst of it. */
async function onboard(): Promise<void> {
  serveMany();
  slowWrites();
  await stage.start({ 'resync-interval': '1m' });
  await until('it is in the midst of it', () => writes().length > 40);
}

test('during the onboarding of 500 models deletes and fresh ones reach LiteLLM within two writes', async () => {
  await onboard();
  const seen: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const gone = stage.litellm.rows()[round]?.model_name ?? '';
    const from = writes().length;
    stage.remove(gone);
    seen.push(await until('it is deleted', () => ahead(from, (operation) => operation === 'delete')));

    const fresh = `fresh-${round}`;
    const before = stage.litellm.rows().length;
    stage.serve({ name: fresh, annotations });
    await until('it is there', () => idOf(fresh));
    // Rows stand in the order in which they were made; that of the write in hand counts too.
    seen.push(stage.litellm.rows().findIndex(({ model_name }) => model_name === fresh) - before);
  }
  for (const count of seen) expect(count).toBeLessThanOrEqual(2);
  expect(writes().length).toBeLessThan(MODELS);
});

test('500 new ones of three names each, all told by the watch, keep no deletion from a worker', async () => {
  stage.serve({ name: 'old', annotations });
  slowWrites();
  const { url } = await stage.start({ 'resync-interval': '1m' });
  await until('the old one is there', () => idOf('old'));
  serveMany((index) => `${name(index)},second-${index},third-${index}`);
  // Each that is in hand has three writes to wait for, in turn with the others.
  await until('the watch has told of all', async () => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    return Number(/^model_registrar_queue_depth (\d+)$/m.exec(metrics)?.[1]) > MODELS - 50;
  });
  const from = writes().length;
  stage.remove('old');
  expect(await until('it is deleted', () => ahead(from, (operation) => operation === 'delete'))).toBeLessThanOrEqual(2);
});

test('a model whose own row waits to be made and that is deleted then does not wait for that, and never comes', async () => {
  await onboard();
  // Those that wait in the writer's queue come next.
  const next = stage.litellm.rows().length;
  const leaving = [next + 3, next + 5, next + 6].map(name);
  for (const gone of leaving) stage.remove(gone);
  await until('others have been made', () => stage.litellm.rows().length > next + 20);
  expect(leaving.filter((gone) => idOf(gone))).toEqual([]);
  expect(stage.litellm.calls.list('delete')).toEqual([]);
});

test('an edit of a model whose own row waits to be made is in the row from the start, and ahead of the others', async () => {
  await onboard();
  const next = stage.litellm.rows().length;
  const edited = name(next + 6);
  stage.serve({ name: edited, annotations: { ...annotations, 'max-model-len': '4096' } });
  const from = writes().length;
  await until('it is there', () => idOf(edited));
  const row = stage.litellm.rows().find(({ model_name }) => model_name === edited);
  expect(row?.model_info.max_tokens).toBe(4096);
  expect(writes().length - from).toBeLessThanOrEqual(3);
  expect(stage.litellm.calls.list('update')).toEqual([]);
});
