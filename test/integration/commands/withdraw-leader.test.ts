import { afterEach, beforeEach, expect, test } from 'vitest';
import { inferenceService, status } from '../../support/inference-services.ts';
import { until } from '../../support/wait.ts';
import { type Bench, openBench } from './program.ts';

const OWNER = '--owner-id=prod';

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
  const wish = { name: 'one', annotations: { enabled: 'true' } };
  bench.kubernetes.apply(inferenceService({ ...wish, status: status(wish) }));
  expect((await bench.runBoth('sync', OWNER)).code).toBe(0);
});

afterEach(() => bench.close());

const rows = (): string[] => bench.litellm.rows().map((row) => row.model_name);
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString().replace('Z', '000Z');

function lease(spec: object, { namespace = 'ours', owner = 'prod' } = {}): void {
  bench.kubernetes.apply({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      namespace,
      name: 'model-registrar',
      labels: { 'app.kubernetes.io/name': 'model-registrar' },
      annotations: { 'model-registrar.io/owner-id': owner },
    },
    spec: { leaseDurationSeconds: 2, ...spec },
  });
}

const REFUSED =
  /^error: A controller of owner id prod runs.*: pod-1 holds the Lease ours\/model-registrar\. Stop it first: /;

test('withdraw is refused while a controller of this owner id holds its Lease, and says how to stop it', async () => {
  lease({ holderIdentity: 'pod-1', renewTime: ago(1_000) });
  const { code, stdout, stderr } = await bench.runBoth('withdraw', OWNER, '--yes');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(REFUSED);
  expect(stderr).toContain(': kubectl -n ours scale deployment/model-registrar --replicas=0. ');
  expect(rows()).toEqual(['one']);

  lease({ holderIdentity: '' });
  expect(await bench.runBoth('withdraw', OWNER, '--yes')).toMatchObject({ code: 0, stderr: '' });
  expect(rows()).toEqual([]);
});

test('a dry run shows all the same what would go, and warns', async () => {
  lease({ holderIdentity: 'pod-1', renewTime: ago(1_000) });
  const { code, stdout, stderr } = await bench.runBoth('withdraw', OWNER, '--dry-run');
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^Warning: A controller .* pod-1 /) });
  expect(stdout).toMatch(/^one +inference-service\/llm\/one/m);
});

test('a holder whose clock is far behind is known by its renewals', async () => {
  let seconds = 0;
  const renewing = setInterval(() => {
    seconds += 1;
    lease({ holderIdentity: 'pod-1', renewTime: ago(3_600_000 - seconds * 1_000) });
  }, 50);
  try {
    await until('it is held', () => seconds > 0);
    expect((await bench.runBoth('withdraw', OWNER, '--yes')).stderr).toMatch(REFUSED);
  } finally {
    clearInterval(renewing);
  }
  expect(rows()).toEqual(['one']);
});

test.each([
  ['whose holder died', { holderIdentity: 'dead', renewTime: ago(60_000) }, {}],
  [
    'that was written by a clock far ahead, and does not change',
    { holderIdentity: 'dead', renewTime: ago(-3_600_000) },
    {},
  ],
  ['of another owner id', { holderIdentity: 'pod-1', renewTime: ago(0) }, { owner: 'other' }],
])('a Lease %s stands in nobody’s way', async (_, spec, more) => {
  lease(spec, more);
  expect(await bench.runBoth('withdraw', OWNER, '--yes')).toMatchObject({ code: 0, stderr: '' });
  expect(rows()).toEqual([]);
});

test('who may not see the Leases of all namespaces is asked for those of the one that is named', async () => {
  lease({ holderIdentity: 'pod-1', renewTime: ago(0) });
  const forbid = (path: string | RegExp) =>
    bench.kubernetes.faults.inject({ path, effect: { kind: 'status', status: 403 }, times: Number.POSITIVE_INFINITY });
  forbid('/apis/coordination.k8s.io/v1/leases');
  expect((await bench.runBoth('withdraw', OWNER, '--yes', '--lease-namespace=ours')).stderr).toMatch(REFUSED);
  forbid('/namespaces/ours/leases');
  expect(await bench.runBoth('withdraw', OWNER, '--yes', '--lease-namespace=ours')).toMatchObject({ code: 0 });
});

test('a controller that starts meanwhile is named in the end', async () => {
  const passing = bench.litellm.faults.inject({ on: 'delete', effect: { kind: 'delay', milliseconds: 300 } });
  const withdrawn = bench.runBoth('withdraw', OWNER, '--yes');
  await until('it has begun', () => passing.hits > 0);
  lease({ holderIdentity: 'pod-1', renewTime: ago(0) });
  const { code, stdout, stderr } = await withdrawn;
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(REFUSED) });
  expect(stdout).toMatch(/^1 model taken out\.$/m);
});
