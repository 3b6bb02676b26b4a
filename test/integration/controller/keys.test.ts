import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../support/wait.ts';
import { type Controller, type Stage, startStage } from './harness.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await startStage();
});

afterEach(() => stage.close());

const [FIRST, SECOND] = ['canary-first', 'canary-second'];

const putSecret = (key: string): void =>
  void stage.kubernetes.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'backend', namespace: 'llm' },
    stringData: { 'api-key': key },
  });
const dropSecret = (): void => stage.kubernetes.delete({ kind: 'Secret', namespace: 'llm', name: 'backend' });
const serveWithKey = (): void =>
  stage.serve({ name: 'qwen', annotations: { enabled: 'true', 'api-key-secret': 'backend' } });
const keyOf = (name: string): unknown =>
  stage.litellm.rows().find((row) => row.model_name === name)?.litellm_params.api_key;
const warned = (pattern: RegExp): Promise<unknown> =>
  until(`an Event that matches ${pattern}`, () => stage.events('qwen').find((event) => pattern.test(event)));

/** Neither an Event nor a log line may hold a key. */
function expectNoKey({ logs }: Controller): void {
  expect(`${stage.events('qwen').join('\n')}${logs.join('\n')}`).not.toContain('canary-');
}

test('a model is registered with the key of its backend, and a rotated key arrives as one PATCH', async () => {
  putSecret(FIRST);
  const controller = await stage.start();
  serveWithKey();
  await until('it has its key', () => keyOf('qwen') === FIRST);
  stage.litellm.calls.clear();
  putSecret(SECOND);
  await until('it has the new key', () => keyOf('qwen') === SECOND);
  const writes = stage.litellm.calls.list().filter(({ method }) => method !== 'GET');
  expect(writes.map(({ method }) => method)).toEqual(['PATCH']);
  expectNoKey(controller);
});

test('a rotated key does not wait for a resync, and is one PATCH for each model that it is for', async () => {
  putSecret(FIRST);
  await stage.start({ 'resync-interval': '10m' });
  serveWithKey();
  stage.serve({ name: 'other', annotations: { enabled: 'true', 'api-key-secret': 'backend' } });
  stage.serve({ name: 'without', annotations: { enabled: 'true' } });
  await until('all are there', () => stage.litellm.rows().length === 3);
  stage.litellm.calls.clear();
  putSecret(SECOND);
  await until('both have the new key', () => keyOf('qwen') === SECOND && keyOf('other') === SECOND, 8_000);
  const writes = stage.litellm.calls.list().filter(({ method }) => method !== 'GET');
  expect(writes.map(({ method }) => method)).toEqual(['PATCH', 'PATCH']);
});

test('without its Secret nothing is registered, and the object is told; once it is there the model comes', async () => {
  const controller = await stage.start();
  serveWithKey();
  await warned(
    /^InvalidAnnotation: model-registrar\.io\/api-key-secret: there is no Secret "backend" in namespace llm\.$/,
  );
  expect(stage.litellm.rows()).toEqual([]);
  putSecret(FIRST);
  await until('it has its key', () => keyOf('qwen') === FIRST);
  expectNoKey(controller);
});

test('a Secret that goes takes nothing away', async () => {
  putSecret(FIRST);
  const controller = await stage.start();
  serveWithKey();
  await until('it has its key', () => keyOf('qwen') === FIRST);
  dropSecret();
  await warned(/^InvalidAnnotation: .*there is no Secret/);
  expect(keyOf('qwen')).toBe(FIRST);
  expectNoKey(controller);
});

test('a Secret that may not be read is told, and what is registered stays', async () => {
  putSecret(FIRST);
  const controller = await stage.start();
  serveWithKey();
  await until('it has its key', () => keyOf('qwen') === FIRST);
  stage.kubernetes.faults.inject({
    path: '/secrets/',
    effect: { kind: 'status', status: 403 },
    times: Number.POSITIVE_INFINITY,
  });
  await warned(
    /^RegistrationFailed: The Secret "backend" may not be read: give model-registrar the right to get Secrets/,
  );
  expect(keyOf('qwen')).toBe(FIRST);
  expectNoKey(controller);
});

test('a Secret that names LiteLLM’s environment is refused', async () => {
  putSecret('os.environ/LITELLM_MASTER_KEY');
  await stage.start();
  serveWithKey();
  await warned(/^InvalidAnnotation: .*begins with "os\.environ\/"/);
  expect(stage.litellm.rows()).toEqual([]);
});

test('an annotation that goes leaves no key behind', async () => {
  putSecret(FIRST);
  await stage.start();
  serveWithKey();
  await until('it has its key', () => keyOf('qwen') === FIRST);
  stage.kubernetes.patch(
    { kind: 'InferenceService', namespace: 'llm', name: 'qwen' },
    { metadata: { annotations: { 'model-registrar.io/api-key-secret': null } } },
  );
  await until('the key is gone', () => keyOf('qwen') === 'not-needed');
});
