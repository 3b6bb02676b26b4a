import { afterEach, beforeEach, expect, test } from 'vitest';
import { endpointSlice, service } from '../../support/services.ts';
import { until } from '../../support/wait.ts';
import { type Stage, startStage } from './harness.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await startStage();
});

afterEach(() => stage.close());

const SOURCES = { source: ['service', 'inference-service'] };
const VLLM = { kind: 'Service', namespace: 'llm', name: 'vllm' };
const SLICE = { kind: 'EndpointSlice', namespace: 'llm', name: 'vllm-x7k2p' };

const SLICES = '/apis/discovery.k8s.io/v1/endpointslices';
const FORBIDDEN = { kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message: 'no' };

const put = (wish: Parameters<typeof service>[0] = {}) => stage.kubernetes.apply(service(wish));
const endpoints = (wish: Parameters<typeof endpointSlice>[0] = {}) => stage.kubernetes.apply(endpointSlice(wish));
const names = (): string =>
  stage.litellm
    .rows()
    .map(({ model_name }) => model_name)
    .sort()
    .join();
const registered = (...wanted: string[]) => until(`LiteLLM has ${wanted.join()}`, () => names() === wanted.join());
const events = (): string[] => stage.events('vllm', 'llm', 'Service');

/** So many readings of LiteLLM's list, and what they lead to. */
async function resyncs(count: number): Promise<void> {
  const lists = (): number => stage.litellm.calls.list().filter(({ path }) => path === '/model/info').length;
  const before = lists();
  await until(`${count} resyncs went by`, () => lists() > before + count);
}

test('a Service is registered when an endpoint is ready, kept while none is, and withdrawn when it goes', async () => {
  put();
  endpoints({ ready: [false] });
  await stage.start(SOURCES);
  await resyncs(2);
  expect(names()).toBe('');
  endpoints({ ready: [true] });
  await registered('vllm');
  expect(stage.litellm.rows()[0]?.litellm_params).toMatchObject({ api_base: 'http://vllm.llm.svc:8000/v1' });
  await until('the Service is told', () => events().some((event) => event.startsWith('Registered: ')));

  endpoints({ ready: [false] });
  await resyncs(2);
  stage.kubernetes.delete(SLICE);
  await resyncs(2);
  expect(names()).toBe('vllm');
  stage.kubernetes.delete(VLLM);
  await registered();
});

test('a Service is registered at its first ready endpoint, also where its slice comes later, or moves to it', async () => {
  await stage.start(SOURCES);
  put();
  put({ name: 'other' });
  endpoints({ service: 'other', name: 'one' });
  await registered('other');
  endpoints({ service: 'vllm', name: 'one' });
  await registered('other', 'vllm');
});

test('what KServe makes is passed over, what nobody annotated too', async () => {
  const ownerReferences = [{ apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService', name: 'q', uid: 'u' }];
  put({ name: 'copied', metadata: { ownerReferences } });
  put({ name: 'plain', annotations: {} });
  put();
  for (const name of ['copied', 'plain', 'vllm']) endpoints({ service: name });
  stage.serve({ name: 'qwen', annotations: { enabled: 'true' } });
  await stage.start({ ...SOURCES, selection: 'all' });
  await registered('qwen', 'vllm');
  await resyncs(2);
  expect(names()).toBe('qwen,vllm');
});

test('a Service without a selector is refused, and says so; one that is refused later keeps what it has', async () => {
  put({ spec: { type: 'ExternalName', externalName: 'evil.example.com', selector: undefined } });
  endpoints();
  await stage.start(SOURCES);
  const refusal = 'NotRoutable: The Service is of type ExternalName; only a Service that selects pods is registered.';
  await until('it is refused', () => events().includes(refusal));
  expect(names()).toBe('');
  stage.kubernetes.delete(VLLM);
  put();
  await registered('vllm');
  put({ annotations: { enabled: 'true', port: 'metrics' } });
  await until('it is told', () => events().some((event) => event.startsWith('InvalidAnnotation: ')));
  await resyncs(2);
  expect(names()).toBe('vllm');
});

test.each<[string, object]>([
  ['of type ExternalName', { type: 'ExternalName', externalName: 'evil.example.com' }],
  ['one without a selector', { selector: null }],
])('a Service that is edited into %s is taken out at once: its name leads elsewhere', async (_case, spec) => {
  put();
  endpoints();
  await stage.start(SOURCES);
  await registered('vllm');
  stage.kubernetes.patch(VLLM, { spec });
  await registered();
  await until('it is told', () => events().some((event) => event.startsWith('NotRoutable: ')));
});

test('an InferenceService and a Service of one name are two objects; the older one has the public name', async () => {
  stage.serve({ name: 'vllm', namespace: 'team-a', annotations: { enabled: 'true' } });
  await stage.start(SOURCES);
  await registered('vllm');
  put();
  endpoints();
  await until('it is told', () => events().some((event) => event.startsWith('NameConflict: ')));
  expect(stage.litellm.rows()).toHaveLength(1);
});

test('without the right to read EndpointSlices nothing is registered, and nothing withdrawn', async () => {
  put();
  endpoints();
  const first = await stage.start(SOURCES);
  await registered('vllm');
  await first.stop();
  put({ name: 'second' });
  endpoints({ service: 'second' });
  const effect = { kind: 'status', status: 403, body: FORBIDDEN } as const;
  stage.kubernetes.faults.inject({ path: SLICES, times: Number.POSITIVE_INFINITY, effect });
  await stage.start(SOURCES);
  await resyncs(3);
  expect(names()).toBe('vllm');
});
