import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ApiCall } from '../../../src/kubernetes/connection.ts';
import { KubernetesError } from '../../../src/kubernetes/errors.ts';
import { type Claim, createClaim } from '../../../src/kubernetes/lease-claim.ts';
import { createLeaseServer, MARKS, PLACE } from './lease-server.ts';

const LEASE_MS = 15_000;
const DEADLINE_MS = 10_000;
const { signal } = new AbortController();

/** How long a candidate waits before its next step: usually as long as it should, now and then far longer. */
const waitMs = fc.constantFrom(500, 1_000, 1_000, 1_000, 2_000, 2_000, 2_000, 3_000, 8_000, 30_000);

/** What becomes of a call: how long it is on its way, there and back, and whether its answer arrives. */
const wayMs = fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 50, 3_000, 9_000, 30_000);
const journey = fc.record({
  thereMs: wayMs,
  backMs: wayMs,
  lost: fc.constantFrom(false, false, false, false, false, false, true),
});

const candidate = fc.record({
  waits: fc.array(waitMs, { minLength: 1, maxLength: 30 }),
  journeys: fc.array(journey, { minLength: 1, maxLength: 8 }),
  /** Whether it gives the Lease back in the end, or is just not there any more. */
  givesBack: fc.boolean(),
  /** By so much its wall clock is wrong. */
  skewMs: fc.constantFrom(0, -3_600_000, 3_600_000),
});

it('never do two hold the Lease at a time, however slow the calls, lost the answers and wrong the clocks', async () => {
  let handovers = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(candidate, { minLength: 2, maxLength: 4 }), async (wishes) => {
      const world = createWorld();
      const server = createLeaseServer();
      const claims: Claim[] = [];
      const held = new Set<Claim>();
      world.onTurn(() => {
        const holders = claims.filter((claim) => claim.holds());
        for (const one of holders) held.add(one);
        expect(holders.length).toBeLessThanOrEqual(1);
      });
      const running = wishes.map(async ({ waits, journeys, givesBack, skewMs }, index) => {
        let sent = 0;
        async function request(call: ApiCall): Promise<unknown> {
          const { thereMs = 0, backMs = 0, lost = false } = journeys[sent % journeys.length] ?? {};
          sent += 1;
          await world.wait(thereMs);
          const answer = await server.connection.request(call).finally(() => world.wait(backMs));
          if (lost && call.method !== 'GET') throw new KubernetesError('unreachable', 'The answer is lost.');
          return answer;
        }
        const claim = createClaim({
          connection: { server: 'https://cluster', request },
          place: PLACE,
          identity: `candidate-${index}`,
          marks: MARKS,
          leaseMs: LEASE_MS,
          renewDeadlineMs: DEADLINE_MS,
          clocks: { monotonic: world.now, wall: () => world.now() + skewMs },
        });
        claims.push(claim);
        let leads = false;
        for (const ms of waits) {
          await world.wait(ms);
          const going: Promise<boolean> = leads ? claim.renew(signal) : claim.take(signal);
          const isOurs: boolean | undefined = await going.catch(() => undefined);
          // Who has lost it ends; a failed call is tried again.
          if (leads && isOurs === false) return claim.end();
          leads ||= isOurs === true;
        }
        if (!givesBack) return;
        claim.end();
        await claim.giveBack(signal).catch(() => false);
      });
      await world.run(Promise.all(running));
      handovers += Math.max(0, held.size - 1);
    }),
    { numRuns: 200 },
  );
  // Else it would have shown nothing.
  expect(handovers).toBeGreaterThan(20);
  // Two hundred histories of some hundred calls each.
}, 60_000);

/** Time that passes only when everybody waits for it. */
function createWorld() {
  let now = 0;
  let order = 0;
  const waiting: { at: number; order: number; go: () => void }[] = [];
  let look = (): void => undefined;
  return {
    now: () => now,
    wait: (ms: number): Promise<void> =>
      new Promise((go) => {
        order += 1;
        waiting.push({ at: now + ms, order, go });
      }),
    /** Looks each time before time goes on, and after. */
    onTurn(fn: () => void) {
      look = fn;
    },
    async run(done: Promise<unknown>): Promise<void> {
      let over = false;
      void done.finally(() => {
        over = true;
      });
      while (!over) {
        // Whatever can go on without time passing has done so.
        await new Promise((resolve) => setImmediate(resolve));
        look();
        waiting.sort((one, other) => one.at - other.at || one.order - other.order);
        const next = waiting.shift();
        if (!next) break;
        now = next.at;
        look();
        next.go();
      }
      await done;
    },
  };
}
