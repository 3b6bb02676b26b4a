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

const at = (version: string) => ({ version, rollingOut: false });
const wish = (servedName: string) => [registration('qwen', { servedName })];

describe('patience', () => {
  it('waits for nothing where nothing changes', () => {
    expect(patience.waitMs(KEY, wish('v1'), false, at('v1'))).toBeUndefined();
  });

  it('waits the whole time at first, then what is left, then not any more', () => {
    expect(patience.waitMs(KEY, wish('v2'), true, at('v1'))).toBe(PATIENCE_MS);
    now += 1;
    expect(patience.waitMs(KEY, wish('v2'), true, at('v1'))).toBe(PATIENCE_MS - 1);
    now += PATIENCE_MS;
    expect(patience.waitMs(KEY, wish('v2'), true, at('v1'))).toBe(0);
  });

  it('begins anew with another wish', () => {
    patience.waitMs(KEY, wish('v2'), true, at('v1'));
    now += PATIENCE_MS;
    expect(patience.waitMs(KEY, wish('v3'), true, at('v1'))).toBe(PATIENCE_MS);
    expect(patience.waitMs(KEY, wish('v2'), true, at('v1'))).toBe(PATIENCE_MS);
  });

  it('begins anew where the wish was given up in between', () => {
    patience.waitMs(KEY, wish('v2'), true, at('v1'));
    now += PATIENCE_MS;
    patience.waitMs(KEY, wish('v1'), false, at('v1'));
    expect(patience.waitMs(KEY, wish('v2'), true, at('v2'))).toBe(PATIENCE_MS);
  });

  it.each([
    ['served name', registration('qwen', { servedName: 'other' }), PATIENCE_MS],
    ['base', registration('qwen', { apiBase: 'http://other' }), PATIENCE_MS],
    ['public name', registration('other'), PATIENCE_MS],
    ['mode', registration('qwen', { info: { mode: 'chat' } }), 0],
  ])('takes another %s for another wish, or not: %#', (_case, other, ms) => {
    patience.waitMs(KEY, [registration()], true, at('v1'));
    now += PATIENCE_MS;
    expect(patience.waitMs(KEY, [other], true, at('v1'))).toBe(ms);
  });

  it('has one clock for each object', () => {
    patience.waitMs('a', wish('v2'), true, at('v1'));
    now += PATIENCE_MS;
    expect(patience.waitMs('b', wish('v2'), true, at('v1'))).toBe(PATIENCE_MS);
    expect(patience.waitMs('a', wish('v2'), true, at('v1'))).toBe(0);
  });

  describe('where the object itself did not change, but something that it refers to', () => {
    beforeEach(() => {
      patience.waitMs(KEY, wish('v1'), false, at('1'));
    });

    it('waits for a sign in the status, and then as ever', () => {
      expect(patience.waitMs(KEY, wish('v2'), true, at('1'))).toBe(300_000);
      now += 10 * PATIENCE_MS;
      expect(patience.waitMs(KEY, wish('v2'), true, at('1'))).toBe(300_000 - 10 * PATIENCE_MS);
      expect(patience.waitMs(KEY, wish('v2'), true, at('2'))).toBe(PATIENCE_MS);
      now += PATIENCE_MS;
      expect(patience.waitMs(KEY, wish('v2'), true, at('3'))).toBe(0);
    });

    it('believes it at last where no sign comes', () => {
      patience.waitMs(KEY, wish('v2'), true, at('1'));
      now += 300_000;
      expect(patience.waitMs(KEY, wish('v2'), true, at('1'))).toBe(0);
    });

    it('waits the usual time where the object changed with the wish', () => {
      expect(patience.waitMs(KEY, wish('v2'), true, at('2'))).toBe(PATIENCE_MS);
    });

    it('waits for nothing where what is wanted is what it was when the rows were right: somebody changed the rows', () => {
      expect(patience.waitMs(KEY, wish('v1'), true, at('1'))).toBeUndefined();
      expect(patience.waitMs(KEY, wish('v1'), true, at('2'))).toBeUndefined();
    });

    it('waits the usual time where the object has had no row since', () => {
      patience.forget(KEY);
      expect(patience.waitMs(KEY, wish('v2'), true, at('1'))).toBe(PATIENCE_MS);
    });

    it('waits for nothing where no patience is asked for', () => {
      const none = createPatience(0, () => now);
      none.waitMs(KEY, wish('v1'), false, at('1'));
      expect(none.waitMs(KEY, wish('v2'), true, at('1'))).toBe(0);
    });
  });

  describe('where the template of the pods tells another backend', () => {
    /** The object's own version is another at each look, as that of one whose status is written. */
    let version = 0;
    const sightOf = (tells: string, templateVersion: string, rollingOut = false) => {
      version += 1;
      return { version: `${version}`, template: { tells, version: templateVersion }, rollingOut };
    };
    const look = (servedName: string, templateVersion: string, rollingOut = false) =>
      patience.waitMs(KEY, wish(servedName), servedName !== 'v1', sightOf(servedName, templateVersion, rollingOut));

    beforeEach(() => {
      look('v1', '3');
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

    it('does not count the time in which something else is rolled out, or is refused', () => {
      look('v2', '3');
      now += 299_000;
      look('v2', '3', true);
      now += 299_000;
      expect(look('v2', '3')).toBe(1_000);
    });

    it('waits for each change: one that comes while another is carried out has its own version', () => {
      look('v2', '3');
      look('v2', '4', true);
      now += PATIENCE_MS;
      expect(look('v3', '4', true)).toBe(300_000);
      now += PATIENCE_MS;
      expect(look('v3', '4')).toBe(300_000 - PATIENCE_MS);
      expect(look('v3', '5')).toBe(PATIENCE_MS);
    });

    it('waits on, whatever else is wanted meanwhile', () => {
      look('v2', '3');
      const renamed = [registration('other', { servedName: 'v2' })];
      expect(patience.waitMs(KEY, renamed, true, sightOf('v2', '3'))).toBe(300_000);
    });

    it('waits for what was changed while an annotation said otherwise', () => {
      patience.waitMs(KEY, wish('v1'), false, sightOf('v2', '3'));
      now += PATIENCE_MS;
      expect(look('v2', '3')).toBe(300_000 - PATIENCE_MS);
    });

    it('waits on where the template is not known for a while', () => {
      look('v2', '3');
      expect(patience.waitMs(KEY, wish('v2'), true, at('unknown'))).toBe(300_000);
      expect(look('v2', '3')).toBe(300_000);
      expect(look('v2', '4')).toBe(PATIENCE_MS);
    });

    it('begins to wait when it is known again, where it changed meanwhile', () => {
      patience.waitMs(KEY, wish('v2'), true, at('frozen'));
      now += 1_000_000;
      expect(look('v2', '3')).toBe(300_000);
    });

    it('takes what it hears of late, of a rollout that is under way, for begun', () => {
      const object = sightOf('v1', '4', true);
      patience.waitMs(KEY, wish('v1'), false, object);
      const late = { ...object, template: { tells: 'v2', version: '4' } };
      expect(patience.waitMs(KEY, wish('v2'), true, late)).toBe(PATIENCE_MS);
    });

    it('waits the usual time where the change is not told by it', () => {
      expect(patience.waitMs(KEY, wish('v2'), true, sightOf('v1', '3'))).toBe(PATIENCE_MS);
    });

    it('has nothing to wait for of an object that had no row since', () => {
      patience.forget(KEY);
      expect(look('v2', '3')).toBe(PATIENCE_MS);
    });

    it('waits for nothing where no patience is asked for', () => {
      const none = createPatience(0, () => now);
      none.waitMs(KEY, wish('v1'), false, sightOf('v1', '3'));
      expect(none.waitMs(KEY, wish('v2'), true, sightOf('v2', '3'))).toBe(0);
    });
  });
});
