import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createElection, type Election, electionTiming } from '../../../src/kubernetes/election.ts';
import { createLeaseServer, type LeaseServer, MARKS, PLACE } from './lease-server.ts';

let server: LeaseServer;
let logged: { level: string; message: string; fields: Record<string, unknown> }[];
let stopping: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  server = createLeaseServer();
  logged = [];
  stopping = new AbortController();
});

afterEach(() => {
  vi.useRealTimers();
});

function candidate(identity = 'me'): Election {
  const note = (level: string) => (fields: object, message: string) =>
    void logged.push({ level, message, fields: { ...fields } });
  return createElection({
    connection: server.connection,
    place: PLACE,
    identity,
    marks: MARKS,
    timing: electionTiming(15_000),
    log: { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') },
    random: () => 0.5,
  });
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const messages = (level: string) => logged.filter((line) => line.level === level).map(({ message }) => message);

/** A candidate that leads. */
async function leader(identity = 'me'): Promise<Election> {
  const election = candidate(identity);
  expect(await election.acquire(stopping.signal)).toBe(true);
  return election;
}

/** Waits to be elected; tells when it was. */
function waiting(election: Election): { elected: boolean } {
  const state = { elected: false };
  void election.acquire(stopping.signal).then((elected) => {
    state.elected = elected;
  });
  return state;
}

describe('who stands by', () => {
  it('looks once a second, and writes nothing while another renews', async () => {
    await leader('first');
    const second = candidate('second');
    const state = waiting(second);
    server.calls.length = 0;
    await pass(60_000);
    expect(state.elected).toBe(false);
    expect(second.mayAct()).toBe(false);
    // 30 renewals of the leader; all else is reading.
    expect(server.calls.filter((call) => call !== 'GET')).toEqual(Array.from({ length: 30 }, () => 'PUT'));
    expect(server.calls.filter((call) => call === 'GET')).toHaveLength(60);
    expect(messages('info')).toEqual(['this process leads', 'standing by: another process leads']);
    stopping.abort();
  });

  it('takes over when a leader that died has been silent for as long as the Lease lasts', async () => {
    server.put({ holderIdentity: 'dead', leaseDurationSeconds: 15 });
    const second = candidate('second');
    const state = waiting(second);
    await pass(15_000);
    expect(state.elected).toBe(false);
    await pass(1_500);
    expect([state.elected, second.mayAct()]).toEqual([true, true]);
    await second.release();
  });

  it('takes over within a second where the Lease is given back', async () => {
    const first = await leader('first');
    const second = candidate('second');
    const state = waiting(second);
    await pass(10_000);
    await first.release();
    expect(first.mayAct()).toBe(false);
    await pass(1_200);
    expect(state.elected).toBe(true);
    await second.release();
  });

  it('ends when it is told to, and leaves the Lease alone', async () => {
    await leader('first');
    const second = candidate('second');
    const acquired = second.acquire(stopping.signal);
    await pass(500);
    stopping.abort();
    expect(await acquired).toBe(false);
    await second.release();
    expect(server.lease?.spec.holderIdentity).toBe('first');
  });

  it('says whose installation holds it, where that is another', async () => {
    server.put({ holderIdentity: 'theirs', leaseDurationSeconds: 15 }, { owner: 'another' });
    waiting(candidate());
    await pass(3_000);
    expect(logged.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        message: expect.stringContaining('another installation'),
        fields: { lease: 'ours/model-registrar', identity: 'me', holder: 'theirs', owner: 'another' },
      },
    ]);
    stopping.abort();
  });
});

