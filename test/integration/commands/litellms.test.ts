import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ListDocument } from '../../../src/commands/list/index.ts';
import { PlanDocument } from '../../../src/commands/plan-output.ts';
import { type SandboxLiteLlm, startLiteLlm } from '../../../src/sandbox/index.ts';
import { inferenceService, status, type Wish } from '../../support/inference-services.ts';
import { type Bench, openBench } from './program.ts';

let bench: Bench;
let gpu: SandboxLiteLlm;
let folder: string;

beforeEach(async () => {
  [bench, gpu, folder] = await Promise.all([
    openBench(),
    startLiteLlm({ reloadMilliseconds: 50 }),
    mkdtemp(join(tmpdir(), 'model-registrar-')),
  ]);
  await writeFile(join(folder, 'key'), gpu.masterKey);
  await listed();
});

afterEach(async () => {
  await Promise.all([bench.close(), gpu.stop()]);
  await rm(folder, { recursive: true });
});

/** Writes the file of settings. */
async function listed(entry: object = {}): Promise<void> {
  const litellms = [{ name: 'gpu', url: gpu.url, 'key-file': join(folder, 'key'), ...entry }];
  await writeFile(join(folder, 'config.yaml'), stringify({ 'owner-id': 'prod', settle: '0s', litellms }));
}

const run = (command: string, ...args: string[]) =>
  bench.runBoth(command, `--config=${join(folder, 'config.yaml')}`, ...args);

function serve(wish: Wish): void {
  bench.kubernetes.apply(inferenceService({ ...wish, status: status(wish) }));
}

const namesIn = (litellm: SandboxLiteLlm): string[] =>
  litellm
    .rows()
    .map((row) => row.model_name)
    .sort();

async function planned(): Promise<PlanDocument> {
  return PlanDocument.parse(JSON.parse((await run('plan', '-o', 'json')).stdout));
}

test('sync brings each to its LiteLLM, moves one that changed its mind, and plan shows all of it in one table', async () => {
  serve({ name: 'here', annotations: { enabled: 'true' } });
  serve({ name: 'there', annotations: { litellm: 'gpu' } });
  const plan = await planned();
  expect(plan.changes.map(({ model, litellm, action }) => [model, litellm, action])).toEqual([
    ['here', 'default', 'create'],
    ['there', 'gpu', 'create'],
  ]);
  expect(plan).toMatchObject({ objects: 2, litellms: ['default', 'gpu'] });
  expect((await run('plan')).stdout).toMatch(
    /^\+ there {2}inference-service\/llm\/there {2}LiteLLM gpu {2}create: new$/m,
  );

  expect((await run('sync')).code).toBe(0);
  expect([namesIn(bench.litellm), namesIn(gpu)]).toEqual([['here'], ['there']]);
  expect((await planned()).changes).toEqual([]);

  serve({ name: 'here', annotations: { litellm: 'gpu' } });
  expect(await planned()).toMatchObject({
    changes: [{ model: 'here', litellm: 'gpu', action: 'create' }],
    waiting: [
      { source: 'inference-service/llm/here', litellm: 'default', why: expect.stringContaining('LiteLLM gpu') },
    ],
    objects: 2,
  });
  expect((await run('sync')).code).toBe(0);
  expect([namesIn(bench.litellm), namesIn(gpu)]).toEqual([['here'], ['here', 'there']]);
  expect((await run('sync')).code).toBe(0);
  expect([namesIn(bench.litellm), namesIn(gpu)]).toEqual([[], ['here', 'there']]);
});

test('list says in which LiteLLM a model is, and tells of each object once', async () => {
  await listed({ namespaces: ['llm'], 'owner-id': 'prod-gpu' });
  serve({ name: 'here', annotations: { enabled: 'true' } });
  serve({ name: 'there', annotations: { litellm: 'gpu' } });
  expect((await run('sync')).code).toBe(0);
  serve({ name: 'refused', namespace: 'other', annotations: { litellm: 'gpu' } });
  serve({ name: 'new', annotations: { litellm: 'gpu' } });
  const document = ListDocument.parse(JSON.parse((await run('list', '-o', 'json')).stdout));
  expect(document.models.map(({ name, litellm, owner }) => [name, litellm, owner])).toEqual([
    ['here', 'default', 'ours'],
    ['there', 'gpu', 'ours'],
  ]);
  expect(document.objects.map(({ source, litellm, state }) => [source, litellm, state])).toEqual([
    ['inference-service/llm/new', 'gpu', 'pending'],
    ['inference-service/other/refused', 'default', 'invalid'],
  ]);
  const { stdout } = await run('list');
  expect(stdout).toMatch(/^MODEL +LITELLM +OWNER +SOURCE/m);
  expect(stdout).toMatch(/^there +gpu +ours +inference-service\/llm\/there/m);
  expect(stdout).toMatch(/^inference-service\/llm\/new +gpu +pending/m);
});

