import { randomBytes } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { attachBed, HOLD, type PodView, waitFor } from '../../bed/index.ts';
import { vllm } from './models.ts';

const bed = attachBed(inject('bed'));
const namespace = `bed-${randomBytes(4).toString('hex')}`;
const host = `two-predictor.${namespace}`;
const PATIENT = { withinMs: 60_000, everyMs: 200 };

beforeAll(async () => {
  await bed.kubernetes.createNamespace(namespace);
  await bed.kubernetes.apply({
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name: 'two', namespace, annotations: { 'serving.kserve.io/autoscalerClass': 'none' } },
    spec: vllm({ args: ['--served-model-name', 'a', 'b'], replicas: 2 }),
  });
  await readyPods(2);
});

afterEach(() => bed.close());

afterAll(async () => {
  await bed.kubernetes.kubectl(['delete', 'namespace', namespace, '--wait=false']);
});

async function pods(): Promise<PodView[]> {
  return (await bed.kserve?.pods(namespace, 'two')) ?? [];
}

function readyPods(count: number): Promise<PodView[]> {
  const ready = async () => (await pods()).filter((pod) => pod.ready);
  return waitFor(
    `${count} pods are Ready`,
    async () => {
      const found = await ready();
      return found.length === count ? found : undefined;
    },
    PATIENT,
  );
}

interface Answer {
  status: number;
  /** Empty where no pod answered. */
  pod: string;
  uid: string;
  body: unknown;
}

/** A chat call by the gateway, which LiteLLM has for its proxy. */
async function call(model: string, path = `http://${host}.svc.cluster.local/v1/chat/completions`): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const asked = request(bed.coordinates.gateway.url, { method: 'POST', path }, resolve);
  asked.once('error', reject);
  asked.end(JSON.stringify({ model, messages: [] }));
  const answer = await promise;
  const header = (name: string): string => [answer.headers[name] ?? ''].flat().join();
  return {
    status: answer.statusCode ?? 0,
    pod: header('x-bed-pod'),
    uid: header('x-bed-pod-uid'),
    body: await json(answer),
  };
}

/** The pods that answer, or the statuses of those who refuse. */
async function answering(): Promise<string[]> {
  const answers = [await call('a'), await call('a'), await call('b'), await call('b')];
  return [...new Set(answers.map(({ status, pod }) => (status === 200 ? pod : `${status}`)))].toSorted((a, b) =>
    a.localeCompare(b),
  );
}

test('a call for a Service is answered for its ready pods in turn, and says which one it was', async () => {
  const names = (await readyPods(2)).map(({ name }) => name);
  const all = names.toSorted((a, b) => a.localeCompare(b)).join();
  await waitFor('both answer', async () => (await answering()).join() === all, PATIENT);
  const { pod, uid, body } = await call('b');
  expect((await pods()).find(({ name }) => name === pod)?.uid).toBe(uid);
  expect(body).toMatchObject({ model: 'b', system_fingerprint: `${pod}/${uid}` });
  const recorded = (await bed.gatewayCalls()).findLast((each) => each.host === `${host}.svc.cluster.local`);
  expect(recorded).toMatchObject({ status: 200, model: 'b', pod, podUid: uid });
});

test('a model that the pod does not serve, a path, a port and a Service that are not there are refused', async () => {
  expect(await call('c')).toMatchObject({ status: 404, body: { error: { message: 'The model `c` does not exist.' } } });
  expect((await call('a', `http://${host}.svc.cluster.local/openai/v1/chat/completions`)).status).toBe(404);
  expect((await call('a', `http://${host}.svc.cluster.local:8080/v1/chat/completions`)).status).toBe(503);
  expect((await call('a', `http://other-predictor.${namespace}.svc.cluster.local/v1/chat/completions`)).status).toBe(
    503,
  );
});

test('a pod that is not Ready gets no call; where none is, nobody answers', async () => {
  const [held] = await readyPods(2);
  const label = (...of: string[]) => bed.kubernetes.kubectl(['label', 'pod', '-n', namespace, '--overwrite', ...of]);
  await label(held?.name ?? '', `${HOLD}=true`);
  await readyPods(1);
  await waitFor('the other one answers all', async () => (await answering()).length === 1, PATIENT);
  expect(await answering()).not.toContain(held?.name);
  await bed.kserve?.labelPods(namespace, 'two', HOLD, true);
  await waitFor('nobody answers', async () => (await answering()).join() === '503', PATIENT);
  await bed.kserve?.labelPods(namespace, 'two', HOLD, false);
  await readyPods(2);
});

test('a route of a test goes before the pods', async () => {
  const stub = await bed.serve(host, { served: ['c'] });
  expect(await call('c')).toMatchObject({ status: 200, pod: '' });
  await stub.stop();
  expect((await call('a')).status).toBe(200);
});
