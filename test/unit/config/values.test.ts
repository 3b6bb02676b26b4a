import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  duration,
  flag,
  httpUrl,
  interval,
  labelSelector,
  leaseDuration,
  listenAddress,
  namespace,
  objectName,
  ownerId,
  text,
} from '../../../src/config/values.ts';

/** What a schema says about a value; undefined where it takes it. */
function problem(schema: z.ZodType, value: unknown): string | undefined {
  return schema.safeParse(value).error?.issues[0]?.message;
}

describe('duration', () => {
  it.each([
    ['500ms', 500],
    ['60s', 60_000],
    ['10m', 600_000],
    ['1h', 3_600_000],
    ['1m30s', 90_000],
    ['1.5s', 1_500],
    ['0s', 0],
    ['1.0004s', 1_000],
    ['1.001s', 1_001],
    ['596h', 2_145_600_000],
  ])('reads %s', (given, ms) => {
    expect(duration.parse(given)).toBe(ms);
  });

  it('is whole milliseconds that a timer of Node takes, or refused', () => {
    const part = fc.tuple(fc.double({ min: 0, max: 5_000, noNaN: true }), fc.constantFrom('ms', 's', 'm', 'h'));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (parts) => {
        const given = parts.map(([count, unit]) => `${count.toFixed(4)}${unit}`).join('');
        const parsed = duration.safeParse(given);
        if (!parsed.success) return;
        expect(Number.isInteger(parsed.data)).toBe(true);
        expect(parsed.data).toBeLessThanOrEqual(2 ** 31 - 1);
      }),
    );
  });

  it.each(['', '60', 's', '60 s', '1d', '-1s', '1e3s', '1s2', '.5s', '٣s', 60, true, null])('refuses %j', (given) => {
    expect(problem(duration, given)).toBe('must be a duration such as 500ms, 60s, 10m or 1h');
  });

  it('refuses what is longer than a timer of Node can wait', () => {
    expect(problem(duration, '597h')).toBe('must be at most 596h');
  });

  it('may be 0 where nothing turns on it, and may not where a loop does', () => {
    expect(problem(duration, '0ms')).toBeUndefined();
    expect(problem(interval, '0ms')).toBe('must be longer than 0');
    expect(problem(interval, '0.1ms')).toBe('must be longer than 0');
    expect(interval.parse('1ms')).toBe(1);
  });
});

describe('flag', () => {
  it.each([
    [true, true],
    ['true', true],
    ['1', true],
    [false, false],
    ['false', false],
    ['0', false],
  ])('reads %j', (given, read) => {
    expect(flag.parse(given)).toBe(read);
  });

  it.each(['yes', 'TRUE', '', 1, []])('refuses %j', (given) => {
    expect(problem(flag, given)).toBe('must be true or false');
  });
});

describe('httpUrl', () => {
  it.each([
    ['http://litellm.litellm.svc:4000', 'http://litellm.litellm.svc:4000'],
    ['https://llm.example.com/', 'https://llm.example.com'],
    ['https://llm.example.com/proxy//', 'https://llm.example.com/proxy'],
    ['http://[::1]:4000', 'http://[::1]:4000'],
  ])('reads %s', (given, read) => {
    expect(httpUrl.parse(given)).toBe(read);
  });

  it.each(['', 'litellm', 'litellm:4000', '//litellm', 'ftp://litellm', 'http://', 'http://a:port', 7, null])(
    'refuses %j, which is no address',
    (given) => {
      expect(problem(httpUrl, given)).toBe('must be an http:// or https:// address');
    },
  );

  it.each(['http://user@h', 'http://user:pass@h', 'http://:pass@h', 'http://h/?key=x', 'http://h/#x'])(
    'refuses %s, which holds more than an address',
    (given) => {
      expect(problem(httpUrl, given)).toBe('must not hold credentials, a query or a fragment');
    },
  );
});

