import { describe, expect, it } from 'vitest';
import { LiteLlmError } from '../../../src/litellm/errors.ts';
import { conflict, created, useReport, type Wish, wrong } from './report-stage.ts';

const stage = useReport();
const { tell } = stage;

describe('figures', () => {
  const states = (): string[] => [...stage.report.states()].map(({ state, count }) => `${state} ${count}`);

  it('count objects by source and state, as they were told last', () => {
    tell();
    tell({ key: 'inference-service/b/x' });
    tell({ key: 'inference-service/c/x', decision: { state: 'conflict' } });
    tell({ key: 'service/c/x' });
    expect([...stage.report.states()]).toEqual([
      { source: 'inference-service', state: 'live', count: 2 },
      { source: 'inference-service', state: 'conflict', count: 1 },
      { source: 'service', state: 'live', count: 1 },
    ]);
    tell({ decision: { state: 'held' } });
    expect(states()).toEqual(['held 1', 'live 1', 'conflict 1', 'live 1']);
  });

  it('forget an object that counts for nothing', () => {
    tell();
    tell({ decision: { state: 'none' } });
    expect(states()).toEqual([]);
  });

  it('forget what somebody else took away: neither an object nor a row of it is there', () => {
    tell({ decision: { state: 'held' } });
    tell({ key: 'inference-service/b/x' });
    stage.report.retain(new Set(['inference-service/b/x']));
    expect(states()).toEqual(['live 1']);
  });

  it('leave out what belongs to another LiteLLM, which counts it: here there is only what was done, or failed', () => {
    const decision = { state: 'held', elsewhere: true } as const;
    tell();
    tell({ decision });
    expect([...stage.report.states()]).toEqual([]);
    expect(stage.reconciled).toEqual(['inference-service in-step']);
    tell({ decision, applied: [created] });
    tell({ decision, error: new Error('broken') });
    expect(stage.reconciled.slice(1)).toEqual(['inference-service changed', 'inference-service failed']);
    expect([...stage.report.states()]).toEqual([]);
  });

  it('count the objects that break a rule of the administrator’s, by namespace and rule, as long as they do', () => {
    const broken = (...rules: ('public-name' | 'credential')[]) =>
      wrong(...rules.map((rule) => ({ reason: 'NotAllowed', message: rule, rule }) as const), conflict);
    const violations = () =>
      [...stage.report.violations()].map(({ namespace, rule, count }) => `${namespace} ${rule} ${count}`);
    tell({ key: 'service/a/x', ...broken('public-name', 'public-name') });
    tell({ key: 'service/a/y', ...broken('public-name', 'credential') });
    tell({ key: 'service/b/y', ...broken('credential') });
    expect(violations()).toEqual(['a public-name 2', 'a credential 1', 'b credential 1']);
    tell({ key: 'service/a/y', ...wrong(conflict) });
    stage.report.retain(new Set(['service/a/x', 'service/a/y']));
    expect(violations()).toEqual(['a public-name 1']);
  });

  it('count what LiteLLM refuses as rejected', () => {
    tell({ error: new LiteLlmError('rejected') });
    expect(states()).toEqual(['rejected 1']);
    tell({ error: new LiteLlmError('timeout') });
    expect(states()).toEqual(['live 1']);
  });

  it.each<[string, Wish]>([
    ['in-step', {}],
    ['changed', { applied: [created] }],
    ['held', { decision: { state: 'held' } }],
    ['held', { decision: { state: 'down' } }],
    ['refused', wrong(conflict)],
    ['failed', { error: new Error('x'), applied: [created] }],
    ['failed', { gated: true }],
  ])('have a word for each outcome: %s', (word, wish) => {
    tell(wish);
    expect(stage.reconciled).toEqual([`inference-service ${word}`]);
  });
});
