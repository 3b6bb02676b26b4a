import { afterEach, beforeEach, expect, test } from 'vitest';
import { startFaultProxy } from '../../bed/index.ts';
import { until } from '../../support/wait.ts';
import { type Stage, startStage } from './harness.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await startStage();
});

afterEach(() => stage.close());

const ids = (): string[] => stage.litellm.rows().map((row) => row.model_id);
const serve = (name: string): void => stage.serve({ name, annotations: { enabled: 'true' } });
async function readiness(url: string): Promise<number> {
  return (await fetch(`${url}/readyz`)).status;
}

test('an answer that is lost after the write makes no second row', async () => {
  await stage.start();
  stage.litellm.faults.inject({ on: 'new', effect: { kind: 'cut', after: true } });
  serve('qwen');
  await until('it is registered', () => stage.events('qwen').some((event) => event.startsWith('Registered: ')));
  expect(ids()).toHaveLength(1);
});

test('a row that is saved and not live is told, kept, and not made twice', async () => {
  await stage.start();
  const body = {
    error: { message: 'Model create was saved to the database, but the model id(s) are not live', code: '500' },
  };
  stage.litellm.faults.inject({ on: 'new', effect: { kind: 'status', status: 500, body, after: true } });
  serve('qwen');
  await until('it is told', () => stage.events('qwen').some((event) => event.startsWith('SavedNotLive: ')));
  expect(ids()).toHaveLength(1);
});

test('while LiteLLM is away the calls get fewer, readiness is lost, and all is well after', async () => {
  const controller = await stage.start();
  serve('one');
  await until('it is registered', () => ids().length === 1);
  const fault = stage.litellm.faults.inject({ effect: { kind: 'cut' }, times: Number.POSITIVE_INFINITY });
  for (let index = 0; index < 20; index += 1) serve(`more-${index}`);
  await until('readiness is lost', async () => (await readiness(controller.url)) === 503);
  const writes = stage.litellm.calls.list('new').length;
  expect(writes).toBeLessThan(20);
  fault.lift();
  await until('all are registered', () => ids().length === 21);
  await until('it is ready again', async () => (await readiness(controller.url)) === 200);
});

test('a lost database makes the calls fewer, costs readiness, and ends in one row an object', async () => {
  const controller = await stage.start();
  serve('one');
  await until('it is registered', () => ids().length === 1);
  stage.litellm.setDatabaseDown(true);
  serve('two');
  stage.remove('one');
  // Look-ups are answered from memory all the while.
  await until('readiness is lost', async () => (await readiness(controller.url)) === 503);
  expect(stage.litellm.calls.list('new').length).toBeLessThan(20);
  expect(stage.litellm.calls.list('search').every((call) => call.status === 200)).toBe(true);
  stage.litellm.setDatabaseDown(false);
  await until(
    'the new one is there and the old one gone',
    () => ids().length === 1 && ids()[0]?.startsWith('llm.two.'),
  );
});

test('one model that LiteLLM refuses stops nobody else', async () => {
  await stage.start();
  const body = {
    detail: [{ loc: ['body', 'litellm_params', 'rpm'], msg: 'Input should be a valid integer', type: 'int' }],
  };
  stage.litellm.faults.inject({ on: 'new', effect: { kind: 'status', status: 422, body }, times: 1 });
  serve('bad');
  await until('it is told', () => stage.events('bad').some((event) => event.startsWith('Rejected: ')));
  serve('good');
  await until('both are there in the end', () => ids().length === 2);
});

