import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FaultProxy } from '../bed/index.ts';
import { huggingFace } from '../support/inference-services.ts';
import { until } from '../support/wait.ts';
import type { Controller } from './controller.ts';
import { readTable } from './model-table.ts';
import { type Ended, runProgram } from './program.ts';
import { writesAt } from './proxy-calls.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
let proxy: FaultProxy;

beforeEach(async () => {
  scene = await openScene();
  proxy = await scene.bed.startProxy();
});

afterEach(() => scene.close());

/** Runs a command on the bed, LiteLLM behind the proxy. */
function command(name: string, ...args: string[]): Promise<Ended> {
  const { kubeconfigPath } = scene.bed.kubernetes;
  return runProgram([
    name,
    `--kubeconfig=${kubeconfigPath}`,
    `--litellm-url=${proxy.url}`,
    `--litellm-key-file=${scene.keyFile}`,
    `--owner-id=${scene.ownerId}`,
    '--rollout-wait=200ms',
    ...args,
  ]);
}

const source = (name: string) => `inference-service/${scene.namespace}/${name}`;

/** An object for each thing that a plan can say; gives the ids of the rows that exist. */
async function variety(): Promise<Record<string, string>> {
  const args = huggingFace('--max-model-len=4096');
  await made('same', { 'model-name': 'same' });
  await made('changed', { 'model-name': 'changed', 'max-model-len': '4096' });
  await made('shorter', { 'model-name': 'shorter', notes: 'a note' }, args);
  await made('renamed', { 'model-name': 'old-name' });
  await made('gone', { 'model-name': 'gone' });
  expect(await command('sync')).toMatchObject({ code: 0 });
  const ids = Object.fromEntries((await readTable(scene.bed)).map((row) => [row.name, row.id]));

  await scene.apply({ name: 'changed', annotations: { 'model-name': 'changed', 'max-model-len': '8192' } });
  await scene.apply({ name: 'shorter', annotations: { 'model-name': 'shorter' }, predictor: args });
  await scene.apply({ name: 'renamed', annotations: { 'model-name': 'new-name' } });
  await scene.remove('gone');
  await made('new', { 'model-name': 'new', mode: 'chat' });
  await made('conflict', { 'model-name': 'house-chat' });
  await scene.apply({ name: 'waits', annotations: { enabled: 'true' } });
  await scene.setStatus({ name: 'waits', ready: 'False', copies: 0 });
  return ids;
}

async function made(name: string, annotations: Record<string, string>, predictor?: object): Promise<void> {
  await scene.apply({ name, annotations, ...(predictor && { predictor }) });
  await scene.setStatus({ name });
}

describe('commands: plan and sync on real servers', () => {
  test('plan tells each change field by field and exits with 2, without a write; sync makes them, and then plan exits with 0', async () => {
    const ids = await variety();
    proxy.forget();
    const planned = await command('plan', '-o', 'json');
    expect(planned).toMatchObject({ code: 2, stderr: '' });
    const { changes, ...rest } = JSON.parse(planned.stdout) as { changes: { model: string; litellm: string }[] };
    const byModel = changes.map(({ model, litellm, ...change }) => {
      expect(litellm).toBe('default');
      return [model, change];
    });
    expect(Object.fromEntries(byModel)).toEqual({
      changed: {
        action: 'update',
        id: ids.changed,
        source: source('changed'),
        why: 'changed',
        fields: [
          { field: 'model_info.max_tokens', from: 4096, to: 8192 },
          { field: 'model_info.max_input_tokens', from: 4096, to: 8192 },
        ],
      },
      shorter: {
        action: 'replace',
        id: `${ids.shorter}.2`,
        source: source('shorter'),
        why: 'changed',
        fields: [{ field: 'model_info.notes', from: 'a note' }],
      },
      'new-name': {
        action: 'create',
        id: expect.stringMatching(/\.renamed\.[0-9a-f]{8}$/),
        source: source('renamed'),
        why: 'renamed',
        fields: backendOf('renamed'),
      },
      'old-name': { action: 'delete', id: ids['old-name'], source: source('renamed'), why: 'renamed', fields: [] },
      gone: {
        action: 'delete',
        id: ids.gone,
        source: source('gone'),
        why: 'the object is not there any more',
        fields: [],
      },
      new: {
        action: 'create',
        id: expect.stringMatching(/\.new\.[0-9a-f]{8}$/),
        source: source('new'),
        why: 'new',
        fields: [...backendOf('new'), { field: 'model_info.mode', to: 'chat' }],
      },
    });
    expect(rest).toEqual({
      problems: [
        {
          litellm: 'default',
          source: source('conflict'),
          reason: 'NameConflict',
          message: expect.stringContaining('"house-chat" is held'),
        },
      ],
      waiting: [
        { litellm: 'default', source: source('waits'), why: expect.stringContaining('PredictorReady is False') },
      ],
      unread: [],
      objects: 8,
      litellms: ['default'],
    });

    const table = await command('plan');
    expect(table).toMatchObject({ code: 2, stderr: '' });
    const lines = table.stdout.trimEnd().split('\n');
    expect(lines).toContain(`~ changed  ${source('changed')}  update: changed`);
    expect(lines).toContain('    model_info.max_tokens: 4096 → 8192');
    expect(lines).toContain(`- gone  ${source('gone')}  delete: the object is not there any more`);
    expect(lines).toContain(`± shorter  ${source('shorter')}  replace: changed`);
    expect(lines).toContain('    model_info.notes: "a note" is removed');
    expect(lines).toContain('    litellm_params.api_key: "(hidden)"');
    expect(lines.at(-1)).toBe(
      'Plan: 2 to create, 1 to change, 1 to replace, 2 to delete. 8 objects looked at; 1 problem.',
    );
    expect(writesAt(proxy)).toEqual([]);

    expect(await command('sync')).toMatchObject({ code: 0 });
    const names = (await readTable(scene.bed)).map((row) => row.name);
    // The row that was replaced serves beside its successor for a while.
    expect(names.toSorted()).toEqual(['changed', 'new', 'new-name', 'same', 'shorter', 'shorter']);
    const after = await command('plan');
    expect(after).toMatchObject({ code: 0, stderr: '' });
    expect(after.stdout).toMatch(/^Nothing to change\. 7 objects looked at; 1 problem\.$/m);
  });

  test('sync exits with 1 when something failed and does the rest; with --dry-run and --policy it does as it is told', async () => {
    for (const name of ['one', 'two', 'three']) await made(name, { enabled: 'true' });
    const dry = await command('sync', '--dry-run');
    expect(dry.code).toBe(0);
    expect(writesAt(proxy)).toEqual([]);

    const failing = {
      status: 422,
      body: { detail: [{ loc: ['body', 'model_name'], msg: 'is not liked', type: 'x' }] },
    };
    proxy.fault({ kind: 'answer', path: '/model/new', times: 1, ...failing });
    const partly = await command('sync');
    expect(partly.code).toBe(1);
    expect(partly.stderr).toContain('model_name: is not liked');
    expect(await readTable(scene.bed)).toHaveLength(2);
    expect(await command('sync')).toMatchObject({ code: 0 });
    expect(await readTable(scene.bed)).toHaveLength(3);

    await scene.remove('one');
    expect(await command('sync', '--policy=upsert-only')).toMatchObject({ code: 0 });
    expect(await readTable(scene.bed)).toHaveLength(3);
    expect(await command('sync')).toMatchObject({ code: 0 });
    expect(await readTable(scene.bed)).toHaveLength(2);
  });

  test('plan and sync exit with 1 where a source may not be read, and take no model out', async () => {
    await made('one', { enabled: 'true' });
    expect(await command('sync')).toMatchObject({ code: 0 });
    const { kubernetes } = scene.bed;
    const nobody = `--kubeconfig=${await kubernetes.kubeconfigFor(kubernetes.nobodyToken)}`;
    const planned = await command('plan', nobody);
    expect(planned.code).toBe(1);
    expect(planned.stdout).toMatch(/^! inference-service: listing it is forbidden: give the account the rights/m);
    expect((await command('sync', nobody)).code).toBe(1);
    expect(await readTable(scene.bed)).toHaveLength(1);
  });
});

