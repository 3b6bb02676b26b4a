import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { stringify } from 'yaml';
import { attachBed } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import type { Controller } from './controller.ts';
import { freeze } from './freeze.ts';
import { type FurtherLiteLlm, startFurtherLiteLlm } from './further-litellm.ts';
import type { Gateway } from './gateway.ts';
import { again, type Meanwhile } from './meanwhile.ts';
import { openScene, type Scene } from './scene.ts';

let gpu: FurtherLiteLlm;
let scene: Scene;
let folder: string;

beforeAll(async () => {
  gpu = await startFurtherLiteLlm(attachBed(inject('bed')));
});

afterAll(() => gpu.stop());

beforeEach(async () => {
  [scene, folder] = await Promise.all([openScene(), mkdtemp(join(tmpdir(), 'model-registrar-e2e-')), gpu.clear()]);
});

afterEach(async () => {
  await scene.close();
  await rm(folder, { recursive: true });
});

/** Starts the controller with a section `litellms`; what is given is added to the entry `gpu`. */
async function start(entry: object = {}, settings: Record<string, string> = {}, ready = true): Promise<Controller> {
  const config = join(folder, 'config.yaml');
  const litellms = [{ name: 'gpu', url: gpu.url, 'key-file': gpu.keyFile, ...entry }];
  await writeFile(config, stringify({ litellms }));
  return scene.controller({ settings: { config, ...settings } }, ready);
}

const has = async (gateway: Gateway, name: string): Promise<boolean> => (await gateway.names()).includes(name);
const rowsOf = async (gateway: Gateway): Promise<string[]> =>
  (await gateway.models()).map((row) => row.model_name).sort();

test('33: each object goes to the LiteLLM that it names, or that its namespace has, with what every row there gets', async () => {
  await start({ tags: ['gpu'], 'access-groups': ['gpu-users'] });
  await scene.serve({ name: 'here', annotations: { enabled: 'true' } });
  await scene.serve({ name: 'there', annotations: { litellm: 'gpu', tags: 'own' } });
  await until('both are there', async () => (await has(scene.gateway, 'here')) && (await has(gpu.gateway, 'there')));
  expect(await rowsOf(scene.gateway)).toEqual(['here']);
  expect(await rowsOf(gpu.gateway)).toEqual(['there']);
  expect(await gpu.gateway.chat('there')).toMatchObject({ status: 200 });
  const { litellm_params, model_info } = await gpu.gateway.model('there');
  expect(litellm_params.tags).toEqual(['gpu', 'own']);
  expect(model_info.access_groups).toEqual(['gpu-users']);
});

/** Milliseconds from an object's Ready until LiteLLM serves it under its name. */
async function timeToVisible(name: string): Promise<number> {
  await scene.apply({ name, annotations: { enabled: 'true' } });
  const since = performance.now();
  await scene.setStatus({ name });
  await until(`${name} is visible`, () => has(scene.gateway, name), 30_000);
  return performance.now() - since;
}

test('33: one that hangs slows nobody else: Ready to visible stays under 2 s, also from a start while it hangs', async () => {
  const thaw = await freeze(gpu);
  const controller = await start({}, {}, false);
  // More than it has workers for: each of them waits.
  const waiting = Array.from({ length: 20 }, (_, count) => `waits-${count}`);
  for (const name of waiting) {
    await scene.apply({ name, annotations: { litellm: 'gpu' } });
    await scene.setStatus({ name });
  }
  const times: number[] = [];
  for (let count = 0; count < 12; count += 1) times.push(await timeToVisible(`quick-${count}`));
  expect(Math.max(...times), times.map(Math.round).join()).toBeLessThan(2_000);
  expect(times.toSorted((one, other) => one - other)[6]).toBeLessThan(1_000);

  expect(await controller.ready()).toMatchObject({ status: 503, text: expect.stringContaining('LiteLLM gpu: ') });
  expect((await controller.ready()).text).not.toContain('LiteLLM default: ');
  const metrics = await controller.metrics();
  expect(metrics).toContain('model_registrar_litellm_up{litellm="default"} 1\n');
  expect(metrics).toContain('model_registrar_litellm_up{litellm="gpu"} 0\n');

  await thaw();
  await until('all that waited are there', async () => (await rowsOf(gpu.gateway)).length === waiting.length, 60_000);
  await until('it is ready', async () => (await controller.ready()).status === 200, 30_000);
});

test('33: one that hangs in the midst of its work slows nobody else', async () => {
  const controller = await start();
  await scene.serve({ name: 'there', annotations: { litellm: 'gpu' } });
  await until('it is there', () => has(gpu.gateway, 'there'));
  await freeze(gpu);
  for (let count = 0; count < 20; count += 1) {
    await scene.apply({ name: `waits-${count}`, annotations: { litellm: 'gpu' } });
    await scene.setStatus({ name: `waits-${count}` });
  }
  const times: number[] = [];
  for (let count = 0; count < 12; count += 1) times.push(await timeToVisible(`quick-${count}`));
  expect(Math.max(...times), times.map(Math.round).join()).toBeLessThan(2_000);
  expect(await controller.metrics()).toContain('model_registrar_litellm_up{litellm="default"} 1\n');
});

const moveTo = (name: string, litellm: string | null) =>
  scene.cluster.patch(name, scene.namespace, { metadata: { annotations: { 'model-registrar.io/litellm': litellm } } });

/** Calls a model at both again and again, and counts what the two said together. */
function callBoth(model: string): Meanwhile {
  return again(async () => {
    const both = await Promise.all([scene.gateway, gpu.gateway].map((gateway) => gateway.chat(model)));
    return both.map(({ status }) => (status === 200 ? 'served' : 'refused')).join(', ');
  });
}

