import { beforeEach, describe, expect, it } from 'vitest';
import type { Meaning } from '../../../src/controller/observer.ts';
import { registration, SOURCE, UID } from '../registration/builders.ts';
import { KEY, object, type TestObject } from './builders.ts';
import { createStage, type Stage } from './stage.ts';

let stage: Stage;

beforeEach(() => {
  stage = createStage();
});

describe('observe', () => {
  const observe = (one: TestObject | undefined): Meaning =>
    stage.engine.observe('inference-service', SOURCE.namespace, SOURCE.name, one);

  it('notes which names an object declares, in whichever state it is', () => {
    observe(object({ projection: { state: 'hold', names: ['a', 'b'], why: '' } }));
    expect(stage.world.names.declarersOf('b')).toEqual([{ namespace: 'llm', createdAt: object().createdAt, uid: UID }]);
    observe(object({ projection: { state: 'ignore', names: ['a'], why: '' } }));
    expect(stage.world.names.declarersOf('a')).toEqual([]);
    observe(object());
    observe(undefined);
    expect(stage.world.names.declarersOf('qwen')).toEqual([]);
  });

  it('of an object that is gone nothing is kept that was wanted of it', () => {
    const wanted = [registration()];
    stage.put(object());
    stage.world.patience.waitMs(KEY, wanted, false, { version: '1', rollingOut: false });
    expect(stage.world.patience.waitMs(KEY, wanted, true, { version: '2', rollingOut: false })).toBeUndefined();
    stage.remove(object());
    expect(stage.world.patience.waitMs(KEY, wanted, true, { version: '2', rollingOut: false })).toBeGreaterThan(0);
  });

  it('tells whether models have to go at once, and whether anything is new', () => {
    expect(observe(object())).toBe('changed');
    expect(observe(object())).toBe('same');
    expect(observe(object({ uid: 'another' }))).toBe('changed');
    expect(observe(object({ projection: { state: 'hold', names: [], why: '' } }))).toBe('changed');
    expect(observe(object({ projection: { state: 'withdraw', names: ['qwen'], why: '' } }))).toBe('leaving');
    expect(observe(object())).toBe('changed');
    expect(observe(undefined)).toBe('leaving');
    expect(observe(object())).toBe('changed');
  });
});
