import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endpointSlice, service } from '../support/services.ts';
import { until } from '../support/wait.ts';
import { type BackendsScene, openBackendsScene } from './backends-scene.ts';
import { runProgram } from './program.ts';

let scene: BackendsScene;

beforeEach(async () => {
  scene = await openBackendsScene();
});

afterEach(() => scene.close());

test('34: only the file takes a backend out, and not where its entry said retain; a file that says nothing changes nothing', async () => {
  const [one, two] = [
    await scene.backend('ollama', [{ id: 'a' }, { id: 'b' }]),
    await scene.backend('ollama', [{ id: 'c' }, { id: 'd' }]),
  ];
  await scene.list({ name: 'one', url: one.url }, { name: 'two', url: two.url, cleanup: 'retain' });
  const controller = await scene.start();
  await scene.become(['a', 'b', 'c', 'd']);

  for (const [text, problem] of [
    ['', 'backends.yaml:1: the file is empty'],
    [
      'backends:\n  - name: one\n    url: ftp://x\n',
      'backends.yaml:3: backends[0].url must be an http:// or https:// address',
    ],
    ['backends: {', 'it is not YAML'],
    ['{"other": []}', 'other is not known'],
  ] as const) {
    await writeFile(scene.file, text);
    await until(`${problem} is told`, () => controller.output().includes(problem), 15_000);
    expect(await scene.names()).toEqual(['a', 'b', 'c', 'd']);
  }
  expect(await scene.figure(controller, 'model_registrar_source_synced', 'source="backend"')).toBe(0);
  await writeFile(scene.file, 'backends: []');
  await scene.become(['c', 'd'], 20_000);
  expect(await scene.figure(controller, 'model_registrar_source_synced', 'source="backend"')).toBe(1);
  await controller.stop();
  const again = await scene.start();
  await until('it looks after them again', async () => (await again.ready()).status === 200);
  const settings = ['--source=backend', `--backends=${scene.file}`];
  expect(await runProgram(['plan', ...settings, ...scene.access()])).toMatchObject({ code: 0 });
  expect(await scene.names()).toEqual(['c', 'd']);
  await scene.list({ name: 'two', url: two.url });
  await scene.askedAgain(again, 'two', 'answered', 2);
  await scene.list({ name: 'one', url: one.url });
  await scene.become(['a', 'b'], 20_000);
}, 120_000);

test('34: one table of plan has what all sources would change, and a backend goes before the objects of tenants', async () => {
  const server = await scene.backend('ollama', [{ id: 'llama' }]);
  await scene.list({ name: 'lab', url: server.url });
  await scene.serve({ name: 'qwen', annotations: { 'model-name': 'qwen' } });
  await scene.serve({ name: 'thief', annotations: { 'model-name': 'llama' } });
  const { namespace } = scene;
  const put = (path: string, object: { metadata: { name: string } }) =>
    scene.cluster.call('PATCH', `${path}/${object.metadata.name}?fieldManager=user&force=true`, object, {
      contentType: 'application/apply-patch+yaml',
    });
  await put(
    `/api/v1/namespaces/${namespace}/services`,
    service({ namespace, annotations: { 'model-name': 'by-hand' } }),
  );
  const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
  await put(slices, endpointSlice({ namespace, ready: [true] }));
  const { code, stdout } = await runProgram([
    'plan',
    '--source=inference-service',
    '--source=service',
    '--source=backend',
    `--backends=${scene.file}`,
    `--namespace=${namespace}`,
    ...scene.access(),
  ]);
  expect(stdout).toMatch(/by-hand .* service\//);
  expect(stdout).toMatch(/llama .*backend\/-\/lab:llama/);
  expect(stdout).toMatch(/qwen .*inference-service\//);
  expect(code).toBe(2);
  await scene.start({ source: ['inference-service', 'service', 'backend'], namespace });
  await scene.become(['llama', 'qwen', 'by-hand']);
  expect((await scene.gateway.model('llama')).model_info.id).toMatch(/^backend\.lab\./);
  await until('the other is told', async () =>
    (await scene.events('thief')).some((event) => event.startsWith('NameConflict: ')),
  );
}, 120_000);

test('34: doctor says what is wrong with the file, and asks each backend once', async () => {
  const [good, dead] = [await scene.backend('ollama', [{ id: 'a' }]), await scene.backend('ollama', [{ id: 'b' }])];
  await dead.stop();
  await scene.list({ name: 'good', url: good.url }, { name: 'dead', url: dead.url });
  const doctor = async () => {
    const { stdout } = await runProgram(['doctor', `--backends=${scene.file}`, '-o', 'json', ...scene.access()]);
    const { checks } = JSON.parse(stdout) as { checks: { id: string; about: string; status: string; says: string }[] };
    return checks.filter(({ about }) => about === 'backends').map(({ id, status, says }) => `${id} ${status} ${says}`);
  };
  expect(await doctor()).toEqual([
    `backends-file ok ${scene.file} lists 2 backends.`,
    `backend-good ok ${good.url} lists 1 model.`,
    'backend-dead failed Backend dead: it cannot be reached (ECONNREFUSED).',
  ]);
  await writeFile(scene.file, 'backends: 5');
  expect(await doctor()).toEqual([
    `backends-file failed ${scene.file}:1: backends must be a list of backends, each with name and url.`,
  ]);
  await dead.start();
});

test('34: a row that was made by hand keeps its name, until it is adopted', async () => {
  const server = await scene.backend('ollama', [{ id: 'llama' }, { id: 'mistral' }]);
  const params = { model: 'hosted_vllm/llama', api_base: server.url, api_key: 'x' };
  const theirs = await scene.gateway.addByHand({ name: 'llama', params });
  await scene.list({ name: 'lab', url: server.url });
  const settings = ['--source=backend', `--backends=${scene.file}`, '--settle=6s'];
  const controller = await scene.start();
  await scene.become(['llama', 'mistral']);
  await until('it is told', () => controller.output().includes('is held by a model that was added to LiteLLM by hand'));
  expect((await scene.gateway.model('llama')).model_info.id).toBe(theirs);
  const adopted = await runProgram(['adopt', 'llama', '--yes', ...settings, ...scene.access()], { withinMs: 90_000 });
  expect(adopted).toMatchObject({ code: 0 });
  await until('ours alone is there', async () =>
    (await scene.gateway.model('llama')).model_info.id.startsWith('backend.lab.'),
  );
  expect(await scene.names()).toEqual(['llama', 'mistral']);
});

test('34: where most models of a backend are gone after a start they are held, and go when that is confirmed', async () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  const server = await scene.backend(
    'vllm',
    ids.map((id) => ({ id })),
  );
  await scene.list({ name: 'box', url: server.url });
  const controller = await scene.start();
  await scene.become(ids);
  await controller.stop();
  server.list([{ id: 'a' }]);
  const next = await scene.start();
  await until('they are held', async () => (await next.metrics()).includes('model_registrar_deletes_held 5'), 20_000);
  const settings = ['--source=backend', `--backends=${scene.file}`, ...scene.access()];
  const { stdout } = await runProgram(['plan', '-o', 'json', ...settings]);
  const { held } = JSON.parse(stdout) as { held: { hash: string; models: number } };
  expect(await scene.names()).toEqual(ids);
  expect(await runProgram(['sync', `--confirm-deletes=${held.hash}`, ...settings])).toMatchObject({ code: 0 });
  expect(await scene.names()).toEqual(['a']);
}, 120_000);
