import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../bed/index.ts';
import { until } from '../../support/wait.ts';
import { type Controller, type Stage, startStage } from './harness.ts';

const LEASE = { kind: 'Lease', namespace: 'ours', name: 'model-registrar' };
const ELECTS = { 'leader-elect': true, 'lease-namespace': 'ours', 'lease-duration': '2s', 'owner-id': 'prod' };

let stage: Stage;
let proxies: FaultProxy[];

beforeEach(async () => {
  stage = await startStage();
  stage.kubernetes.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ours' } });
  proxies = [];
});

afterEach(async () => {
  await stage.close();
  await Promise.all(proxies.map((proxy) => proxy.stop()));
});

interface Replica extends Controller {
  /** Its own way to LiteLLM, where its calls are counted. */
  proxy: FaultProxy;
}

async function replica(settings: Record<string, unknown> = {}): Promise<Replica> {
  const proxy = await startFaultProxy(stage.litellm.url);
  proxies.push(proxy);
  return { ...(await stage.start({ ...ELECTS, 'litellm-url': proxy.url, ...settings })), proxy };
}

const names = (): string[] => stage.litellm.rows().map((row) => row.model_name);
const serve = (name: string): void => stage.serve({ name, annotations: { enabled: 'true' } });
const ready = async ({ url }: Controller) => {
  const answer = await fetch(`${url}/readyz`);
  return { status: answer.status, text: await answer.text() };
};
const leads = async ({ url }: Controller): Promise<boolean> =>
  /^model_registrar_leader 1$/m.test(await (await fetch(`${url}/metrics`)).text());
const messages = ({ logs }: Controller): string[] => logs.map((line) => (JSON.parse(line) as { msg: string }).msg);
const untilLeads = (one: Controller) => until('it leads', () => leads(one));
const holder = (): string =>
  (stage.kubernetes.get(LEASE) as { spec?: { holderIdentity?: string } } | undefined)?.spec?.holderIdentity ?? '';

test('the one that stands by follows all, calls LiteLLM not once, and is ready; the first one’s end makes it the writer', async () => {
  const first = await replica();
  await untilLeads(first);
  const second = await replica();
  await until('it is ready', async () => (await ready(second)).status === 200);
  expect((await ready(second)).text).toContain('standing by');
  serve('one');
  await until('it is registered', () => names().join() === 'one');
  expect(stage.kubernetes.get(LEASE)).toMatchObject({
    metadata: {
      labels: { 'app.kubernetes.io/name': 'model-registrar' },
      annotations: { 'model-registrar.io/owner-id': 'prod' },
    },
    spec: { holderIdentity: expect.stringMatching(/.+_[0-9a-f]{8}$/), leaseDurationSeconds: 2, leaseTransitions: 0 },
  });
  const before = holder();
  expect([await leads(second), second.proxy.calls.length]).toEqual([false, 0]);

  await first.stop();
  expect(messages(first)).toContain('the Lease was given back');
  await untilLeads(second);
  expect(await first.ended).toBe('stopped');
  expect(holder()).not.toBe(before);
  serve('two');
  await until('the other goes on', () => names().toSorted().join() === 'one,two');
  expect(stage.litellm.calls.list('new')).toHaveLength(2);
});

test('a leader that is told to stop in the midst of much slow work ends the call in hand, begins no other, and the next one does the rest', async () => {
  const slow = stage.litellm.faults.inject({
    on: 'new',
    effect: { kind: 'delay', milliseconds: 400 },
    times: Number.POSITIVE_INFINITY,
  });
  const first = await replica();
  await untilLeads(first);
  const second = await replica();
  const wanted = Array.from({ length: 12 }, (_, index) => `model-${index}`);
  for (const name of wanted) serve(name);
  const created = () => first.proxy.calls.filter(({ template }) => template === '/model/new');
  await until('the second write is under way', () => created().length === 2);
  await first.stop();
  expect(created().map(({ status }) => status)).toEqual([200, 200]);
  expect(first.logs.join('')).not.toContain('cut off');
  await untilLeads(second);
  slow.lift();
  await until('the other did the rest', () => names().toSorted().join() === wanted.toSorted().join());
  expect(stage.litellm.calls.list('new')).toHaveLength(wanted.length);
});

