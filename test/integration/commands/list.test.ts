import { afterEach, beforeEach, expect, test } from 'vitest';
import { ListDocument } from '../../../src/commands/list/index.ts';
import { inferenceService, status, type Wish } from '../../support/inference-services.ts';
import { endpointSlice, service } from '../../support/services.ts';
import { type Bench, openBench } from './program.ts';

let bench: Bench;

beforeEach(async () => {
  const house = {
    id: 'house-1',
    name: 'house',
    params: { model: 'openai/house', api_base: 'http://u:pw@house/v1?k=v' },
  };
  bench = await openBench({ litellm: { configModels: [house] } });
});

afterEach(() => bench.close());

const OWNER = '--owner-id=prod';

function serve(wish: Wish): void {
  bench.kubernetes.apply(inferenceService({ ...wish, status: status(wish) }));
}

async function listed(...args: string[]): Promise<ListDocument> {
  const { stdout, stderr, code } = await bench.runBoth('list', OWNER, '-o', 'json', ...args);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return ListDocument.parse(JSON.parse(stdout));
}

test('list tells who made each model, and why an object is not registered', async () => {
  serve({ name: 'mine', annotations: { enabled: 'true' } });
  serve({ name: 'shared', annotations: { 'model-name': 'shared-a, house' } });
  expect((await bench.runBoth('sync', OWNER)).code).toBe(0);
  serve({ name: 'theirs', namespace: 'b', annotations: { 'model-name': 'theirs' } });
  expect((await bench.runBoth('sync', '--owner-id=other', '--namespace=b')).code).toBe(0);
  bench.litellm.insert({ id: 'hand-1', name: 'by\u001b[31m hand', params: { model: 'hosted_vllm/x' }, blocked: true });
  bench.litellm.reload();
  serve({ name: 'new', annotations: { enabled: 'true' } });
  serve({ name: 'taken', annotations: { 'model-name': 'house' } });
  serve({ name: 'wrong', annotations: { mode: 'nonsense' } });
  serve({ name: 'plain' });
  bench.kubernetes.apply(inferenceService({ name: 'waits', annotations: { enabled: 'true' } }));

  const { models, objects, ...rest } = await listed();
  expect(models.map(({ name, owner, ownerId, source, blocked }) => [name, owner, ownerId, source, blocked])).toEqual([
    ['by\\u{1b}[31m hand', 'hand-made', undefined, undefined, true],
    ['house', 'config-file', undefined, undefined, false],
    ['mine', 'ours', 'prod', 'inference-service/llm/mine', false],
    ['shared-a', 'ours', 'prod', 'inference-service/llm/shared', false],
    ['theirs', 'other', 'other', 'inference-service/b/theirs', false],
  ]);
  expect(models[1]).toMatchObject({ model: 'openai/house', apiBase: 'http://house/v1' });
  expect(
    Object.fromEntries(
      objects.map(({ source, state, registered, reasons }) => [
        source.split('/').at(-1),
        [state, registered, reasons[0]],
      ]),
    ),
  ).toEqual({
    new: ['pending', false, expect.stringContaining('next pass')],
    plain: ['ignored', false, expect.stringContaining('no annotation')],
    shared: ['conflict', true, expect.stringMatching(/^NameConflict: "house" is held/)],
    taken: ['conflict', false, expect.stringMatching(/^NameConflict: "house" is held/)],
    theirs: ['conflict', false, expect.stringMatching(/^NameConflict: "theirs"/)],
    waits: ['down', false, expect.stringContaining('KServe has not said')],
    wrong: ['invalid', false, expect.stringMatching(/^InvalidAnnotation: .*mode/)],
  });
  expect(rest).toEqual({ ownerId: 'prod', unread: [], litellms: ['default'] });

  const { stdout } = await bench.runBoth('list', OWNER);
  expect(stdout).toMatch(
    /^theirs +other: other +inference-service\/b\/theirs +hosted_vllm\/theirs +b\.theirs\.[0-9a-f]{8}$/m,
  );
  expect(stdout).toMatch(/^inference-service\/llm\/plain +ignored +no annotation begins with/m);
  expect(stdout).toMatch(
    /^5 models: 2 ours, 1 of other owner ids, 1 made by hand, 1 of .* 6 objects not registered\.$/m,
  );
  expect(stdout).not.toContain('\u001b');
});

test('list of thousands has whole names in columns, one line each', async () => {
  const name = (index: number) => `model-${'x'.repeat(index % 90)}-${index}`;
  for (let index = 0; index < 3000; index += 1) {
    bench.litellm.insert({ id: `id-${index}`, name: name(index), params: { model: 'hosted_vllm/x' } });
  }
  bench.litellm.reload();
  const { code, stdout } = await bench.runBoth('list', OWNER);
  expect(code).toBe(0);
  const lines = stdout.split('\n').filter((line) => line.startsWith('model-x') || line.startsWith('model--'));
  expect(new Set(lines.map((line) => line.split(/ +/)[0]))).toEqual(
    new Set(Array.from({ length: 3000 }, (_, index) => name(index))),
  );
  expect(new Set(lines.map((line) => line.indexOf('hand-made'))).size).toBe(1);
});

test('list exits with 1 where a source may not be read, and shows the models all the same', async () => {
  bench.kubernetes.faults.inject({
    on: /inferenceservices/,
    effect: { kind: 'status', status: 403 },
    times: Number.POSITIVE_INFINITY,
  });
  const { code, stdout } = await bench.runBoth('list', OWNER);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^house +config-file/m);
  expect(stdout).toMatch(/^! inference-service: listing it is forbidden: .* its objects are not listed$/m);
});

test('of Services those that somebody annotated are listed, the others not: there may be thousands', async () => {
  for (const name of ['meant', 'waits', 'plain']) {
    bench.kubernetes.apply(service({ name, annotations: name === 'plain' ? {} : { enabled: 'true' } }));
  }
  bench.kubernetes.apply(service({ name: 'out', annotations: { enabled: 'false' } }));
  bench.kubernetes.apply(endpointSlice({ service: 'meant' }));
  const { objects } = await listed('--source=service');
  expect(objects.map(({ source, state }) => [source, state])).toEqual([
    ['service/llm/meant', 'pending'],
    ['service/llm/out', 'ignored'],
    ['service/llm/waits', 'down'],
  ]);
});

test('list says what is held, and how it is confirmed', async () => {
  for (const name of ['a', 'b', 'c', 'd']) serve({ name, annotations: { enabled: 'true' } });
  expect((await bench.runBoth('sync', OWNER)).code).toBe(0);
  for (const name of ['a', 'b', 'c']) bench.kubernetes.delete({ kind: 'InferenceService', namespace: 'llm', name });
  const { held } = await listed();
  expect(held).toMatchObject({ models: 3, of: 4, confirm: expect.stringContaining(`--confirm-deletes ${held?.hash}`) });
  const { stdout } = await bench.runBoth('list', OWNER);
  expect(stdout).toContain('! 3 of 4 models would go, though nobody saw their objects go: that is held. To confirm it');
});
