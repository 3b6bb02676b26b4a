import { expect, test } from 'vitest';
import { judgeRights, rightGroups } from '../../../../src/commands/doctor/rights.ts';
import type { ApiCall, Connection, Right } from '../../../../src/kubernetes/index.ts';
import { inferenceService } from '../../../../src/sources/index.ts';

/** An API server that lets these be done, and notes what it was asked. */
function server(allows: (right: Right) => boolean): { connection: Connection; asked: Right[] } {
  const asked: Right[] = [];
  const request = async ({ body }: ApiCall): Promise<unknown> => {
    const { resourceAttributes } = (body as { spec: { resourceAttributes: Right } }).spec;
    asked.push(resourceAttributes);
    return { status: { allowed: allows(resourceAttributes) } };
  };
  return { connection: { server: 'https://cluster', request } as unknown as Connection, asked };
}

function group(id: string, namespaces: string[] = []) {
  const found = rightGroups([inferenceService], namespaces).find((one) => one.id === id);
  if (!found) throw new Error(`no group ${id}`);
  return found;
}

test('each verb is asked for in each namespace, or once for all', async () => {
  const { connection, asked } = server(() => true);
  expect(await judgeRights(connection, group('rights-inference-service'))).toMatchObject({ status: 'ok' });
  const right = { group: 'serving.kserve.io', resource: 'inferenceservices' };
  expect(asked).toEqual(['list', 'watch', 'get'].map((verb) => ({ ...right, verb })));
  asked.length = 0;
  await judgeRights(connection, group('rights-events', ['a', 'b']));
  expect(asked.map(({ verb, namespace }) => `${verb} ${namespace}`)).toEqual([
    'create a',
    'patch a',
    'create b',
    'patch b',
  ]);
});

test('just what is lacking is named, and where', async () => {
  const { connection } = server(({ verb, namespace }) => verb !== 'watch' && namespace !== 'b');
  expect(await judgeRights(connection, group('rights-inference-service', ['a', 'b']))).toMatchObject({
    status: 'failed',
    says: 'This user may not watch inferenceservices in a; list, watch and get inferenceservices in b, so that no model can be seen.',
    remedy: expect.stringContaining('manifests/namespaced/rights in each of these namespaces'),
  });
});

test('the remedy is the manifests of the installation: for all namespaces, or for some', async () => {
  const { connection } = server(() => false);
  const remedies = async (...namespaces: string[]) =>
    Promise.all(
      ['rights-inference-service', 'rights-events', 'rights-serving-runtimes'].map(
        async (id) => (await judgeRights(connection, group(id, namespaces))).remedy,
      ),
    );
  for (const remedy of await remedies()) {
    expect(remedy).toContain('kubectl apply -k manifests/default');
    expect(remedy).not.toMatch(/namespaced|cluster-runtimes/);
  }
  const some = await remedies('a');
  for (const remedy of some) {
    expect(remedy).toContain('manifests/namespaced/rights');
    expect(remedy).not.toContain('manifests/default');
  }
  expect(some[2]).toContain('manifests/components/cluster-runtimes');
});

test('cluster-wide kinds are asked for without a namespace', async () => {
  const { connection, asked } = server(() => false);
  expect(await judgeRights(connection, group('rights-serving-runtimes', ['a']))).toMatchObject({ status: 'warning' });
  expect(
    asked.filter(({ resource }) => resource === 'clusterservingruntimes').every(({ namespace }) => !namespace),
  ).toBe(true);
});

test('the Lease is asked for by its name where it has one, and only where there is an election', async () => {
  const { connection, asked } = server(({ verb }) => verb !== 'update');
  const groups = rightGroups([inferenceService], [], { lease: { namespace: 'ours', name: 'second' } });
  const lease = groups.find(({ id }) => id === 'rights-lease');
  expect(lease && (await judgeRights(connection, lease))).toMatchObject({
    status: 'failed',
    says: 'This user may not update leases in ours, so that it is never elected, and writes nothing.',
    remedy: expect.stringMatching(/Role of manifests\/base in the namespace ours.*--leader-elect=false/),
  });
  const right = { group: 'coordination.k8s.io', resource: 'leases', namespace: 'ours' };
  expect(asked).toEqual([
    { verb: 'create', ...right },
    { verb: 'get', ...right, name: 'second' },
    { verb: 'update', ...right, name: 'second' },
  ]);
  expect(rightGroups([inferenceService], []).some(({ id }) => id === 'rights-lease')).toBe(false);
});

test('the own Deployment is asked for by its name, and only where there is one', async () => {
  const { connection, asked } = server(({ resource }) => resource !== 'deployments');
  const groups = rightGroups([inferenceService], ['team'], { deployment: { namespace: 'ours', name: 'registrar' } });
  const deployment = groups.find(({ id }) => id === 'rights-deployment');
  expect(deployment && (await judgeRights(connection, deployment))).toMatchObject({
    status: 'warning',
    says: 'This user may not get deployments in ours, so that only the log and the metrics tell of deletes that are held.',
    remedy: expect.stringMatching(/Role of manifests\/base in the namespace ours.*--deployment/),
  });
  expect(asked).toEqual([
    { verb: 'get', group: 'apps', resource: 'deployments', namespace: 'ours', name: 'registrar' },
  ]);
  expect(rightGroups([inferenceService], []).some(({ id }) => id === 'rights-deployment')).toBe(false);
});
