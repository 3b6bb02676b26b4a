import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FaultProxy } from '../bed/index.ts';
import { endpointSlice, service } from '../support/services.ts';
import { until } from '../support/wait.ts';
import { chatMeanwhile } from './meanwhile.ts';
import { readTable } from './model-table.ts';
import { type Ended, runProgram, startProgram } from './program.ts';
import { resyncs, writesAt } from './proxy-calls.ts';
import { readRegisterJob } from './register-job.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
let proxy: FaultProxy;

beforeEach(async () => {
  scene = await openScene();
  proxy = await scene.bed.startProxy();
});

afterEach(() => scene.close());

/** As an administrator types it; LiteLLM is reached by the proxy, which counts. */
function args(...more: string[]): string[] {
  return [
    'register',
    `--kubeconfig=${scene.bed.kubernetes.kubeconfigPath}`,
    `--litellm-url=${proxy.url}`,
    `--litellm-key-file=${scene.keyFile}`,
    `--owner-id=${scene.ownerId}`,
    `--namespace=${scene.namespace}`,
    '--settle=6s',
    ...more,
  ];
}

const register = (...more: string[]): Promise<Ended> => runProgram(args(...more), { withinMs: 60_000 });
const listed = (name: string) => until(`${name} is listed`, async () => (await scene.gateway.names()).includes(name));

/** Applied as a user does. */
const apply = (path: string, object: object) =>
  scene.cluster.call('PATCH', `${path}?fieldManager=user&force=true`, object, {
    contentType: 'application/apply-patch+yaml',
  });

test('31: register waits until an object is Ready, then LiteLLM serves it; a second run writes nothing', async () => {
  await scene.apply({ name: 'qwen' });
  const given = ['inferenceservice/qwen', '--model-name=qwen3', '--max-model-len=32K'];
  const running = startProgram(args(...given), { withinMs: 60_000 });
  await until('LiteLLM was read', () => proxy.counts()['GET /model/info'] === 1);
  expect(await scene.gateway.models()).toEqual([]);
  await scene.serve({ name: 'qwen' });
  const title = `inferenceservice/qwen in namespace ${scene.namespace}`;
  expect(await running.ended).toMatchObject({ code: 0, stdout: `LiteLLM serves "qwen3" for ${title}.\n` });
  await listed('qwen3');
  expect(await scene.gateway.chat('qwen3')).toMatchObject({ status: 200 });
  expect(await scene.gateway.model('qwen3')).toMatchObject({ model_info: { max_tokens: 32_768 } });

  proxy.forget();
  expect(await register(...given)).toEqual({
    code: 0,
    stdout: `LiteLLM serves "qwen3" for ${title} already: nothing was changed.\n`,
    stderr: '',
  });
  expect(writesAt(proxy)).toEqual([]);

  expect(await register('inferenceservice/qwen', '--deregister')).toMatchObject({ code: 0 });
  expect(await readTable(scene.bed)).toEqual([]);
});

test('31: told to stop while it waits, it ends at once and leaves nothing behind', async () => {
  await scene.apply({ name: 'qwen' });
  const running = startProgram(args('inferenceservice/qwen'), { withinMs: 60_000 });
  await until('it waits', () => proxy.counts()['GET /model/info'] === 1);
  running.kill('SIGTERM');
  expect(await running.ended).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^error: It was interrupted\. Nothing is lost: run it again to go on\.$/m),
  });
});

test('31: what is not Ready in time ends with 3, what is refused with 1, each with the reason', async () => {
  await scene.apply({ name: 'qwen' });
  await scene.setStatus({ name: 'qwen', ready: 'False' });
  const late = await register('inferenceservice/qwen', '--timeout=2s');
  expect(late).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^error: .* waited for 2s: PredictorReady is False/m),
  });

  await scene.gateway.addByHand({ name: 'taken', params: { model: 'openai/taken', api_key: 'x' } });
  await scene.setStatus({ name: 'qwen' });
  const refused = await register('inferenceservice/qwen', '--model-name=taken');
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^error: "taken" is held by a model that was added/m),
  });

  const canary = 'canary-not-a-key';
  const file = join(scene.keyFile, '..', 'other-key');
  await writeFile(file, canary);
  const denied = await register('inferenceservice/qwen', `--litellm-key-file=${file}`);
  expect(denied).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('LiteLLM refused the key') });
  expect(denied.stderr).not.toContain(canary);
  expect((await scene.gateway.models()).map(({ model_name }) => model_name)).toEqual(['taken']);
});

