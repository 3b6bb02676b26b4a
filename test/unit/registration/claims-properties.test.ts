import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Claimant, type ClaimContext, decideClaim, type NameState } from '../../../src/registration/claims.ts';
import type { ModelRecord } from '../../../src/registration/entry.ts';
import { MAX_NAME_LENGTH, publicNameProblem } from '../../../src/registration/public-name.ts';
import { handMade, row, SETTLE_MS, T0 } from './builders.ts';

/** What the names of a public name's world can be, small enough that they meet. */
const NAMESPACES = ['a', 'b', 'c'];
const OWNERS = ['prod', 'stage'];
const SIDES: Claimant[] = OWNERS.flatMap((owner) => NAMESPACES.map((namespace) => ({ owner, namespace })));

const namespace = fc.constantFrom(...NAMESPACES);

/** A row of an object under the name; `made` is long ago, or a moment ago. */
const stamped = fc
  .record({
    owner: fc.constantFrom(...OWNERS),
    namespace,
    name: fc.constantFrom('x', 'y'),
    since: fc.integer({ min: T0 - 3, max: T0 }),
    fresh: fc.boolean(),
    stored: fc.constantFrom(true, true, true, false),
  })
  .map(({ owner, namespace: within, name, since, fresh, stored }): ModelRecord => {
    const source = { kind: 'inference-service', namespace: within, name };
    const created = fresh ? T0 : T0 - 2 * SETTLE_MS;
    return { ...row({ owner, source, uid: `${within}-${name}`, since: since - 3 * SETTLE_MS, created }), stored };
  });

const foreign = fc
  .record({ id: fc.constantFrom('hand-1', 'hand-2', 'config-1'), blocked: fc.boolean() })
  .map(({ id, blocked }) => handMade('qwen', { id, blocked, stored: !id.startsWith('config') }));

const rows = fc.uniqueArray(fc.oneof({ weight: 3, arbitrary: stamped }, foreign), {
  maxLength: 7,
  selector: ({ id }) => id,
});

const declarers = fc.uniqueArray(
  fc.record({ namespace, createdAt: fc.integer({ min: T0, max: T0 + 3 }), uid: fc.uuid() }),
  { maxLength: 5, selector: ({ uid }) => uid },
);

const lastHolder = fc.option(fc.record({ namespace, until: fc.constantFrom(T0 - 1, T0, T0 + 1) }), { nil: undefined });

const patterns = fc.constantFrom<ModelRecord[]>([], [], [], [handMade('qw*', { id: 'a-pattern' })]);

const state: fc.Arbitrary<NameState> = fc.record({ rows, declarers, lastHolder, patterns });

/** Nothing is fresh any more: what lists showed late is gone from them. */
const SETTLED: ClaimContext = { now: T0 + 2 * SETTLE_MS, settleMs: SETTLE_MS };
const NOW: ClaimContext = { now: T0, settleMs: SETTLE_MS };

const decide = (claimant: Claimant, known: NameState, context: ClaimContext = SETTLED) =>
  decideClaim('qwen', claimant, known, context);

const isMine = ({ owner, namespace: within }: Claimant, { stored, stamp }: ModelRecord): boolean =>
  stored && stamp?.owner === owner && stamp.source.split('/')[1] === within;

const hasRows = (claimant: Claimant, known: NameState): boolean => known.rows.some((one) => isMine(claimant, one));

const whoseRowsStand = (known: NameState): Claimant[] => SIDES.filter((side) => hasRows(side, known));

/** Who has a row there, or an object that declares the name. */
const asking = (known: NameState): Claimant[] =>
  SIDES.filter((side) => hasRows(side, known) || known.declarers.some((one) => one.namespace === side.namespace));

function holds(property: (known: NameState) => void): void {
  fc.assert(fc.property(state, property), { numRuns: 500 });
}

test('once all is settled, a name is granted to one namespace of one owner at most', () => {
  holds((known) => {
    for (const owner of OWNERS) {
      const own = asking(known).filter((side) => side.owner === owner);
      const granted = own.filter((side) => decide(side, known).verdict === 'granted');
      expect(granted.length).toBeLessThanOrEqual(1);
    }
    if (whoseRowsStand(known).length === 0) return;
    expect(asking(known).filter((side) => decide(side, known).verdict === 'granted')).toHaveLength(1);
  });
});

