import { expect, test } from 'vitest';
import { type ApiCall, type Connection, hasRight, KubernetesError, whoAmI } from '../../../src/kubernetes/index.ts';

/** A connection of one answer; gives what it was asked. */
function connection(answer: unknown): { connection: Connection; asked: ApiCall[] } {
  const asked: ApiCall[] = [];
  const request = async (call: ApiCall): Promise<unknown> => {
    asked.push(call);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { connection: { server: 'https://cluster', request } as unknown as Connection, asked };
}

test.each([true, false])('whether there is a right: %s', async (allowed) => {
  const { connection: one, asked } = connection({ status: { allowed } });
  const right = { verb: 'list', group: 'serving.kserve.io', resource: 'inferenceservices', namespace: 'a' };
  expect(await hasRight(one, right)).toBe(allowed);
  expect(asked).toMatchObject([
    { method: 'POST', body: { kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: right } } },
  ]);
});

test('an answer that is no review is no right', async () => {
  await expect(hasRight(connection({}).connection, { verb: 'get', group: '', resource: 'pods' })).rejects.toMatchObject(
    {
      code: 'unreadable',
    },
  );
});

test('who this user is, unless the API server does not tell', async () => {
  expect(await whoAmI(connection({ status: { userInfo: { username: 'jane' } } }).connection)).toBe('jane');
  expect(await whoAmI(connection(new KubernetesError('not-found', 'x')).connection)).toBeUndefined();
  await expect(whoAmI(connection(new KubernetesError('timeout', 'x')).connection)).rejects.toMatchObject({
    code: 'timeout',
  });
});
