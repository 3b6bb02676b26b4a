import { beforeEach, describe, expect, it } from 'vitest';
import { type Claim, createClaim } from '../../../src/kubernetes/lease-claim.ts';
import { failureOf } from '../litellm/builders.ts';
import { createLeaseServer, type LeaseServer, MARKS, PLACE } from './lease-server.ts';

const WALL = Date.UTC(2026, 0, 1);
const NOW = '2026-01-01T00:00:00.000000Z';
const { signal } = new AbortController();

let server: LeaseServer;
let elapsedMs: number;

beforeEach(() => {
  server = createLeaseServer();
  elapsedMs = 0;
});

function claimOf(identity = 'me'): Claim {
  return createClaim({
    connection: server.connection,
    place: PLACE,
    identity,
    marks: MARKS,
    leaseMs: 15_000,
    renewDeadlineMs: 10_000,
    clocks: { monotonic: () => elapsedMs, wall: () => WALL + elapsedMs },
  });
}

const held = (by: string, more: object = {}) => ({
  holderIdentity: by,
  leaseDurationSeconds: 15,
  leaseTransitions: 3,
  ...more,
});

describe('taking', () => {
  it('makes the Lease where there is none, with labels and owner, and times of six digits', async () => {
    const claim = claimOf();
    expect(await claim.take(signal)).toBe(true);
    expect(server.lease).toMatchObject({
      metadata: { ...PLACE, ...MARKS },
      spec: { ...held('me'), leaseTransitions: 0, acquireTime: NOW, renewTime: NOW },
    });
    expect(claim.holds()).toBe(true);
  });

  it('waits until a held one has not changed for its own duration, then counts a transition', async () => {
    const claim = claimOf();
    server.put(held('other', { leaseDurationSeconds: 40, renewTime: '1990-01-01T00:00:00.000000Z' }));
    expect(await claim.take(signal)).toBe(false);
    elapsedMs = 40_000;
    expect(await claim.take(signal)).toBe(false);
    elapsedMs = 40_001;
    expect(await claim.take(signal)).toBe(true);
    expect(server.lease?.spec).toMatchObject({
      ...held('me'),
      leaseTransitions: 4,
      acquireTime: '2026-01-01T00:00:40.001000Z',
    });
  });

  it('takes one that was given back at once, and leaves what others put into it', async () => {
    server.put({ ...held(''), strategy: 'OldestEmulationVersion' }, { theirs: 'x' });
    expect(await claimOf().take(signal)).toBe(true);
    expect(server.lease).toMatchObject({
      metadata: { annotations: { theirs: 'x', owner: 'prod' }, labels: MARKS.labels },
      spec: { ...held('me'), leaseTransitions: 4, strategy: 'OldestEmulationVersion' },
    });
  });

  it('lets one of two win', async () => {
    server.put(held(''));
    const claims = [claimOf('a'), claimOf('b'), claimOf('c')];
    const won = await Promise.all(claims.map((claim) => claim.take(signal)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(server.lease?.spec.holderIdentity).toBe(['a', 'b', 'c'][won.indexOf(true)]);
    server.put(undefined);
    const made = [claimOf('d'), claimOf('e')];
    expect((await Promise.all(made.map((claim) => claim.take(signal)))).filter(Boolean)).toHaveLength(1);
  });

  it('knows its own write again whose answer was lost', async () => {
    const claim = claimOf();
    server.mishap('lost-answer', 'POST');
    expect(await failureOf(claim.take(signal))).toMatchObject({ code: 'unreachable' });
    expect(claim.holds()).toBe(false);
    server.mishap(undefined);
    expect(await claim.take(signal)).toBe(true);
    expect(server.lease?.spec).toMatchObject({ holderIdentity: 'me', leaseTransitions: 0 });
  });

  it('says what stands in the way: no right, no such namespace', async () => {
    server.mishap('forbidden');
    expect(await failureOf(claimOf().take(signal))).toMatchObject({ code: 'forbidden' });
    server.mishap('not-found', 'POST');
    expect(await failureOf(claimOf().take(signal))).toMatchObject({ code: 'not-found' });
  });
});

describe('renewing', () => {
  let claim: Claim;
  beforeEach(async () => {
    claim = claimOf();
    server.put(held(''));
    await claim.take(signal);
    server.calls.length = 0;
    elapsedMs = 2_000;
  });

  it('is one write, and moves the time of renewal alone', async () => {
    expect(await claim.renew(signal)).toBe(true);
    expect(server.calls).toEqual(['PUT']);
    expect(server.lease?.spec).toMatchObject({
      ...held('me'),
      leaseTransitions: 4,
      acquireTime: NOW,
      renewTime: '2026-01-01T00:00:02.000000Z',
    });
  });

  it('counts from the sending on: an answer after a long pause gives no time', async () => {
    const { request } = server.connection;
    server.connection.request = async (call) => {
      const answer = await request(call);
      elapsedMs += 60_000;
      return answer;
    };
    expect(await claim.renew(signal)).toBe(true);
    expect(claim.holds()).toBe(false);
  });

  it('reads it again where somebody wrote in between', async () => {
    server.put(server.lease?.spec, { note: 'by hand' });
    expect(await claim.renew(signal)).toBe(true);
    expect(server.calls).toEqual(['PUT', 'GET', 'PUT']);
    expect(server.lease?.metadata.annotations).toMatchObject({ note: 'by hand' });
  });

  it.each([
    ['another holds it', held('other')],
    ['another held it, and gave it back', held('')],
  ])('fails where %s', async (_, spec) => {
    elapsedMs = 60_000;
    server.put(spec);
    expect(await claim.renew(signal)).toBe(false);
    expect(server.lease?.spec).toEqual(spec);
  });

  it('makes one anew that was deleted, but not when another may have come meanwhile', async () => {
    server.put(undefined);
    expect(await claim.renew(signal)).toBe(true);
    expect(server.lease?.spec).toMatchObject({ holderIdentity: 'me' });
    server.put(undefined);
    elapsedMs += 10_000;
    expect(await claim.renew(signal)).toBe(false);
    expect(server.lease).toBeUndefined();
  });
});

describe('giving back', () => {
  it('leaves a Lease without a holder, that the next one takes at once', async () => {
    const claim = claimOf();
    await claim.take(signal);
    expect(await claim.giveBack(signal)).toBe(true);
    expect(server.lease?.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 0 });
    expect(await claimOf('next').take(signal)).toBe(true);
  });

  it('gives back what was taken by a write whose answer was lost', async () => {
    const claim = claimOf();
    server.mishap('lost-answer', 'POST');
    await failureOf(claim.take(signal));
    server.mishap(undefined);
    expect(await claim.giveBack(signal)).toBe(true);
    expect(server.lease?.spec).toMatchObject({ holderIdentity: '' });
  });

  it('has nothing to give back where the taking was refused', async () => {
    const claim = claimOf();
    server.mishap('forbidden', 'POST');
    await failureOf(claim.take(signal));
    server.calls.length = 0;
    expect(await claim.giveBack(signal)).toBe(false);
    expect(server.calls).toEqual([]);
  });

  it('does not touch another’s, and asks nobody where nothing was taken', async () => {
    const claim = claimOf();
    await claim.take(signal);
    server.put(held('other'));
    expect(await claim.giveBack(signal)).toBe(false);
    expect(server.lease?.spec).toEqual(held('other'));
    server.calls.length = 0;
    expect(await claimOf('idle').giveBack(signal)).toBe(false);
    expect(server.calls).toEqual([]);
  });
});
