import { afterEach, beforeEach, expect, test } from 'vitest';
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

test('a lost database ends in one row an object', async () => {
  await stage.start();
  serve('one');
  await until('it is registered', () => ids().length === 1);
  stage.litellm.setDatabaseDown(true);
  serve('two');
  stage.remove('one');
  await until('the database was missed', () => stage.litellm.calls.list('search').some((call) => call.status === 503));
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
  stage = await startStage({ litellm: { replicas: 2, reloadMilliseconds: 200 } });
  await stage.start({ settle: '1500ms', 'litellm-url': stage.litellm.urls[0] ?? '' });
  serve('qwen');
  await until('it is registered', () => ids().length === 1);
  const writes = (): number => stage.litellm.calls.list().filter((call) => call.method !== 'GET').length;
  const before = writes();
  const cycles = stage.litellm.calls.count('list');
  await until('ten resyncs went by', () => stage.litellm.calls.count('list') >= cycles + 10);
  expect(writes()).toBe(before);
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
