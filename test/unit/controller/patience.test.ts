import { beforeEach, describe, expect, it } from 'vitest';
import { createPatience, type Patience } from '../../../src/controller/patience.ts';
import { registration, T0 } from '../registration/builders.ts';
import { KEY, PATIENCE_MS } from './builders.ts';

let now: number;
let patience: Patience;

beforeEach(() => {
  now = T0;
  patience = createPatience(PATIENCE_MS, () => now);
});

const wish = (servedName: string) => [registration('qwen', { servedName })];

describe('patience', () => {
  it('waits for nothing where nothing changes', () => {
    expect(patience.waitMs(KEY, wish('v1'), false, { version: 'v1' })).toBeUndefined();
  });

  it('waits the whole time at first, then what is left, then not any more', () => {
    expect(patience.waitMs(KEY, wish('v2'), true, { version: 'v1' })).toBe(PATIENCE_MS);
    now += 1;
    expect(patience.waitMs(KEY, wish('v2'), true, { version: 'v1' })).toBe(PATIENCE_MS - 1);
    now += PATIENCE_MS;
    expect(patience.waitMs(KEY, wish('v2'), true, { version: 'v1' })).toBe(0);
  });

  it('begins anew with another wish', () => {
    patience.waitMs(KEY, wish('v2'), true, { version: 'v1' });
    now += PATIENCE_MS;
    expect(patience.waitMs(KEY, wish('v3'), true, { version: 'v1' })).toBe(PATIENCE_MS);
    expect(patience.waitMs(KEY, wish('v2'), true, { version: 'v1' })).toBe(PATIENCE_MS);
  });

  it('begins anew where the wish was given up in between', () => {
    patience.waitMs(KEY, wish('v2'), true, { version: 'v1' });
    now += PATIENCE_MS;
    patience.waitMs(KEY, wish('v1'), false, { version: 'v1' });
    expect(patience.waitMs(KEY, wish('v2'), true, { version: 'v2' })).toBe(PATIENCE_MS);
  });

  it.each([
    ['served name', registration('qwen', { servedName: 'other' }), PATIENCE_MS],
    ['base', registration('qwen', { apiBase: 'http://other' }), PATIENCE_MS],
    ['public name', registration('other'), PATIENCE_MS],
    ['mode', registration('qwen', { info: { mode: 'chat' } }), 0],
  ])('takes another %s for another wish, or not: %#', (_case, other, ms) => {
    patience.waitMs(KEY, [registration()], true, { version: 'v1' });
    now += PATIENCE_MS;
    expect(patience.waitMs(KEY, [other], true, { version: 'v1' })).toBe(ms);
  });

  it('has one clock for each object', () => {
    patience.waitMs('a', wish('v2'), true, { version: 'v1' });
    now += PATIENCE_MS;
    expect(patience.waitMs('b', wish('v2'), true, { version: 'v1' })).toBe(PATIENCE_MS);
    expect(patience.waitMs('a', wish('v2'), true, { version: 'v1' })).toBe(0);
  });

  describe('where the object itself did not change, but something that it refers to', () => {
    beforeEach(() => {
      patience.waitMs(KEY, wish('v1'), false, { version: '1' });
    });

    it('waits for a sign in the status, and then as ever', () => {
      expect(patience.waitMs(KEY, wish('v2'), true, { version: '1' })).toBe(300_000);
      now += 10 * PATIENCE_MS;
      expect(patience.waitMs(KEY, wish('v2'), true, { version: '1' })).toBe(300_000 - 10 * PATIENCE_MS);
      expect(patience.waitMs(KEY, wish('v2'), true, { version: '2' })).toBe(PATIENCE_MS);
      now += PATIENCE_MS;
      expect(patience.waitMs(KEY, wish('v2'), true, { version: '3' })).toBe(0);
    });

    it('believes it at last where no sign comes', () => {
      patience.waitMs(KEY, wish('v2'), true, { version: '1' });
      now += 300_000;
      expect(patience.waitMs(KEY, wish('v2'), true, { version: '1' })).toBe(0);
    });

    it('waits the usual time where the object changed with the wish', () => {
      expect(patience.waitMs(KEY, wish('v2'), true, { version: '2' })).toBe(PATIENCE_MS);
    });

    it('waits for nothing where what is wanted is what it was when the rows were right: somebody changed the rows', () => {
      expect(patience.waitMs(KEY, wish('v1'), true, { version: '1' })).toBeUndefined();
      expect(patience.waitMs(KEY, wish('v1'), true, { version: '2' })).toBeUndefined();
    });

    it('waits the usual time where the object has had no row since', () => {
      patience.forget(KEY);
      expect(patience.waitMs(KEY, wish('v2'), true, { version: '1' })).toBe(PATIENCE_MS);
    });

    it('waits for nothing where no patience is asked for', () => {
      const none = createPatience(0, () => now);
      none.waitMs(KEY, wish('v1'), false, { version: '1' });
      expect(none.waitMs(KEY, wish('v2'), true, { version: '1' })).toBe(0);
    });
  });

  describe('where the template of the pods tells another backend', () => {
    /** The object's own version is another at each look, as that of one whose status is written. */
    let version = 0;
    const look = (servedName: string, templateVersion: string, differs = true) => {
      version += 1;
      const template = { tells: servedName, version: templateVersion };
      return patience.waitMs(KEY, wish(servedName), differs, { version: `${version}`, template });
    };

    beforeEach(() => {
      look('v1', '3', false);
    });

    it('waits for its next version, then as ever', () => {
      expect(look('v2', '3')).toBe(300_000);
      now += 10 * PATIENCE_MS;
      expect(look('v2', '3')).toBe(300_000 - 10 * PATIENCE_MS);
      expect(look('v2', '4')).toBe(PATIENCE_MS);
      now += PATIENCE_MS;
      expect(look('v2', '4')).toBe(0);
      expect(look('v2', '5')).toBe(0);
    });

    it('waits the usual time where that is there at the first look', () => {
      expect(look('v2', '4')).toBe(PATIENCE_MS);
    });

    it('believes it at last where the version stays', () => {
      look('v2', '3');
      now += 300_000;
      expect(look('v2', '3')).toBe(0);
    });

    it('waits for each change: one that comes while another is carried out has its own version', () => {
      look('v2', '3');
      look('v2', '4');
      now += PATIENCE_MS;
      expect(look('v3', '4')).toBe(300_000);
      expect(look('v3', '5')).toBe(PATIENCE_MS);
    });

    it('takes no sign from a change of the object alone, though it stands for one where no template is known', () => {
      look('v2', '3');
      expect(look('v2', '3')).toBeGreaterThan(PATIENCE_MS);
      expect(patience.waitMs(KEY, wish('v3'), true, { version: 'new' })).toBe(PATIENCE_MS);
    });

    it('waits the usual time where the change is not told by it', () => {
      const template = { tells: 'v1', version: '3' };
      expect(patience.waitMs(KEY, wish('v2'), true, { version: 'new', template })).toBe(PATIENCE_MS);
    });

    it('waits for nothing where no patience is asked for', () => {
      const none = createPatience(0, () => now);
      const sight = (tells: string) => ({ version: tells, template: { tells, version: '3' } });
      none.waitMs(KEY, wish('v1'), false, sight('v1'));
      expect(none.waitMs(KEY, wish('v2'), true, sight('v2'))).toBe(0);
    });
  });
});