function backendOf(name: string): object[] {
  return [
    { field: 'litellm_params.model', to: `hosted_vllm/${name}` },
    { field: 'litellm_params.api_base', to: `http://${name}-predictor.${scene.namespace}.svc.cluster.local/openai/v1` },
    { field: 'litellm_params.api_key', to: '(hidden)' },
  ];
}

describe('commands: SIGTERM ends the controller within 10 s with exit code 0', () => {
  const MODELS = Array.from({ length: 20 }, (_, index) => `model-${index + 1}`);

  async function stopsInTime(controller: Controller): Promise<void> {
    let ended: { code: number | null } | undefined;
    void controller.stop().then((code) => {
      ended = { code };
    });
    expect(await until('it has ended', () => ended, 10_000)).toEqual({ code: 0 });
  }

  test('in the midst of work: writes in hand are finished, and a next start does the rest', async () => {
    for (const name of MODELS) await made(name, { enabled: 'true' });
    const first = await scene.controller({ litellmUrl: proxy.url }, false);
    await until('some models were made', () => (proxy.counts()['POST /model/new'] ?? 0) >= 5, 30_000);
    await stopsInTime(first);
    const creates = proxy.calls.filter(({ path }) => path === '/model/new');
    expect(creates.filter(({ status }) => status !== 200)).toEqual([]);
    expect(await readTable(scene.bed)).toHaveLength(creates.length);
    expect(first.output().split('\n').at(-1)).toContain('"stopped"');

    await scene.controller();
    await until('all are there', async () => (await readTable(scene.bed)).length === MODELS.length, 30_000);
  });

  test('while LiteLLM hangs, in a write and in a list, and before it ever answered', async () => {
    const controller = await scene.controller({ litellmUrl: proxy.url, settings: { 'litellm-timeout': '60s' } });
    proxy.fault({ kind: 'hang' });
    await made('one', { enabled: 'true' });
    await until('a list and a look-up hang', () => proxy.calls.filter(({ fault }) => fault === 'hang').length >= 2);
    await stopsInTime(controller);

    proxy.healAll();
    proxy.fault({ kind: 'hang', method: 'POST' });
    const second = await scene.controller({ litellmUrl: proxy.url, settings: { 'litellm-timeout': '60s' } });
    await until('a write hangs', () =>
      proxy.calls.some(({ path, fault }) => path === '/model/new' && fault === 'hang'),
    );
    await stopsInTime(second);

    proxy.healAll();
    proxy.forget();
    proxy.fault({ kind: 'hang' });
    const third = await scene.controller({ litellmUrl: proxy.url, settings: { 'litellm-timeout': '60s' } }, false);
    await until('its first list hangs', () => proxy.calls.length > 0);
    await stopsInTime(third);
  });
});