test('31: a Service at a port that is named, and an address outside Kubernetes, whose key is nowhere but in LiteLLM', async () => {
  const { namespace, bed } = scene;
  await bed.serve(`vllm.${namespace}`, { served: ['Qwen/Qwen3-8B'], basePath: '/v1' });
  const ports = [
    { name: 'api', port: 8000 },
    { name: 'metrics', port: 9090 },
  ];
  await apply(`/api/v1/namespaces/${namespace}/services/vllm`, service({ namespace, annotations: {}, ports }));
  const slice = endpointSlice({ namespace, portName: 'api' });
  const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
  await apply(`${slices}/${slice.metadata.name}`, slice);
  const canary = 'canary-backend-key';
  await bed.kubernetes.kubectl([
    'create',
    'secret',
    'generic',
    'box',
    '-n',
    namespace,
    `--from-literal=api-key=${canary}`,
  ]);
  const key = '--api-key-secret=box';

  const ended = [
    await register('service/vllm:api', '--served-name=Qwen/Qwen3-8B', '--model-name=qwen', key),
    await register(
      `--url=http://vllm.${namespace}.svc:8000/v1`,
      '--served-name=Qwen/Qwen3-8B',
      '--model-name=box',
      key,
    ),
  ];
  for (const { code, stdout, stderr } of ended) {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain(canary);
  }
  const rows = await readTable(bed);
  expect(rows.map(({ id }) => id.replace(/\.[0-9a-f]{8}$/, ''))).toEqual([`register.box`, `${namespace}.service.vllm`]);
  for (const name of ['qwen', 'box']) {
    await listed(name);
    expect(await scene.gateway.chat(name)).toMatchObject({ status: 200 });
  }
});

test('31: run leaves it alone, and takes it over when the object is annotated: the rows overlap, and no call fails', async () => {
  await scene.serve({ name: 'qwen' });
  expect(await register('inferenceservice/qwen', '--notes=by hand')).toMatchObject({ code: 0 });
  await listed('qwen');
  const controller = await scene.controller({ litellmUrl: proxy.url });
  proxy.forget();
  await scene.setStatus({ name: 'qwen', ready: 'False', copies: 0 });
  await resyncs(proxy, 2);
  await scene.setStatus({ name: 'qwen' });
  await resyncs(proxy, 2);
  expect(writesAt(proxy)).toEqual([]);

  const byHand = (await scene.gateway.model('qwen')).model_info.id;
  const counts = new Set<number>();
  const calls = chatMeanwhile(scene.gateway, 'qwen');
  await scene.apply({ name: 'qwen', annotations: { enabled: 'true' } });
  await until(
    'the controller’s row is alone',
    async () => {
      const rows = await readTable(scene.bed);
      counts.add(rows.length);
      return rows.length === 1 && rows[0]?.id !== byHand;
    },
    30_000,
  );
  expect([...counts].toSorted((one, other) => one - other)).toEqual([1, 2]);
  expect(Object.keys(await calls.stop())).toEqual(['200']);
  expect(await scene.events('qwen')).not.toContainEqual(expect.stringContaining('NameConflict'));
  expect(await register('inferenceservice/qwen')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('A controller looks after inferenceservice/qwen'),
  });
  expect(controller.output()).not.toContain(scene.bed.litellm.masterKey);
});

test('31: the sample of a Job registers under the rights of its own account, and names the right that is taken away', async () => {
  const { kubernetes } = scene.bed;
  const job = readRegisterJob(scene.namespace);
  // Its pod is started by nobody here; that the API server takes it is all that is asked of it.
  await kubernetes.apply(...job.objects);
  const kubeconfig = await kubernetes.kubeconfigFor(await kubernetes.serviceAccountToken(scene.namespace, job.account));
  const env = {
    ...job.env,
    KUBECONFIG: kubeconfig,
    MODEL_REGISTRAR_LITELLM_URL: scene.bed.litellm.url,
    MODEL_REGISTRAR_LITELLM_KEY_FILE: scene.keyFile,
    // In a pod it is the pod's own.
    MODEL_REGISTRAR_NAMESPACE: scene.namespace,
  };
  const run = () => runProgram(job.args, { env, withinMs: 60_000 });
  await scene.serve({ name: 'qwen3' });
  expect(await run()).toEqual({
    code: 0,
    stdout: `LiteLLM serves "qwen3-chat" for inferenceservice/qwen3 in namespace ${scene.namespace}.\n`,
    stderr: '',
  });
  await listed('qwen3-chat');

  const role = job.objects.find(({ kind }) => kind === 'Role');
  await kubernetes.apply({
    ...role,
    rules: [
      { apiGroups: ['serving.kserve.io'], resources: ['inferenceservices'], resourceNames: ['qwen3'], verbs: ['list'] },
    ],
  });
  expect(await run()).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^error: This account may not watch inferenceservices in \S+, so that inferenceservice\/qwen3 cannot be seen\. Give it that right in a Role/,
    ),
  });
});
