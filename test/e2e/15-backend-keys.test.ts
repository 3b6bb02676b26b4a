import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FaultProxy, ModelServer } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import type { Controller } from './controller.ts';
import { runProgram } from './program.ts';
import { resyncs, writesAt } from './proxy-calls.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
let proxy: FaultProxy;

beforeEach(async () => {
  scene = await openScene();
  proxy = await scene.bed.startProxy();
});

afterEach(() => scene.close());

const canary = (): string => `canary-${randomBytes(12).toString('hex')}`;

async function putSecret(key: string): Promise<void> {
  await scene.bed.kubernetes.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'backend', namespace: scene.namespace },
    stringData: { token: key },
  });
}

const serveWithKey = (): Promise<ModelServer> =>
  scene.serve({ name: 'qwen', annotations: { 'model-name': 'qwen', 'api-key-secret': 'backend/token' } });

/** The key that a chat call arrives with at the model server. */
async function keySent({ calls }: ModelServer): Promise<string | undefined> {
  expect(await scene.gateway.chat('qwen')).toMatchObject({ status: 200 });
  const { authorization } = calls.at(-1)?.headers ?? {};
  return typeof authorization === 'string' ? authorization.replace('Bearer ', '') : undefined;
}

/** Looks in all that anybody may read. */
async function expectNowhere(controller: Controller, ...keys: string[]): Promise<void> {
  const events = await scene.cluster.call('GET', `/api/v1/namespaces/${scene.namespace}/events`);
  const access = [
    `--kubeconfig=${scene.bed.kubernetes.kubeconfigPath}`,
    `--owner-id=${scene.ownerId}`,
    `--litellm-url=${proxy.url}`,
    `--litellm-key-file=${scene.keyFile}`,
  ];
  const plans = await Promise.all(
    [['plan'], ['plan', '-o', 'json'], ['list'], ['list', '-o', 'json']].map((args) =>
      runProgram([...args, ...access]),
    ),
  );
  const rows = await scene.bed.postgres.psql('SELECT * FROM "LiteLLM_ProxyModelTable"');
  const said = [
    controller.output(),
    await controller.metrics(),
    JSON.stringify(events),
    ...plans.map(({ stdout, stderr }) => `${stdout}${stderr}`),
    rows,
  ].join('\n');
  expect(rows).toContain('qwen');
  for (const key of keys) {
    for (const form of [key, Buffer.from(key).toString('base64').replace(/=+$/, ''), key.slice(-8)]) {
      expect(said.includes(form)).toBe(false);
    }
  }
}

test('15: the key in a Secret arrives at the model server and is nowhere else; a rotated one arrives within one resync as one PATCH', async () => {
  const [first, second] = [canary(), canary()];
  await putSecret(first);
  const controller = await scene.controller({ litellmUrl: proxy.url, settings: { 'log-level': 'trace' } });
  const server = await serveWithKey();
  await until('it is registered', () => scene.gateway.model('qwen'), 30_000);
  expect(await keySent(server)).toBe(first);
  await resyncs(proxy, 1);
  proxy.forget();
  await putSecret(second);
  await resyncs(proxy, 2);
  expect(writesAt(proxy)).toEqual(['PATCH /model/{id}/update']);
  expect(await keySent(server)).toBe(second);
  expect(await scene.events('qwen')).toContainEqual(expect.stringMatching(/^Updated: "qwen"/));
  await expectNowhere(controller, first, second);
});

test('15: a rotated key is in LiteLLM within 5 s, whatever the resync, as one PATCH a model', async () => {
  const [first, second] = [canary(), canary()];
  await putSecret(first);
  await scene.controller({ litellmUrl: proxy.url, settings: { 'resync-interval': '10m' } });
  const server = await serveWithKey();
  await until('it is registered', () => scene.gateway.model('qwen'), 30_000);
  expect(await keySent(server)).toBe(first);
  proxy.forget();
  await putSecret(second);
  await until('it is written', () => writesAt(proxy).length > 0, 5_000);
  await until('it is sent', async () => (await keySent(server)) === second);
  expect(writesAt(proxy)).toEqual(['PATCH /model/{id}/update']);
});

test('15: a Secret that goes takes no model away, and one that was never there lets none in', async () => {
  const key = canary();
  const controller = await scene.controller({ litellmUrl: proxy.url });
  const server = await serveWithKey();
  const missing = `InvalidAnnotation: model-registrar.io/api-key-secret: there is no Secret "backend" in namespace ${scene.namespace}.`;
  await until('it is told', async () => (await scene.events('qwen')).includes(missing), 30_000);
  await resyncs(proxy, 2);
  expect(writesAt(proxy)).toEqual([]);

  await putSecret(key);
  await until('it is registered', () => scene.gateway.model('qwen'), 30_000);
  expect(await keySent(server)).toBe(key);

  proxy.forget();
  await scene.cluster.call('DELETE', `/api/v1/namespaces/${scene.namespace}/secrets/backend`);
  await until('it is told again', async () =>
    (await scene.cluster.events('qwen', scene.namespace)).some(
      ({ message, count }) => missing.endsWith(message) && count > 1,
    ),
  );
  await resyncs(proxy, 2);
  expect(writesAt(proxy)).toEqual([]);
  expect(await keySent(server)).toBe(key);
  await expectNowhere(controller, key);
});