test('lists of replicas that lag are not taken for edits', async () => {
  await stage.close();
  stage = await startStage({ litellm: { replicas: 2, reloadMilliseconds: 400 } });
  const service = await startFaultProxy(...stage.litellm.urls);
  await stage.start({ settle: '2s', 'litellm-url': service.url });
  const calls = (operation: string): number => stage.litellm.calls.list(operation).length;
  stage.serve({ name: 'qwen', annotations: { 'max-model-len': '4096' } });
  await until('it is registered', () => ids().length === 1);
  stage.serve({ name: 'qwen', annotations: { 'max-model-len': '8192' } });
  await until('it is changed', () => calls('update') > 0);
  const lists = calls('list');
  await until('ten resyncs went by', () => calls('list') >= lists + 10);
  expect([calls('new'), calls('update'), calls('delete')]).toEqual([1, 1, 0]);
  stage.remove('qwen');
  await until('it is gone', () => ids().length === 0);
  const more = calls('list');
  await until('ten more resyncs went by', () => calls('list') >= more + 10);
  expect([calls('new'), calls('update'), calls('delete')]).toEqual([1, 1, 1]);
  await service.stop();
});

test('an ingress without LiteLLM behind it closes the way for all, and readiness says so', async () => {
  const controller = await stage.start();
  serve('one');
  await until('it is registered', () => ids().length === 1);
  const body = '<html>502 Bad Gateway</html>';
  const fault = stage.litellm.faults.inject({
    effect: { kind: 'status', status: 502, body },
    times: Number.POSITIVE_INFINITY,
  });
  stage.litellm.calls.clear();
  for (let index = 0; index < 60; index += 1) serve(`more-${index}`);
  await until('readiness says what is the matter', async () =>
    /no good answer from LiteLLM.*502/.test(await (await fetch(`${controller.url}/readyz`)).text()),
  );
  expect(stage.litellm.calls.list('new').length + stage.litellm.calls.list('search').length).toBeLessThan(60);
  fault.lift();
  await until('all are registered', () => ids().length === 61);
});

test('status events that change nothing for us do not end a backoff', async () => {
  await stage.start({ 'backoff-min': '5s', 'backoff-max': '10s' });
  const body = { detail: [{ loc: ['body', 'model_name'], msg: 'no', type: 'x' }] };
  stage.litellm.faults.inject({
    on: 'new',
    effect: { kind: 'status', status: 422, body },
    times: Number.POSITIVE_INFINITY,
  });
  serve('bad');
  await until('it is refused', () => stage.events('bad').some((event) => event.startsWith('Rejected: ')));
  for (let copies = 2; copies < 22; copies += 1) stage.setStatus({ name: 'bad', copies });
  const before = stage.litellm.calls.count('list');
  await until('three resyncs went by', () => stage.litellm.calls.count('list') >= before + 3);
  expect(stage.litellm.calls.list('new')).toHaveLength(1);
});

test('a controller that waits for the API server is alive, not ready, and says what it waits for', async () => {
  stage.kubernetes.faults.inject({
    on: 'list inferenceservices',
    effect: { kind: 'status', status: 500 },
    times: Number.POSITIVE_INFINITY,
  });
  const controller = await stage.start();
  await until('readiness says so', async () => {
    const answer = await (await fetch(`${controller.url}/readyz`)).text();
    return answer.includes('inference-service has not been read yet') && !answer.includes('LiteLLM');
  });
  expect((await fetch(`${controller.url}/healthz`)).status).toBe(200);
});

test('30 objects in step cost one list a resync and nothing else', async () => {
  await stage.start();
  for (let index = 0; index < 30; index += 1) serve(`model-${index}`);
  await until('all are registered', () => ids().length === 30);
  const settled = stage.litellm.calls.count('list');
  await until('what was written is settled', () => stage.litellm.calls.count('list') >= settled + 3);
  stage.litellm.calls.clear();
  await until('five resyncs went by', () => stage.litellm.calls.count('list') >= 5);
  expect(stage.litellm.calls.count()).toBe(stage.litellm.calls.count('list'));
});

test('SIGTERM while LiteLLM hangs ends the controller in time', async () => {
  const controller = await stage.start({ 'litellm-timeout': '60s' });
  serve('one');
  await until('it is registered', () => ids().length === 1);
  const fault = stage.litellm.faults.inject({ on: 'new', effect: { kind: 'hang' }, times: Number.POSITIVE_INFINITY });
  serve('two');
  await until('a call hangs', () => fault.hits > 0);
  const started = performance.now();
  await controller.stop();
  expect(performance.now() - started).toBeLessThan(10_000);
});
