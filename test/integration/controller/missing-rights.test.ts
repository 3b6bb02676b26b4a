import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../support/wait.ts';
import { type Stage, startStage } from './harness.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await startStage();
});

afterEach(() => stage.close());

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const ALWAYS = Number.POSITIVE_INFINITY;

/** The API server says to each question that this may not be done. */
const denyAll = () =>
  stage.kubernetes.faults.inject({
    path: REVIEWS,
    times: ALWAYS,
    effect: { kind: 'status', status: 201, body: { status: { allowed: false } } },
  });

const missing = async (url: string): Promise<string[]> =>
  (await (await fetch(`${url}/metrics`)).text()).match(/^model_registrar_rights_missing\{.*$/gm) ?? [];

test('rights that are missing at the start are named in the log and as a metric, and the rest goes on', async () => {
  denyAll();
  const controller = await stage.start();
  stage.serve({ name: 'qwen', annotations: { enabled: 'true' } });
  await until('it is registered', () => stage.litellm.rows().length === 1);
  const lines = await until('they are named', () => {
    const found = controller.logs.filter((line) => line.includes('a right is missing'));
    return found.some((line) => line.includes('clusterservingruntimes')) && found;
  });
  expect(lines.filter((line) => line.includes('"verb":"watch","resource":"inferenceservices"'))).toHaveLength(1);
  expect(lines.join('')).toContain('kubectl apply -k manifests/default');
  await until('it is a figure', async () => (await missing(controller.url)).length === lines.length);
  expect(await missing(controller.url)).toContain(
    'model_registrar_rights_missing{verb="watch",resource="inferenceservices"} 1',
  );
});

test('an API server that does not answer the question holds nothing up', async () => {
  stage.kubernetes.faults.inject({ path: REVIEWS, times: ALWAYS, effect: { kind: 'hang' } });
  const controller = await stage.start();
  stage.serve({ name: 'qwen', annotations: { enabled: 'true' } });
  await until('it is registered', () => stage.litellm.rows().length === 1);
  expect(await missing(controller.url)).toEqual([]);
});

test('a source that turns forbidden is asked about, and its models stay', async () => {
  const controller = await stage.start();
  stage.serve({ name: 'qwen', annotations: { enabled: 'true' } });
  await until('it is registered', () => stage.litellm.rows().length === 1);
  // Three for the source, two for Events, three for each of two related kinds.
  const answered = () => stage.kubernetes.calls.list().filter(({ path, status }) => path === REVIEWS && status === 201);
  await until('all was asked at the start', () => answered().length === 11);
  expect(await missing(controller.url)).toEqual([]);
  denyAll();
  const refusals = stage.kubernetes.faults.inject({
    on: 'watch inferenceservices',
    times: 1,
    effect: { kind: 'status', status: 403 },
  });
  stage.kubernetes.watches.cut();
  await until('it is a figure', async () => (await missing(controller.url)).length > 0);
  expect(refusals.hits).toBe(1);
  expect(stage.litellm.rows()).toHaveLength(1);
});
