import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type SandboxLiteLlm, startLiteLlm } from '../../../src/sandbox/index.ts';
import { until } from '../../support/wait.ts';
import { type Controller, type Stage, startStage } from './harness.ts';

let stage: Stage;
let gpu: SandboxLiteLlm;
let folder: string;

beforeEach(async () => {
  [stage, gpu, folder] = await Promise.all([
    startStage(),
    startLiteLlm({ reloadMilliseconds: 50 }),
    mkdtemp(join(tmpdir(), 'model-registrar-')),
  ]);
});

afterEach(async () => {
  await stage.close();
  await gpu.stop();
  await rm(folder, { recursive: true });
});

/** Nothing is noticed by a resync: there is none while a test lasts. */
const NO_RESYNC = { 'resync-interval': '10m', settle: '0s' };

/** A move waits for the list of where it goes. */
const OFTEN = { 'resync-interval': '500ms', settle: '0s' };

async function start(settings: Record<string, unknown> = {}): Promise<Controller> {
  const [key, config] = [join(folder, 'key'), join(folder, 'config.yaml')];
  await writeFile(key, gpu.masterKey);
  await writeFile(config, stringify({ litellms: [{ name: 'gpu', url: gpu.url, 'key-file': key }] }));
  return stage.start(settings, config);
}

const namesIn = (litellm: SandboxLiteLlm): string =>
  litellm
    .rows()
    .map(({ model_name }) => model_name)
    .sort()
    .join();
const stand = (here: string, there: string) =>
  until(`"${here}" here and "${there}" there`, () => namesIn(stage.litellm) === here && namesIn(gpu) === there, 5_000);

test('an object goes from where it came from when the list of where it goes was read since, there and back', async () => {
  await start(OFTEN);
  stage.serve({ name: 'moving', annotations: { enabled: 'true' } });
  await stand('moving', '');
  stage.serve({ name: 'moving', annotations: { litellm: 'gpu' } });
  await stand('', 'moving');
  stage.serve({ name: 'moving', annotations: { litellm: 'default' } });
  await stand('moving', '');
});

test('an object that is deleted while it moves goes at both', async () => {
  await start({ ...NO_RESYNC, settle: '1h' });
  stage.serve({ name: 'moving', annotations: { enabled: 'true' } });
  await stand('moving', '');
  stage.serve({ name: 'moving', annotations: { litellm: 'gpu' } });
  await stand('moving', 'moving');
  stage.remove('moving');
  await stand('', '');
});

test('an object that changes its mind while it moves stays, and what was made there goes', async () => {
  await start({ ...OFTEN, settle: '2s' });
  stage.serve({ name: 'moving', annotations: { enabled: 'true' } });
  await stand('moving', '');
  const [before] = stage.litellm.rows();
  stage.serve({ name: 'moving', annotations: { litellm: 'gpu' } });
  await stand('moving', 'moving');
  stage.serve({ name: 'moving', annotations: { enabled: 'true', notes: 'back' } });
  await until('it is kept in step', () => stage.litellm.rows()[0]?.model_info.notes === 'back');
  await stand('moving', '');
  // The very same row: it was there all the while.
  expect(stage.litellm.rows()[0]).toMatchObject({ model_id: before?.model_id, created_at: before?.created_at });
});

test('lines say which LiteLLM they are about, and the start names all of them', async () => {
  const { logs, url } = await start();
  stage.serve({ name: 'there', annotations: { litellm: 'gpu' } });
  await stand('', 'there');
  const line = (message: string) =>
    until(`"${message}" is logged`, () =>
      logs.map((one) => JSON.parse(one) as Record<string, unknown>).find(({ msg }) => msg === message),
    );
  expect(await line('started')).toMatchObject({ litellms: { gpu: gpu.url } });
  expect(await line('model changed in LiteLLM')).toMatchObject({ litellm: 'gpu', model: 'there' });
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain('model_registrar_litellm_requests_total{litellm="gpu",operation="create",code="200"} 1\n');
  expect(metrics).not.toContain('{litellm="default",operation="create"');
});