describe('who leads', () => {
  it('goes on through failures that are shorter than the deadline', async () => {
    const election = await leader();
    await pass(2_000);
    server.mishap('server-error');
    await pass(8_000);
    server.mishap(undefined);
    await pass(2_000);
    expect([election.lost.aborted, election.mayAct()]).toEqual([false, true]);
    expect(messages('warn')).toEqual(['the Lease cannot be read or written']);
    expect(messages('info').at(-1)).toBe('the Lease can be read and written again');
    await election.release();
  });

  describe.each(['server-error', 'forbidden', 'unreachable', 'silence'] as const)('that cannot renew: %s', (mishap) => {
    it('acts no more ten seconds after its last renewal, and goes on when it can if nobody came', async () => {
      const election = await leader();
      await pass(2_000);
      server.mishap(mishap);
      await pass(9_999);
      expect(election.mayAct()).toBe(true);
      await pass(1);
      expect(election.mayAct()).toBe(false);
      await pass(300_000);
      expect([election.mayAct(), election.lost.aborted]).toEqual([false, false]);
      expect(messages('error')).toEqual([expect.stringContaining('could not be renewed in time')]);
      server.mishap(undefined);
      await pass(6_000);
      expect([election.mayAct(), election.lost.aborted]).toEqual([true, false]);
      expect(server.lease?.spec).toMatchObject({ holderIdentity: 'me', leaseTransitions: 0 });
      await election.release();
    });

    it('has lost where another came meanwhile, also one that has gone again', async () => {
      const election = await leader();
      server.mishap(mishap);
      await pass(20_000);
      server.put({ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 1 });
      server.mishap(undefined);
      await pass(6_000);
      expect([election.mayAct(), election.lost.aborted]).toEqual([false, true]);
      expect(messages('error').at(-1)).toContain('the Lease is lost');
      await election.release();
      expect(server.lease?.spec).toMatchObject({ holderIdentity: '', leaseTransitions: 1 });
    });
  });

  it('acts no more from the moment in which a suspended machine wakes, until a renewal shows that nobody came', async () => {
    const election = await leader();
    await pass(1_000);
    vi.setSystemTime(Date.now() + 60_000);
    expect(election.mayAct()).toBe(false);
    await pass(1_000);
    expect([election.mayAct(), election.lost.aborted]).toEqual([true, false]);
    await election.release();
  });

  it('gives up where another took over while it slept', async () => {
    const election = await leader();
    vi.setSystemTime(Date.now() + 60_000);
    server.put({ holderIdentity: 'other', leaseDurationSeconds: 15 });
    await pass(2_000);
    expect([election.mayAct(), election.lost.aborted]).toEqual([false, true]);
    expect(logged.at(-1)?.fields).toMatchObject({ holder: 'other' });
    await election.release();
    expect(server.lease?.spec.holderIdentity).toBe('other');
  });

  it('is no leader any more once it has ended, and keeps the Lease from others where it is told to', async () => {
    const election = await leader();
    await election.end();
    expect([election.mayAct(), election.lost.aborted]).toEqual([false, false]);
    expect(server.lease?.spec.holderIdentity).toBe('me');
  });

  it('does not wait for an API server that does not answer when it gives the Lease back', async () => {
    const election = await leader();
    server.mishap('silence');
    const released = election.release();
    await pass(2_000);
    await released;
    expect(messages('warn')).toEqual([expect.stringContaining('could not be given back')]);
  });
});

describe('trouble before the election', () => {
  it('is told once for each kind, with what the API server says, and ends by itself', async () => {
    server.mishap('forbidden');
    const election = candidate();
    const state = waiting(election);
    await pass(10_000);
    server.mishap('not-found', 'POST');
    await pass(10_000);
    expect(logged.map(({ fields }) => (fields.error as { code: string }).code)).toEqual(['forbidden', 'not-found']);
    expect(logged.map(({ fields }) => fields.next)).toEqual([
      expect.stringContaining('create Leases in its namespace'),
      expect.stringContaining('--lease-namespace'),
    ]);
    server.mishap(undefined);
    await pass(1_000);
    expect(state.elected).toBe(true);
    await election.release();
  });

  it('is an API server that says nothing, too', async () => {
    server.mishap('silence');
    const state = waiting(candidate());
    await pass(20_000);
    expect(logged).toHaveLength(1);
    expect(logged[0]?.fields.error).toMatchObject({ code: 'timeout' });
    server.mishap(undefined);
    await pass(6_000);
    expect(state.elected).toBe(true);
  });
});

it('the waits are those of the Lease: shorter ones in proportion, longer ones no longer', () => {
  expect(electionTiming(15_000)).toEqual({ leaseMs: 15_000, renewDeadlineMs: 10_000, renewMs: 2_000, retryMs: 1_000 });
  expect(electionTiming(3_000)).toEqual({ leaseMs: 3_000, renewDeadlineMs: 2_000, renewMs: 400, retryMs: 200 });
  expect(electionTiming(60_000)).toEqual({ leaseMs: 60_000, renewDeadlineMs: 40_000, renewMs: 2_000, retryMs: 1_000 });
});