describe('listenAddress', () => {
  it.each([':8080', '127.0.0.1:0', 'localhost:1', '[::1]:65535', '[::]:80'])('takes %s', (given) => {
    expect(problem(listenAddress, given)).toBeUndefined();
  });

  it.each(['8080', ':', '::1:80', '127.0.0.1', ':http', ':123456', 'a b:1', 8080])('refuses %j', (given) => {
    expect(problem(listenAddress, given)).toBe('must be an address such as :8080 or 127.0.0.1:8080');
  });

  it('refuses a port that there is not', () => {
    expect(problem(listenAddress, ':65536')).toBe('must end in a port of at most 65535');
  });
});

describe('names', () => {
  it.each(['prod', 'Prod-1.eu_west', '0', 'x'.repeat(63)])('takes %s as an owner id', (given) => {
    expect(problem(ownerId, given)).toBeUndefined();
  });

  it.each(['', '-a', '.a', 'a b', 'a/b', 'ü', 'x'.repeat(64), 5])('refuses %j as an owner id', (given) => {
    expect(problem(ownerId, given)).toMatch(/^must be 1 to 63 letters/);
  });

  it.each(['llm', 'a', '0-1', 'x'.repeat(63)])('takes %s as a namespace', (given) => {
    expect(problem(namespace, given)).toBeUndefined();
  });

  it.each(['', 'LLM', 'a.b', '-a', 'a-', 'a/b', 'x'.repeat(64), 5])('refuses %j as a namespace', (given) => {
    expect(problem(namespace, given)).toMatch(/^must be the name of a namespace/);
  });

  it('takes any other text that is one', () => {
    expect(problem(text, ' ')).toBeUndefined();
    expect(problem(text, '')).toBe('must not be empty');
    expect(problem(text, ['a'])).toBe('must be text');
  });
});

describe('lease duration', () => {
  it.each(['2s', '15s', '1m', '1.5m'])('takes %s', (given) => {
    expect(problem(leaseDuration, given)).toBeUndefined();
  });

  it.each(['1s', '0s', '1500ms', '2.5s'])('refuses %s, which a Lease cannot hold or nobody can keep', (given) => {
    expect(problem(leaseDuration, given)).toBe('must be 2s or more, in whole seconds');
  });
});

describe('the name of an object', () => {
  it.each(['a', 'model-registrar', 'team-a.model-registrar', 'a'.repeat(253)])('takes %s', (given) => {
    expect(problem(objectName, given)).toBeUndefined();
  });

  it.each(['', 'A', 'a_b', '-a', 'a-', 'a..b', '.a', 'a/b', 'a'.repeat(254), 7])('refuses %j', (given) => {
    expect(problem(objectName, given)).toMatch(/^must be the name of an object/);
  });
});

describe('labelSelector', () => {
  it.each([
    'team=search',
    'team==search, stage != test',
    'app.kubernetes.io/part-of=models',
    'tier in (a, b),!legacy',
    'tier notin (a)',
    'team=',
    'team',
    ' ! team ',
    'rank > 5,rank<9',
  ])('takes %s', (given) => expect(problem(labelSelector, given)).toBeUndefined());

  it.each([
    '',
    '=a',
    'team=a=b',
    'team=a,',
    'team=a b',
    'tier in a,b',
    'tier in (a',
    'team=-a',
    '/team=a',
    'team=ä',
    'a'.repeat(64),
    'rank > high',
    7,
  ])('refuses %j', (given) => expect(problem(labelSelector, given)).toMatch(/^must be a selector of labels/));

  it('judges what is long in no time', () => {
    const begun = performance.now();
    expect(problem(labelSelector, `${'a,'.repeat(2_000)}=`)).toBeDefined();
    expect(problem(labelSelector, `${'a'.repeat(4_000)}=`)).toBeDefined();
    expect(problem(labelSelector, `a in (${'b,'.repeat(2_000)}`)).toBeDefined();
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});