test('a leader that is cut off from its Lease writes no more, the other takes over, and once it sees that it ends', async () => {
  const cluster = await startFaultProxy(stage.kubernetes.url);
  proxies.push(cluster);
  const kubeconfig = join(dirname(stage.keyFile), 'kubeconfig-of-the-first');
  await writeFile(kubeconfig, stage.kubernetes.kubeconfig.replace(stage.kubernetes.url, cluster.url));
  const first = await replica({ kubeconfig });
  await untilLeads(first);
  const second = await replica();
  await until('it is ready', async () => (await ready(second)).status === 200);

  cluster.fault({ kind: 'hang', path: /\/leases\// });
  await untilLeads(second);
  const calls = first.proxy.calls.length;
  serve('late');
  await until('the other registers it', () => names().join() === 'late');
  expect([await leads(first), first.proxy.calls.length]).toEqual([false, calls]);
  cluster.healAll();
  expect(await first.ended).toBe('lost');
  expect(first.proxy.calls).toHaveLength(calls);
  expect(messages(first)).toEqual(
    expect.arrayContaining([
      'the Lease cannot be read or written',
      'the Lease could not be renewed in time: this process writes nothing until it can',
      'the Lease is lost, another process took it over: this one writes no more',
    ]),
  );
});

test('while no Lease can be renewed nothing is written, and it goes on afterwards where nobody took it', async () => {
  const controller = await replica();
  await untilLeads(controller);
  await until('it is ready', async () => (await ready(controller)).status === 200);
  const fault = stage.kubernetes.faults.inject({
    method: 'PUT',
    path: '/leases/',
    effect: { kind: 'status', status: 500 },
    times: Number.POSITIVE_INFINITY,
  });
  await until('it leads no more', async () => !(await leads(controller)));
  expect(await ready(controller)).toMatchObject({ status: 503, text: expect.stringContaining('could not be renewed') });
  const calls = controller.proxy.calls.length;
  serve('late');
  await until('it was looked at', () => controller.logs.some((line) => line.includes('LiteLLM was not called')));
  expect(controller.proxy.calls).toHaveLength(calls);
  fault.lift();
  await until('it is registered', () => names().join() === 'late');
  await until('it is ready', async () => (await ready(controller)).status === 200);
  expect(stage.kubernetes.get(LEASE)).toHaveProperty('spec.leaseTransitions', 0);
});

test('a Lease that another took is lost at the next renewal, whatever its owner does with it then', async () => {
  const first = await replica();
  await untilLeads(first);
  const lease = stage.kubernetes.get(LEASE) as unknown as { spec: object };
  stage.kubernetes.apply({
    apiVersion: 'coordination.k8s.io/v1',
    kind: LEASE.kind,
    metadata: { namespace: LEASE.namespace, name: LEASE.name },
    spec: { ...lease.spec, holderIdentity: 'another' },
  });
  expect(await first.ended).toBe('lost');
  expect(holder()).toBe('another');
});

test('without the right to a Lease nothing is written, the log says what is missing, and it goes on once it is granted', async () => {
  const fault = stage.kubernetes.faults.inject({
    path: '/leases',
    effect: { kind: 'status', status: 403 },
    times: Number.POSITIVE_INFINITY,
  });
  const controller = await replica();
  serve('one');
  await until('the log says it', () => controller.logs.some((line) => line.includes('grant it with a Role')));
  expect(controller.proxy.calls).toEqual([]);
  expect(controller.logs.filter((line) => line.includes('the Lease cannot be read'))).toHaveLength(1);
  fault.lift();
  await until('it is registered', () => names().join() === 'one');
});

test('a dry run and a controller that does not elect take no Lease', async () => {
  serve('one');
  const dry = await replica({ 'dry-run': true });
  await until('it says what it would do', () => dry.logs.some((line) => line.includes('would be changed')));
  const alone = await replica({ 'leader-elect': 'false' });
  await until('it is registered', () => names().join() === 'one');
  expect([await leads(dry), await leads(alone)]).toEqual([true, true]);
  expect(stage.kubernetes.get(LEASE)).toBeUndefined();
});

test('two at a time: every model once, though both start together and the Lease changes hands ten times', async () => {
  const pair = [await replica(), await replica()];
  for (let round = 0; round < 10; round += 1) {
    serve(`model-${round}`);
    if (round >= 2) stage.remove(`model-${round - 2}`);
    const leader = await until('one leads', async () => {
      for (const one of pair) if (await leads(one)) return one;
      return undefined;
    });
    await leader.stop();
    pair.splice(pair.indexOf(leader), 1, await replica());
  }
  await until('what serves is registered', () => names().toSorted().join() === 'model-8,model-9');
  // Each object is made at most once, whoever leads.
  expect(stage.litellm.calls.list('new').length).toBeLessThanOrEqual(10);
});