test('where a row stands under a name, whoever made it, nobody gets the name who has none there', () => {
  holds((known) => {
    if (known.rows.length === 0) return;
    for (const side of SIDES.filter((one) => !hasRows(one, known))) {
      for (const context of [NOW, SETTLED]) expect(decide(side, known, context).verdict).toBe('refused');
    }
  });
});

test('who has a row is never refused, and yields to nothing but an older row of ours that is stored', () => {
  holds((known) => {
    for (const side of whoseRowsStand(known)) {
      const verdict = decide(side, known);
      expect(verdict.verdict).not.toBe('refused');
      const rivals = known.rows.filter((one) => one.stored && one.stamp && !isMine(side, one));
      const without = { ...known, rows: known.rows.filter((one) => isMine(side, one) || !rivals.includes(one)) };
      // Neither hand-made models, nor those of the config file, nor patterns take a name away.
      expect(decide(side, without).verdict).toBe('granted');
      if (verdict.verdict !== 'yield') continue;
      const oldest = (some: ModelRecord[]) => some.map(({ stamp }) => stamp?.since ?? '').sort()[0] ?? '';
      expect(oldest(rivals) <= oldest(known.rows.filter((one) => isMine(side, one)))).toBe(true);
    }
  });
});

test('all sides of a race name the same one that stays, in whichever order a list shows the rows', () => {
  fc.assert(
    fc.property(state, fc.infiniteStream(fc.nat()), (known, order) => {
      const shuffled = { ...known, rows: shuffle(known.rows, order), declarers: shuffle(known.declarers, order) };
      const stays = (some: NameState) =>
        whoseRowsStand(some).filter((side) => decide(side, some).verdict === 'granted');
      expect(stays(shuffled)).toEqual(stays(known));
      for (const side of SIDES) expect(decide(side, shuffled).verdict).toBe(decide(side, known).verdict);
      expect(stays(known)).toHaveLength(Math.min(1, whoseRowsStand(known).length));
    }),
    { numRuns: 500 },
  );
});

test('when those that yield have gone, the one that stays is alone with its name, and stays', () => {
  holds((known) => {
    const yielded = whoseRowsStand(known).filter((side) => decide(side, known).verdict === 'yield');
    const left = { ...known, rows: known.rows.filter((one) => !yielded.some((side) => isMine(side, one))) };
    expect(whoseRowsStand(left).map((side) => decide(side, left).verdict)).toEqual(
      whoseRowsStand(left).map(() => 'granted'),
    );
    // Who yielded does not come back while it stands.
    for (const side of yielded) expect(decide(side, left).verdict).toBe('refused');
  });
});

test('nobody yields before a list must show what was deleted when its own row was made', () => {
  holds((known) => {
    for (const side of whoseRowsStand(known)) {
      const fresh = known.rows.some(
        (one) => isMine(side, one) && Date.parse(one.stamp?.created ?? '') > T0 - SETTLE_MS,
      );
      if (fresh) expect(decide(side, known, NOW).verdict).toBe('granted');
    }
  });
});

test('a name without rows is granted to its last holder alone while it is kept, and then to the oldest that declares it', () => {
  holds((known) => {
    const free = { ...known, rows: [], patterns: [] };
    const { lastHolder: last } = known;
    const kept = last && NOW.now < last.until;
    const [oldest] = [...free.declarers].sort(
      (one, other) => one.createdAt - other.createdAt || (one.uid < other.uid ? -1 : 1),
    );
    for (const side of asking(free)) {
      const its = kept ? last.namespace : oldest?.namespace;
      expect(decide(side, free, NOW).verdict).toBe(side.namespace === its ? 'granted' : 'refused');
    }
  });
});

test('a name that a pattern takes is granted only to who has it', () => {
  holds((known) => {
    const taken = { ...known, patterns: [handMade('qw*', { id: 'a-pattern' })] };
    for (const side of SIDES) {
      if (hasRows(side, taken)) expect(decide(side, taken)).toEqual(decide(side, { ...taken, patterns: [] }));
      else expect(decide(side, taken).verdict).toBe('refused');
    }
  });
});

