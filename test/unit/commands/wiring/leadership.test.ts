import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLeadership } from '../../../../src/commands/wiring/leadership.ts';
import { readSettings } from '../../../../src/config/index.ts';
import type { Connection } from '../../../../src/kubernetes/index.ts';
import { createLogger } from '../../../../src/telemetry/index.ts';
import { createLeaseServer, type LeaseServer } from '../../kubernetes/lease-server.ts';

let server: LeaseServer;
let ending: (() => Promise<void>) | undefined;

beforeEach(() => {
  server = createLeaseServer();
});

afterEach(() => ending?.());

function leadership(flags: Record<string, unknown>, { inPod }: { inPod: boolean }) {
  const connection = { ...server.connection, namespace: 'of-the-pod', inPod } as Connection;
  const made = openLeadership({
    settings: readSettings({ flags, environment: {} }),
    connection,
    owner: 'prod',
    log: createLogger({ level: 'silent', format: 'json' }),
  });
  ending = () => made.end(true);
  return made;
}

describe('whether there is an election', () => {
  it.each([
    ['in a pod', {}, true, true],
    ['outside', {}, false, false],
    ['in a pod that is told not to', { 'leader-elect': 'false' }, true, false],
    ['outside, where it is asked for', { 'leader-elect': true }, false, true],
    ['in a dry run, which writes nothing', { 'dry-run': true, 'leader-elect': true }, true, false],
  ])('%s', async (_, flags, inPod, elects) => {
    const made = leadership(flags, { inPod });
    expect([made.standsBy, made.mayWrite()]).toEqual([elects, !elects]);
    expect(await made.gain(new AbortController().signal)).toBe(true);
    expect([made.standsBy, made.mayWrite()]).toEqual([false, true]);
    expect(server.lease !== undefined).toBe(elects);
  });
});

it('the Lease is in the pod’s namespace, says whose models are looked after, and lasts as long as it is set', async () => {
  await leadership({ 'lease-duration': '30s' }, { inPod: true }).gain(new AbortController().signal);
  expect(server.lease).toMatchObject({
    metadata: {
      namespace: 'of-the-pod',
      name: 'model-registrar',
      labels: { 'app.kubernetes.io/name': 'model-registrar' },
      annotations: { 'model-registrar.io/owner-id': 'prod' },
    },
    spec: { leaseDurationSeconds: 30, holderIdentity: expect.stringMatching(/_[0-9a-f]{8}$/) },
  });
});

it('it is elsewhere, or has another name, where that is set', async () => {
  const made = leadership({ 'lease-namespace': 'there', 'lease-name': 'second' }, { inPod: true });
  await made.gain(new AbortController().signal);
  expect(server.lease?.metadata).toMatchObject({ namespace: 'there', name: 'second' });
});

it('is given back in the end, unless something that was begun may still arrive', async () => {
  const first = leadership({}, { inPod: true });
  await first.gain(new AbortController().signal);
  await first.end(false);
  expect([server.lease?.spec.holderIdentity, first.mayWrite()]).toEqual([expect.stringMatching(/.+_/), false]);
  server.put({ holderIdentity: '' });
  const second = leadership({}, { inPod: true });
  await second.gain(new AbortController().signal);
  await second.end(true);
  expect(server.lease?.spec.holderIdentity).toBe('');
});