test('one that is away is told of, and is no reason to do nothing for the others', async () => {
  serve({ name: 'here', annotations: { enabled: 'true' } });
  serve({ name: 'there', annotations: { litellm: 'gpu' } });
  await listed({ url: 'http://127.0.0.1:9' });
  const { code } = await run('sync');
  expect(code).toBe(1);
  expect(namesIn(bench.litellm)).toEqual(['here']);
  const plan = await planned();
  expect(plan.unread).toEqual([expect.stringMatching(/^LiteLLM gpu: .+/)]);
  expect(plan.litellms).toEqual(['default']);
});

test('where none answers it fails as with one', async () => {
  await listed({ url: 'http://127.0.0.1:9' });
  await bench.litellm.stop();
  const { code, stderr } = await run('plan');
  expect(code).toBe(1);
  expect(stderr).toContain('LiteLLM');
});

test('what is held is told for each, and the hash of either confirms', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (const name of names) {
    serve({ name: `here-${name}`, annotations: { enabled: 'true' } });
    serve({ name: `there-${name}`, annotations: { litellm: 'gpu' } });
  }
  expect((await run('sync')).code).toBe(0);
  for (const name of names.flatMap((one) => [`here-${one}`, `there-${one}`]))
    bench.kubernetes.delete({ kind: 'InferenceService', namespace: 'llm', name });
  const plan = await planned();
  expect(plan.held).toMatchObject({ litellm: 'default', models: 5, of: 5 });
  expect(plan.alsoHeld).toMatchObject([{ litellm: 'gpu', models: 5, of: 5 }]);
  expect((await run('plan')).stdout).toContain('5 of 5 models in LiteLLM gpu would go');
  expect((await run('sync', '--confirm-deletes=0123456789ab')).code).toBe(1);
  expect((await run('sync', `--confirm-deletes=${plan.alsoHeld?.[0]?.hash}`)).code).toBe(1);
  expect([namesIn(bench.litellm).length, namesIn(gpu).length]).toEqual([5, 0]);
  expect((await run('sync', `--confirm-deletes=${plan.held?.hash}`)).code).toBe(0);
  expect(namesIn(bench.litellm)).toEqual([]);
});

test('a changed default of a namespace moves all of its models, and no guard holds them', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (const name of names) serve({ name, annotations: { enabled: 'true' } });
  expect((await run('sync')).code).toBe(0);
  await listed({ 'default-for': ['llm'] });
  expect((await run('sync')).code).toBe(0);
  expect([namesIn(bench.litellm), namesIn(gpu)]).toEqual([names, names]);
  expect((await run('sync')).code).toBe(0);
  expect([namesIn(bench.litellm), namesIn(gpu)]).toEqual([[], names]);
});

test('a LiteLLM that is taken out of the list is not looked after any more, and nothing there is changed', async () => {
  serve({ name: 'there', annotations: { litellm: 'gpu' } });
  expect((await run('sync')).code).toBe(0);
  await writeFile(join(folder, 'config.yaml'), stringify({ 'owner-id': 'prod' }));
  expect((await run('sync')).code).toBe(0);
  expect([namesIn(bench.litellm), namesIn(gpu)]).toEqual([[], ['there']]);
  expect((await planned()).problems).toMatchObject([{ reason: 'InvalidAnnotation', litellm: 'default' }]);
});

test('adopt, withdraw and doctor work with the one that --litellm names', async () => {
  serve({ name: 'here', annotations: { enabled: 'true' } });
  serve({ name: 'there', annotations: { litellm: 'gpu' } });
  gpu.insert({ id: 'by-hand', name: 'there', params: { model: 'hosted_vllm/there' } });
  gpu.reload();
  expect((await run('adopt', 'there', '--litellm=gpu', '--yes')).code).toBe(0);
  expect(gpu.rows().map((row) => row.model_id)).toEqual([expect.stringMatching(/^llm\.there\./)]);

  expect((await run('sync')).code).toBe(0);
  expect((await run('withdraw', '--litellm=gpu', '--yes')).code).toBe(0);
  expect([namesIn(bench.litellm), namesIn(gpu)]).toEqual([['here'], []]);

  expect((await run('doctor', '--litellm=gpu')).stdout).toContain(gpu.url);
  const wrong = await run('doctor', '--litellm=eu');
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('--litellm must be one of default, gpu') });
});
