import { expect, test } from 'vitest';
import type { Connection, ReadCall } from '../../../src/kubernetes/connection.ts';
import { confirmHistory } from '../../../src/kubernetes/history.ts';

const resource = { group: 'serving.kserve.io', version: 'v1beta1', plural: 'inferenceservices' };

/** A server that is at this version, and notes what it was asked. */
function at(resourceVersion: string) {
  const asked: ReadCall[] = [];
  const list = async (call: ReadCall): Promise<unknown> => {
    asked.push(call);
    return { metadata: { resourceVersion } };
  };
  return { connection: { server: 'https://cluster', list } as unknown as Connection, asked };
}

test.each([
  ['at the same version', '1000', '1000'],
  ['further on', '1001', '1000'],
  ['further on by a digit', '1000', '999'],
  ['whose versions are no numbers', 'abc', 'abd'],
])('a server %s is believed', async (_, newest, version) => {
  await expect(confirmHistory({ ...at(newest), resource }, version)).resolves.toBeUndefined();
});

test.each([
  ['999', '1000'],
  ['9007199254740992', '9007199254740993'],
])('a server at %s that was at %s has lost what came in between', async (newest, version) => {
  const confirmed = confirmHistory({ ...at(newest), resource }, version);
  await expect(confirmed).rejects.toMatchObject({
    code: 'expired',
    message: expect.stringContaining('emptied or restored'),
  });
});

test('it costs one object', async () => {
  const { connection, asked } = at('5');
  await confirmHistory({ connection, resource, labelSelector: 'team=a' }, '5');
  expect(asked).toMatchObject([{ query: { limit: 1, labelSelector: 'team=a' } }]);
});
