import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/wait.ts';
import { FAST } from './controller.ts';
import { runProgram } from './program.ts';
import { openScene, type Scene } from './scene.ts';

const MODELS = ['m-0', 'm-1', 'm-2', 'm-3', 'm-4'];
const DEPLOYMENT = 'model-registrar';

let scene: Scene;

beforeEach(async () => {
  scene = await openScene();
  const labels = { app: DEPLOYMENT };
  await scene.bed.kubernetes.apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: DEPLOYMENT, namespace: scene.namespace },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'main' }] } },
    },
  });
});

afterEach(() => scene.close());

const settings = () => ({ deployment: DEPLOYMENT, 'lease-namespace': scene.namespace });
const names = async (): Promise<string[]> => (await scene.gateway.models()).map((row) => row.model_name).toSorted();
const untilNames = (wanted: string[]) =>
  until(`LiteLLM holds ${wanted.join() || 'nothing'}`, async () => (await names()).join() === wanted.join(), 60_000);

/** Models in a namespace of their own, of a controller that is stopped then. */
async function registered(namespace: string): Promise<void> {
  await scene.cluster.createNamespace(namespace);
  const controller = await scene.controller({ settings: settings() });
  await Promise.all(MODELS.map((name) => scene.serve({ name, namespace, annotations: { enabled: 'true' } })));
  await untilNames(MODELS);
  expect(await controller.stop()).toBe(0);
}

function command(name: string, ...args: string[]) {
  const all = {
    kubeconfig: scene.bed.kubernetes.kubeconfigPath,
    'litellm-url': scene.bed.litellm.url,
    'litellm-key-file': scene.keyFile,
    'owner-id': scene.ownerId,
    settle: FAST.settle,
  };
  return runProgram([name, ...Object.entries(all).map(([flag, value]) => `--${flag}=${value}`), ...args]);
}

/** What `kubectl describe deployment` would tell. */
async function toldHash(): Promise<string | undefined> {
  const where = ['-n', scene.namespace, '--field-selector', `involvedObject.name=${DEPLOYMENT},reason=DeletesHeld`];
  const { items } = JSON.parse(await scene.bed.kubernetes.kubectl(['get', 'events', ...where, '-o', 'json'])) as {
    items: { type: string; message: string }[];
  };
  expect(items.every(({ type }) => type === 'Warning')).toBe(true);
  return /sync --confirm-deletes ([0-9a-f]{12}) /.exec(items[0]?.message ?? '')?.[1];
}

const heldOf = async (controller: { metrics(): Promise<string> }): Promise<string | undefined> =>
  /^model_registrar_deletes_held (\d+)$/m.exec(await controller.metrics())?.[1];

test('24: a namespace that is deleted while the controller is down: its models are kept, the Deployment tells, and a confirmed sync takes them out', async () => {
  const namespace = `${scene.namespace}-models`;
  await registered(namespace);
  // There is no namespace controller on this level of the bed: what it would do first is done here.
  for (const name of MODELS) await scene.cluster.remove(name, namespace);
  await scene.bed.kubernetes.kubectl(['delete', 'namespace', namespace, '--wait=false']);

  const controller = await scene.controller({ settings: settings() });
  await until('all are held', async () => (await heldOf(controller)) === '5');
  const hash = await until('the Deployment has the Event', toldHash);
  expect(await names()).toEqual(MODELS);
  for (const name of MODELS) {
    const answer = await scene.gateway.chat(name);
    expect(answer.status).toBe(200);
  }

  const plan = await command('plan');
  expect(plan).toMatchObject({ code: 2, stdout: expect.stringContaining(`sync --confirm-deletes ${hash}`) });
  expect(await command('sync')).toMatchObject({ code: 1, stderr: expect.stringContaining(hash) });
  const wrong = await command('sync', '--confirm-deletes=000000000000');
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing was written') });
  expect(await names()).toEqual(MODELS);

  expect(await command('sync', `--confirm-deletes=${hash}`)).toMatchObject({ code: 0 });
  await untilNames([]);
  await until('nothing is held any more', async () => (await heldOf(controller)) === '0');
});

test('24: one of five that is deleted while the controller is down goes without being asked for', async () => {
  await registered(scene.namespace);
  await scene.remove('m-2');
  const controller = await scene.controller({ settings: settings() });
  await untilNames(['m-0', 'm-1', 'm-3', 'm-4']);
  expect(await heldOf(controller)).toBe('0');
  expect(await toldHash()).toBeUndefined();
});

test('24: a namespace whose models are deleted under the eyes of the controller: they go at once', async () => {
  const controller = await scene.controller({ settings: settings() });
  await Promise.all(MODELS.map((name) => scene.serve({ name, annotations: { enabled: 'true' } })));
  await untilNames(MODELS);
  for (const name of MODELS) await scene.remove(name);
  await untilNames([]);
  expect(controller.output()).not.toContain('deletes are held');
});
