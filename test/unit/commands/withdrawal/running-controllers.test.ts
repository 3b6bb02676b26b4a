import { expect, it } from 'vitest';
import { runningControllers } from '../../../../src/commands/withdrawal/running-controllers.ts';
import type { ApiCall, Connection } from '../../../../src/kubernetes/index.ts';

const deployment = (namespace: string, replicas?: number) => ({
  metadata: { namespace, name: 'model-registrar' },
  spec: { ...(replicas !== undefined && { replicas }) },
});

async function running(answer: () => unknown) {
  const calls: ApiCall[] = [];
  const request: Connection['request'] = async (call) => {
    calls.push(call);
    return answer();
  };
  return { found: await runningControllers({ request } as Connection), calls };
}

it('finds those that are installed and not scaled to 0, in whichever namespace', async () => {
  const items = [deployment('a', 1), deployment('b', 0), deployment('c')];
  const { found, calls } = await running(() => ({ items }));
  expect(found).toEqual(['a/model-registrar', 'c/model-registrar']);
  expect(calls).toMatchObject([{ method: 'GET', path: '/apis/apps/v1/deployments' }]);
});

it.each<[string, () => unknown]>([
  ['may not be asked', () => Promise.reject(new Error('forbidden'))],
  ['answers something else', () => ({ kind: 'Status' })],
])('knows nothing where the cluster %s', async (_case, answer) => {
  expect((await running(answer)).found).toBeUndefined();
});
