import { describe, expect, it } from 'vitest';
import { judgeNames } from '../../../src/controller/judge-names.ts';
import type { ModelRecord } from '../../../src/registration/entry.ts';
import { createRights } from '../../../src/registration/rights.ts';
import { handMade, registration, row, SETTLE_MS, SOURCE, T0, UID } from '../registration/builders.ts';
import { COOLDOWN_MS, type TestClock, worldOf } from './builders.ts';

const OBJECT = { source: SOURCE, uid: UID };

const rival = row({ source: { ...SOURCE, namespace: 'b' }, uid: 'uid-b', since: T0 - 9 });

/** What becomes of the names of an object in the namespace llm. */
function judge(names: string[], rows: ModelRecord[] = [], clock: TestClock = { now: T0 }) {
  return judgeNames(
    worldOf(rows, {}, clock),
    OBJECT,
    names.map((name) => registration(name)),
  );
}

const FREE = {
  granted: [],
  withheld: new Map(),
  refused: [],
  yielded: [],
  problems: [],
  dueAt: Number.POSITIVE_INFINITY,
};

describe('judgeNames', () => {
  it('grants what is free', () => {
    expect(judge(['a', 'b'])).toEqual({ ...FREE, granted: [registration('a'), registration('b')] });
    expect(judge([])).toEqual(FREE);
  });

  it('judges each name for itself, and says what to do about the others', () => {
    expect(judge(['a', 'qwen', 'b'], [handMade()])).toEqual({
      ...FREE,
      granted: [registration('a'), registration('b')],
      refused: ['qwen'],
      problems: [
        {
          reason: 'NameConflict',
          message:
            '"qwen" is held by a model that was added to LiteLLM by hand (by-hand). Choose another name with model-registrar.io/model-name, or take that model over: model-registrar adopt qwen.',
        },
      ],
    });
  });

  it('lets two backends share a name, and two models of one backend not', () => {
    const listed = (name: string) => ({ kind: 'backend', namespace: '-', name });
    const wanting = { source: listed('lab:org%2Fqwen'), uid: 'lab', apartFrom: 'backend/-/lab:' };
    const claims = (standing: string, more: { own?: boolean } = {}) => {
      const rows = [row({ source: listed(standing), uid: 'x', since: T0 - 9 })];
      if (more.own) rows.push(row({ source: wanting.source, uid: 'lab' }));
      return judgeNames(worldOf(rows, {}, { now: T0 + SETTLE_MS }), wanting, [registration('qwen')]);
    };
    expect(claims('lab2:qwen')).toMatchObject({ granted: [{}], problems: [] });
    expect(claims('lab:other%2Fqwen')).toMatchObject({
      granted: [],
      refused: ['qwen'],
      problems: [{ message: expect.stringContaining('is held by backend/-/lab:other%2Fqwen') }],
    });
    // Both were made at once: the later one yields.
    expect(claims('lab:other%2Fqwen', { own: true })).toMatchObject({ granted: [], yielded: ['qwen'] });
  });

  it('refuses a name that the namespace may not have, and grants the others', () => {
    const publicNames = ['a-*'];
    const tenant = { namespace: 'llm', publicNames, accessGroups: [], params: [], info: [], credentials: [] };
    const world = worldOf([], {
      projection: { selection: 'annotated', address: 'cluster', rights: createRights([tenant], []) },
    });
    const claims = judgeNames(world, OBJECT, [registration('a-1'), registration('b-1')]);
    expect(claims).toMatchObject({
      granted: [{ publicName: 'a-1' }],
      refused: ['b-1'],
      problems: [{ reason: 'NotAllowed', rule: 'public-name' }],
    });
  });

  it('lets nobody keep a name from others that he may not have himself', () => {
    const none = { accessGroups: [], params: [], info: [], credentials: [] };
    const squatter = (publicNames: string[]) => {
      const rights = createRights([{ ...none, namespace: 'squat', publicNames }], []);
      const world = worldOf([], { projection: { selection: 'annotated', address: 'cluster', rights } });
      world.names.declare('inference-service/squat/x', { namespace: 'squat', createdAt: 1, uid: 'a' }, ['qwen']);
      return judgeNames(world, OBJECT, [registration()]);
    };
    expect(squatter(['qwen'])).toMatchObject({ granted: [], refused: ['qwen'] });
    expect(squatter(['squat-*'])).toMatchObject({ granted: [{ publicName: 'qwen' }], refused: [] });
  });

  it('keeps no name for one who held it last and may not have it any more', () => {
    const none = { accessGroups: [], params: [], info: [], credentials: [] };
    const held = (publicNames: string[]) => {
      const rights = createRights([{ ...none, namespace: 'rival', publicNames }], []);
      const world = worldOf([], { projection: { selection: 'annotated', address: 'cluster', rights } });
      world.names.nameSeen('qwen', [row({ source: { ...SOURCE, namespace: 'rival' } })]);
      world.names.nameSeen('qwen', []);
      return judgeNames(world, OBJECT, [registration()]);
    };
    expect(held(['qwen']).refused).toEqual(['qwen']);
    expect(held([]).refused).toEqual([]);
  });

  it('writes no weight of a shared name, also where somebody else’s row stands under it', () => {
    const rights = createRights([], [{ name: 'qwen', namespaces: ['llm', 'b'] }]);
    const own = row({ registration: registration('qwen', { params: { weight: 5 } }) });
    const world = worldOf([own, handMade()], { projection: { selection: 'annotated', address: 'cluster', rights } });
    const claims = judgeNames(world, OBJECT, [registration('qwen', { params: { weight: 5 } })]);
    expect(claims.granted).toMatchObject([{ params: {} }]);
    expect(claims.granted[0]?.params).not.toHaveProperty('weight');
    expect(claims.withheld).toEqual(new Map());
    expect(claims.problems.map(({ reason }) => reason)).toEqual(['NotAllowed', 'NameConflict']);
  });

  it('lets no one of those who share a name say who gets the calls', () => {
    const rights = createRights([], [{ name: 'qwen', namespaces: ['llm', 'b'] }]);
    const world = worldOf([rival], { projection: { selection: 'annotated', address: 'cluster', rights } });
    const params = { weight: 5, order: 1, rpm: 7, tpm: 9, timeout: 3, api_key: 'not-needed' };
    const claims = judgeNames(world, OBJECT, [registration('qwen', { params })]);
    expect(Object.keys(claims.granted[0]?.params ?? {})).toEqual(['timeout', 'api_key']);
    expect(claims.problems).toMatchObject([{ reason: 'NotAllowed', rule: 'litellm-params' }]);
  });

  it.each(['*', 'gpt-*', 'all-proxy-models', ''])('refuses %j, which cannot be a name', (name) => {
    expect(judge([name])).toMatchObject({
      granted: [],
      refused: [name],
      problems: [
        { reason: 'InvalidAnnotation', message: expect.stringContaining(`"${name}" cannot be a public name: `) },
      ],
    });
  });

  it('refuses the id of a row, which can be called like a name', () => {
    expect(judge(['by-hand'], [handMade()])).toMatchObject({
      refused: ['by-hand'],
      problems: [{ reason: 'InvalidAnnotation', message: expect.stringContaining('it is the id of a model') }],
    });
  });

  it('tells of a row that stands beside ours, and grants the name all the same', () => {
    expect(judge(['qwen'], [row(), handMade()])).toMatchObject({
      granted: [registration()],
      problems: [{ reason: 'NameConflict', message: expect.stringContaining('LiteLLM divides the calls') }],
    });
  });

  it('lets an object beside somebody else’s row not say who gets the calls: what it could say so by is not written, and that is told', () => {
    const greedy = registration('qwen', {
      params: { api_key: 'not-needed', timeout: 5, weight: 999, order: 1, rpm: 7 },
    });
    expect(judgeNames(worldOf([row()]), OBJECT, [greedy])).toMatchObject({ granted: [greedy], problems: [] });
    const shared = judgeNames(worldOf([row(), handMade()]), OBJECT, [greedy]);
    expect(shared.granted).toEqual([registration('qwen', { params: { api_key: 'not-needed', timeout: 5 } })]);
    expect(shared.withheld).toEqual(new Map([['qwen', { weight: 999, order: 1, rpm: 7 }]]));
    expect(shared.problems).toMatchObject([
      {
        reason: 'NameConflict',
        message: expect.stringMatching(/Until then weight and order and rpm of litellm-params are not written\.$/),
      },
    ]);
    const weighty = registration('qwen', { params: { weight: 2 } });
    expect(judgeNames(worldOf([row(), handMade()]), OBJECT, [weighty]).problems[0]?.message).toMatch(
      /weight .* is not written\.$/,
    );
  });

  it('refuses a name for which somebody has a pattern', () => {
    const taking = { ...worldOf([]).registry, takingByPattern: () => [handMade('qw*')] };
    expect(judgeNames(worldOf([], { registry: taking }), OBJECT, [registration()])).toMatchObject({
      refused: ['qwen'],
      problems: [{ reason: 'NameConflict', message: expect.stringContaining('"qwen" matches "qw*"') }],
    });
  });

  it('says of a row of the same object under another owner id what to do', () => {
    const [problem] = judge(['qwen'], [row({ owner: 'former' })]).problems;
    expect(problem?.message).toMatch(
      /under another owner id, former\. Run with --owner-id former, or take it over: model-registrar adopt --from-owner former\.$/,
    );
  });

  it('says of a row of an object of the same name, of another cluster, whose it is, and never to take it over', () => {
    const [problem] = judge(['qwen'], [row({ owner: 'other-cluster', uid: 'uid-of-another' })]).problems;
    expect(problem?.message).toBe(
      '"qwen" is held by inference-service/llm/qwen (owner other-cluster). Choose another name with model-registrar.io/model-name.',
    );
  });

  it('yields to who was there first', () => {
    const late = judge(['qwen', 'b'], [row(), rival], { now: T0 + 2 * SETTLE_MS });
    expect(late).toMatchObject({
      granted: [registration('b')],
      refused: [],
      yielded: ['qwen'],
      problems: [
        { reason: 'NameConflict', message: expect.stringContaining('registered earlier by inference-service/b/') },
      ],
    });
  });

  it('leaves the name to the oldest of those that declare it', () => {
    const world = worldOf([]);
    world.names.declare('k/b/x', { namespace: 'b', createdAt: T0 - 1, uid: 'u' }, ['qwen']);
    world.names.declare('k/llm/x', { namespace: 'llm', createdAt: T0, uid: 'v' }, ['qwen']);
    expect(judgeNames(world, OBJECT, [registration()])).toMatchObject({
      refused: ['qwen'],
      dueAt: Number.POSITIVE_INFINITY,
    });
  });

  it('knows when to look again: when the first of the kept names is free', () => {
    const clock = { now: T0 };
    const world = worldOf([], {}, clock);
    const namedB = (name: string) => row({ source: { ...SOURCE, namespace: 'b' }, registration: registration(name) });
    world.names.rowsSeen([namedB('a'), namedB('b')]);
    world.names.rowsSeen([namedB('b')]);
    clock.now += 5;
    world.names.rowsSeen([]);
    const names = [registration('b'), registration('a')];
    expect(judgeNames(world, OBJECT, names)).toMatchObject({ refused: ['b', 'a'], dueAt: T0 + COOLDOWN_MS });
    expect(judgeNames(world, { uid: 'uid-b', source: { ...SOURCE, namespace: 'b' } }, names)).toMatchObject({
      refused: [],
      granted: names,
    });
  });
});