test('each refusal and each yield says why, with the name', () => {
  holds((known) => {
    for (const side of SIDES) {
      const verdict = decide(side, known, NOW);
      if (verdict.verdict !== 'granted') expect(verdict.why).toContain('"qwen"');
    }
  });
});

test('what is taken for a public name has no "*", no control character, no space at its ends, and is no word of LiteLLM’s', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc.nat({ max: 300 }).map((length) => 'x'.repeat(length)),
    fc.array(fc.integer({ min: 0, max: 0xd7ff }), { maxLength: 6 }).map((codes) => String.fromCodePoint(...codes)),
    fc.constantFrom('*', 'gpt-*', 'all-proxy-models', 'all-team-models', 'no-default-models', 'a2a/x', ' x', 'x\n', ''),
  );
  fc.assert(
    fc.property(text, (name) => {
      if (publicNameProblem(name) !== undefined) return;
      expect(name).not.toMatch(
        /\*|\p{C}|^\s|\s$|[^\0-\xff]|^a2a\/|^(?:all-proxy-models|all-team-models|no-default-models)$/u,
      );
      expect(name.length).toBeGreaterThan(0);
      expect(name.length).toBeLessThanOrEqual(MAX_NAME_LENGTH);
    }),
    { numRuns: 500 },
  );
});

describe('where two of three namespaces share the name', () => {
  const FELLOWS: readonly string[] = ['a', 'b'];
  const isFellow = (within: string): boolean => FELLOWS.includes(within);
  const party = (within: string): string => (isFellow(within) ? 'ab' : within);
  const sharing = (side: Claimant): Claimant =>
    isFellow(side.namespace) ? { ...side, sharesWith: (other) => isFellow(other) } : side;
  const decided = (side: Claimant, known: NameState) => decide(sharing(side), known);

  test('rows of one owner stand together only where they share it, once all is settled', () => {
    holds((known) => {
      const standing = whoseRowsStand(known).filter((side) => decided(side, known).verdict === 'granted');
      const parties = new Set(standing.map((side) => `${side.owner} ${party(side.namespace)}`));
      expect(parties.size).toBe(Math.min(1, whoseRowsStand(known).length));
    });
  });

  test('no Warning stands beside a grant where but their own rows are', () => {
    holds((known) => {
      const rows = known.rows.filter((one) =>
        SIDES.some((side) => side.owner === 'prod' && isFellow(side.namespace) && isMine(side, one)),
      );
      if (rows.length === 0) return;
      for (const within of FELLOWS) {
        expect(decided({ owner: 'prod', namespace: within }, { ...known, rows })).toEqual({ verdict: 'granted' });
      }
      expect(decided({ owner: 'prod', namespace: 'c' }, { ...known, rows }).verdict).toBe('refused');
    });
  });
});

function shuffle<T>(items: readonly T[], order: fc.Stream<number>): T[] {
  const keys = [...order.take(items.length)];
  return items
    .map((item, index) => ({ item, key: keys[index] ?? 0 }))
    .sort((one, other) => one.key - other.key)
    .map(({ item }) => item);
}

test('namespaces that share a name are judged as one namespace would be', () => {
  const partners = ['a', 'b'];
  const asOne = (within: string): string => (partners.includes(within) ? 'a' : within);
  holds((known) => {
    const merged: NameState = {
      ...known,
      rows: known.rows.map((one) => {
        if (!one.stamp) return one;
        const [kind = '', within = '', name = ''] = one.stamp.source.split('/');
        return { ...one, stamp: { ...one.stamp, source: `${kind}/${asOne(within)}/${name}` } };
      }),
      declarers: known.declarers.map((one) => ({ ...one, namespace: asOne(one.namespace) })),
      lastHolder: known.lastHolder && { ...known.lastHolder, namespace: asOne(known.lastHolder.namespace) },
    };
    for (const side of SIDES) {
      const shares = partners.includes(side.namespace);
      const sharing = { ...side, sharesWith: (other: string) => shares && partners.includes(other) };
      for (const context of [NOW, SETTLED]) {
        expect(decide(sharing, known, context).verdict).toBe(
          decide({ ...side, namespace: asOne(side.namespace) }, merged, context).verdict,
        );
      }
    }
  });
});