test('33: an object that moves is made there before it is taken out here, is counted once, and both are told', async () => {
  const controller = await start();
  await scene.serve({ name: 'moving', annotations: { enabled: 'true' } });
  await until('it is here', () => has(scene.gateway, 'moving'));
  const calls = callBoth('moving');
  for (const [litellm, from, to] of [
    ['gpu', scene.gateway, gpu.gateway],
    [null, gpu.gateway, scene.gateway],
  ] as const) {
    await moveTo('moving', litellm);
    await until('it is in both', async () => (await has(from, 'moving')) && (await has(to, 'moving')));
    await until('it is counted once', async () =>
      (await controller.metrics()).includes('registrations{source="inference-service",state="live"} 1\n'),
    );
    expect(await controller.metrics()).not.toMatch(/registrations\{source="inference-service",state="held"\} [1-9]/);
    await until('it is in one', async () => (await rowsOf(from)).length === 0, 30_000);
    expect(await rowsOf(to)).toEqual(['moving']);
    const alone = to === scene.gateway ? 'served, refused' : 'refused, served';
    await until('it is served there alone', async () => (calls.seen()[alone] ?? 0) > 0);
  }
  const seen = await calls.stop();
  expect(Object.keys(seen).sort()).toEqual(['refused, served', 'served, refused', 'served, served']);
  await until('it is told', async () => {
    const events = await scene.events('moving');
    return ['gpu', 'default'].every((name) =>
      events.some((event) => event.includes(`it has moved to LiteLLM ${name}`)),
    );
  });
});

test('33: a controller that is killed while an object moves leaves nothing behind', async () => {
  const controller = await start();
  await scene.serve({ name: 'moving', annotations: { enabled: 'true' } });
  await until('it is here', () => has(scene.gateway, 'moving'));
  const calls = callBoth('moving');
  await moveTo('moving', 'gpu');
  await until('it is there', () => has(gpu.gateway, 'moving'));
  await controller.kill();
  expect(await rowsOf(scene.gateway)).toEqual(['moving']);
  await start();
  await until('it is in one', async () => (await rowsOf(scene.gateway)).length === 0, 30_000);
  expect(await rowsOf(gpu.gateway)).toEqual(['moving']);
  expect(Object.keys(await calls.stop())).not.toContain('refused, refused');
});

test('33: an object whose new LiteLLM does not answer stays where it is', async () => {
  await start();
  await scene.serve({ name: 'moving', annotations: { enabled: 'true' } });
  await until('it is here', () => has(scene.gateway, 'moving'));
  const thaw = await freeze(gpu);
  await moveTo('moving', 'gpu');
  // It is looked at: the one that comes after it is there.
  await timeToVisible('later');
  expect(await scene.gateway.chat('moving')).toMatchObject({ status: 200 });
  await thaw();
  await until('it has moved', async () => (await rowsOf(scene.gateway)).join() === 'later', 40_000);
  expect(await rowsOf(gpu.gateway)).toEqual(['moving']);
});

test('33: a namespace that may not choose one is told, and what it has stays where it is', async () => {
  await start({ namespaces: ['research-*'] });
  await scene.serve({ name: 'stays', annotations: { enabled: 'true' } });
  await until('it is here', () => has(scene.gateway, 'stays'));
  const { id } = (await scene.gateway.model('stays')).model_info;
  for (const litellm of ['gpu', 'nowhere']) {
    await moveTo('stays', litellm);
    await until('it is told', async () =>
      (await scene.events('stays')).some((event) =>
        event.startsWith(`InvalidAnnotation: model-registrar.io/litellm is "${litellm}"`),
      ),
    );
  }
  expect((await scene.gateway.model('stays')).model_info.id).toBe(id);
  expect(await rowsOf(gpu.gateway)).toEqual([]);
  await moveTo('stays', null);
  await until('it is right', async () => {
    const [row] = await scene.gateway.models();
    return row?.model_info.id === id;
  });
});

test('33: the objects of a namespace go where the administrator says, and come back when one says otherwise', async () => {
  await start({ namespaces: [], 'default-for': [scene.namespace] });
  await scene.serve({ name: 'by-default', annotations: { enabled: 'true' } });
  await until('it is there', () => has(gpu.gateway, 'by-default'));
  expect(await rowsOf(scene.gateway)).toEqual([]);
  await moveTo('by-default', 'default');
  await until('it is here alone', async () => (await rowsOf(gpu.gateway)).length === 0, 30_000);
  expect(await rowsOf(scene.gateway)).toEqual(['by-default']);
});

test('33: the keys of both are nowhere, also where one is refused', async () => {
  const controller = await start({}, { 'log-level': 'trace' });
  await scene.serve({ name: 'here', annotations: { enabled: 'true' } });
  await scene.serve({ name: 'there', annotations: { litellm: 'gpu' } });
  await until('both are there', async () => (await has(scene.gateway, 'here')) && (await has(gpu.gateway, 'there')));
  // The other's key: LiteLLM refuses it and repeats its hash.
  await writeFile(scene.keyFile, gpu.masterKey);
  await until('it is not ready', async () => (await controller.ready()).text.includes('LiteLLM default: '), 30_000);
  const said = [controller.output(), await controller.metrics(), (await controller.ready()).text];
  said.push(...(await scene.events('here')), ...(await scene.events('there')));
  for (const key of [scene.bed.litellm.masterKey, gpu.masterKey]) {
    for (const secret of [key, createHash('sha256').update(key).digest('hex')])
      expect(said.join('\n')).not.toContain(secret);
  }
  expect(controller.output()).toContain('"litellm":"gpu"');
});
