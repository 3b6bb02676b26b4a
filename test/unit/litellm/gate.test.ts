import { describe, expect, it } from 'vitest';
import { LiteLlmError, type LiteLlmErrorCode } from '../../../src/litellm/errors.ts';
import { createGate } from '../../../src/litellm/gate.ts';
import { T0 } from '../registration/builders.ts';

function gate(random = 1) {
  const clock = { now: T0 };
  const made = createGate({ minMs: 1_000, maxMs: 8_000, now: () => clock.now, random: () => random });
  /** Fails as soon as the gate is open again, and tells how long it is closed then. */
  const failAgain = (code: LiteLlmErrorCode = 'unreachable'): number => {
    clock.now += made.waitMs();
    made.failed(new LiteLlmError(code));
    return made.waitMs();
  };
  return { gate: made, clock, failAgain };
}

describe('the gate', () => {
  it('is open at first', () => {
    const { gate: made } = gate();
    expect([made.waitMs(), made.trouble, made.succeededAt]).toEqual([0, undefined, undefined]);
  });

  it('takes no note of a call that was not made', () => {
    const { gate: made } = gate();
    made.failed(new LiteLlmError('not-leader'), true);
    expect([made.waitMs(), made.trouble]).toEqual([0, undefined]);
  });

  it.each<LiteLlmErrorCode>([
    'unreachable',
    'timeout',
    'unauthorized',
    'forbidden',
    'too-many-requests',
    'database-down',
    'no-database',
    'unreadable',
    'key-file',
  ])('closes on %s: no other model would fare better', (code) => {
    const { gate: made } = gate();
    const error = new LiteLlmError(code);
    made.failed(error);
    expect(made.waitMs()).toBe(1_000);
    expect(made.trouble).toBe(error);
  });

  it.each<LiteLlmErrorCode>(['rejected', 'create-failed', 'server-error', 'not-found'])(
    'stays open on %s, which concerns one model',
    (code) => {
      const { gate: made } = gate();
      const error = new LiteLlmError(code);
      made.failed(error);
      expect([made.waitMs(), made.trouble]).toEqual([0, error]);
    },
  );

  it('closes on any failure of what concerns all models', () => {
    const { gate: made } = gate();
    made.failed(new LiteLlmError('server-error'), true);
    expect(made.waitMs()).toBeGreaterThan(0);
  });

  it('lets one go ahead after a failure, and the others when it has found out', () => {
    const { gate: made, clock } = gate();
    made.failed(new LiteLlmError('unreachable'));
    clock.now += made.waitMs();
    expect([made.admit(), made.probing]).toEqual([0, true]);
    expect(made.admit()).toBeGreaterThan(0);
    made.failed(new LiteLlmError('unreachable'));
    expect(made.probing).toBe(false);
    clock.now += made.waitMs();
    expect(made.admit()).toBe(0);
    made.succeeded();
    expect([made.admit(), made.admit(), made.probing]).toEqual([0, 0, false]);
  });

  it.each<LiteLlmErrorCode>(['create-failed', 'server-error'])(
    'waits longer where the one that goes ahead gets %s: so LiteLLM answers without its database',
    (code) => {
      const { gate: made, clock } = gate();
      made.failed(new LiteLlmError('database-down'));
      clock.now += made.waitMs();
      made.admit();
      made.failed(new LiteLlmError(code));
      expect([made.waitMs(), made.probing]).toEqual([2_000, false]);
    },
  );

  it('is not closed for ever by one that went ahead and never came back', () => {
    const { gate: made, clock } = gate();
    made.failed(new LiteLlmError('unreachable'));
    clock.now += made.waitMs();
    made.admit();
    clock.now += made.waitMs();
    expect(made.admit()).toBe(0);
  });

  it('obeys no Retry-After of more than five minutes', () => {
    const { gate: made } = gate();
    made.failed(new LiteLlmError('too-many-requests', { retryAfterMs: 3_600_000 }));
    expect(made.waitMs()).toBe(300_000);
  });

  it.each([new Error('x'), undefined, { code: 'unreachable' }])(
    'stays open on what is no error of LiteLLM: %s',
    (error) => {
      const { gate: made } = gate();
      made.failed(error);
      expect(made.waitMs()).toBe(0);
    },
  );

  it('opens by itself, and tells how long until then', () => {
    const { gate: made, clock } = gate();
    made.failed(new LiteLlmError('timeout'));
    clock.now += 999;
    expect(made.waitMs()).toBe(1);
    clock.now += 1;
    expect(made.waitMs()).toBe(0);
  });

  it('waits twice as long each time, up to the longest', () => {
    const { failAgain } = gate();
    expect([1, 2, 3, 4, 5, 6].map(() => failAgain())).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  });

  it('stays at the longest wait, however often', () => {
    const { failAgain } = gate();
    for (let count = 0; count < 2_000; count += 1) failAgain();
    expect(failAgain()).toBe(8_000);
  });

  it('counts calls that were under way when it closed as one failure', () => {
    const { gate: made, clock, failAgain } = gate();
    made.failed(new LiteLlmError('timeout'));
    clock.now += 500;
    for (let count = 0; count < 16; count += 1) made.failed(new LiteLlmError('unreachable'));
    expect(made.waitMs()).toBe(500);
    expect(made.trouble?.code).toBe('unreachable');
    expect(failAgain()).toBe(2_000);
  });

  it('waits at least half of it: the rest is chance, so that not all come back together', () => {
    expect(gate(0).failAgain()).toBe(500);
    expect(gate(0.5).failAgain()).toBe(750);
  });

  it('waits no less than LiteLLM asks for, also beyond the longest', () => {
    const { gate: made } = gate();
    made.failed(new LiteLlmError('too-many-requests', { retryAfterMs: 30_000 }));
    expect(made.waitMs()).toBe(30_000);
    const short = gate().gate;
    short.failed(new LiteLlmError('too-many-requests', { retryAfterMs: 10 }));
    expect(short.waitMs()).toBe(1_000);
  });

  it('opens with the first success, and begins anew', () => {
    const { gate: made, clock, failAgain } = gate();
    failAgain();
    failAgain();
    made.succeeded();
    expect([made.waitMs(), made.trouble, made.succeededAt]).toEqual([0, undefined, clock.now]);
    expect(failAgain()).toBe(1_000);
  });

  it('remembers when it went well last', () => {
    const { gate: made, clock, failAgain } = gate();
    made.succeeded();
    const then = clock.now;
    clock.now += 5;
    failAgain();
    expect(made.succeededAt).toBe(then);
  });
});
