import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FaultProxy } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import type { Controller } from './controller.ts';
import { chatMeanwhile, lookMeanwhile } from './meanwhile.ts';
import { resyncs, writesAt } from './proxy-calls.ts';
import { openScene, type Scene } from './scene.ts';

/** What the issue of the main job allows between a user's word and LiteLLM's. */
const AT_ONCE_MS = 2_000;

let scene: Scene;
let proxy: FaultProxy;
let controller: Controller;

beforeEach(async () => {
  scene = await openScene();
  proxy = await scene.bed.startProxy();
  controller = await scene.controller({ litellmUrl: proxy.url, settings: { 'resync-interval': '500ms' } });
});

afterEach(() => scene.close());

const annotations = { 'model-name': 'chat' };

async function untilListed(name: string): Promise<void> {
  await until(`${name} is listed`, async () => (await scene.gateway.names()).includes(name));
}

async function untilGone(name: string): Promise<void> {
  await until(`${name} is gone`, async () => !(await scene.gateway.names()).includes(name), AT_ONCE_MS);
  expect(await scene.gateway.models()).toHaveLength(0);
}

/** Waits until the controller itself says that its one object is in this state. */
async function untilState(state: string): Promise<void> {
  await until(`the object is ${state}`, async () =>
    (await controller.metrics()).includes(
      `model_registrar_registrations{source="inference-service",state="${state}"} 1\n`,
    ),
  );
}

test('3: Ready, Unknown, False with copies, False without copies, Ready: nothing is written, and every call is answered', async () => {
  await scene.serve({ name: 'qwen', annotations });
  await untilListed('chat');
  await untilState('live');
  const before = await scene.gateway.model('chat');
  const told = await until('the Event is there', async () => {
    const events = await scene.events('qwen');
    return events.length > 0 && events;
  });
  proxy.forget();
  const calls = chatMeanwhile(scene.gateway, 'chat');
  const looks = lookMeanwhile(scene.gateway, ['chat']);

  const dips = [
    { ready: 'Unknown', copies: 1 },
    { ready: 'False', copies: 1 },
    { ready: 'False', copies: 0 },
    { ready: 'Unknown', copies: 0 },
  ] as const;
  for (const dip of dips) {
    await scene.setStatus({ name: 'qwen', ...dip });
    await untilState('held');
    await resyncs(proxy, 3);
  }
  await scene.setStatus({ name: 'qwen' });
  await untilState('live');
  await resyncs(proxy, 3);

  expect(Object.keys(proxy.counts())).toEqual(['GET /model/info']);
  expect(Object.keys(await calls.stop())).toEqual(['200']);
  expect(Object.keys(await looks.stop())).toEqual(['chat']);
  expect(await scene.gateway.model('chat')).toEqual(before);
  expect(await scene.events('qwen')).toEqual(told);
});

test('3: a controller that starts in the midst of a dip writes nothing either', async () => {
  await scene.serve({ name: 'qwen', annotations });
  await untilListed('chat');
  await controller.kill();
  await scene.setStatus({ name: 'qwen', ready: 'False', copies: 0 });
  proxy.forget();
  controller = await scene.controller({ litellmUrl: proxy.url, settings: { 'resync-interval': '500ms' } });
  await untilState('held');
  await resyncs(proxy, 3);
  expect(Object.keys(proxy.counts())).toEqual(['GET /model/info']);
  expect((await scene.gateway.chat('chat')).status).toBe(200);
});

test('3: stop withdraws within 2 s, though the status still says Ready; the model comes back when it is started again', async () => {
  await scene.serve({ name: 'qwen', annotations });
  await untilListed('chat');
  const { id } = (await scene.gateway.model('chat')).model_info;

  await scene.apply({ name: 'qwen', annotations: { ...annotations, 'serving.kserve.io/stop': 'true' } });
  await untilGone('chat');
  expect((await scene.gateway.chat('chat')).status).not.toBe(200);
  await until('the Event tells why', async () =>
    (await scene.events('qwen')).some((event) => /^Withdrawn: "chat" .*serving\.kserve\.io\/stop/.test(event)),
  );

  await scene.apply({ name: 'qwen', annotations: { ...annotations, 'serving.kserve.io/stop': 'false' } });
  await untilListed('chat');
  expect((await scene.gateway.chat('chat')).id).toBe(id);
});

test('3: a deletion that a foreign finalizer holds up withdraws within 2 s, and what becomes of the object then changes nothing', async () => {
  await scene.serve({ name: 'qwen', annotations });
  await untilListed('chat');
  await scene.cluster.patch('qwen', scene.namespace, { metadata: { finalizers: ['example.com/held'] } });

  await scene.remove('qwen');
  await untilGone('chat');
  proxy.forget();
  await scene.setStatus({ name: 'qwen', ready: 'False', copies: 0 });
  await scene.setStatus({ name: 'qwen' });
  await resyncs(proxy, 3);
  expect(writesAt(proxy)).toEqual([]);
  await until('the Event tells why', async () =>
    (await scene.events('qwen')).some((event) => /^Withdrawn: "chat" .*being deleted/.test(event)),
  );

  await scene.cluster.patch('qwen', scene.namespace, { metadata: { finalizers: null } });
  await resyncs(proxy, 3);
  expect(writesAt(proxy)).toEqual([]);
});

test('3: with minReplicas 0, Ready before any copy: not registered until a copy was there, and kept when the last one goes', async () => {
  const predictor = {
    minReplicas: 0,
    model: { modelFormat: { name: 'huggingface' }, storageUri: 'hf://example/model' },
  };
  await scene.serve({ name: 'qwen', annotations, predictor, copies: 0 });
  await untilState('down');
  await resyncs(proxy, 3);
  expect(writesAt(proxy)).toEqual([]);
  expect(await scene.gateway.models()).toHaveLength(0);

  await scene.setStatus({ name: 'qwen', copies: 1 });
  await untilListed('chat');
  expect((await scene.gateway.chat('chat')).status).toBe(200);
  await untilState('live');

  proxy.forget();
  await scene.setStatus({ name: 'qwen', copies: 0 });
  await resyncs(proxy, 3);
  expect(writesAt(proxy)).toEqual([]);
  await untilListed('chat');
});
