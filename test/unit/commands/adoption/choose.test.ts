import { describe, expect, it } from 'vitest';
import { chooseByName, chooseFromOwner, chooseMatching } from '../../../../src/commands/adoption/choose.ts';
import type { Known } from '../../../../src/commands/adoption/known.ts';
import type { ModelRecord } from '../../../../src/registration/entry.ts';
import type { Projection } from '../../../../src/registration/projection.ts';
import { serving } from '../../controller/builders.ts';
import { entry, handMade, OWNER, registration, row, SOURCE, UID } from '../../registration/builders.ts';

const OTHER = { ...SOURCE, name: 'other' };
const { apiBase } = registration();

/** A hand-made row for what the object serves. */
const matching = (name = 'qwen', id = `hand-${name}`) =>
  handMade(name, { id, params: { model: 'openai/qwen', api_base: apiBase } });

const serves = (...names: string[]): Known['objects'][number] => ({
  source: SOURCE,
  uid: UID,
  projection: serving(names.map((name) => registration(name))),
});

function known(rows: ModelRecord[], objects: Known['objects'] = [serves('qwen')]): Known {
  return { owner: OWNER, rows, objects };
}

const because = (projection: Projection) => () =>
  chooseByName('qwen', known([handMade()], [{ source: SOURCE, uid: UID, projection }]));

describe('chooseByName', () => {
  it('takes the hand-made row, whatever it leads to', () => {
    const rows = [handMade(), handMade('another', { id: 'x' })];
    expect(chooseByName('qwen', known(rows))).toEqual({ source: SOURCE, name: 'qwen', rows: [rows[0]] });
  });

  it('has nothing to do where ours is alone', () => {
    expect(chooseByName('qwen', known([row()]))).toBeUndefined();
  });

  it('goes on where ours stands beside theirs', () => {
    expect(chooseByName('qwen', known([row(), handMade()]))?.rows).toHaveLength(1);
  });

  it.each<[string, ModelRecord[], RegExp]>([
    ['no such row', [], /LiteLLM has no model named "qwen": model-registrar list/],
    ['the config file', [handMade('qwen', { stored: false })], /config file \(by-hand\), which no API changes/],
    ['another owner id', [row({ owner: 'former' })], /owner id former: .*--from-owner former/],
    [
      'an object of the same name in another cluster',
      [row({ owner: 'former', uid: 'uid-0' })],
      /another installation \(owner former\), for inference-service\/llm\/qwen there: choose another name/,
    ],
  ])('refuses: %s', (_case, rows, message) => {
    expect(() => chooseByName('qwen', known(rows))).toThrow(message);
  });

  it('says why no object can have it', () => {
    expect(() => chooseByName('qwen', known([handMade()], [serves('another')]))).toThrow(/no object declares/);
    expect(because({ state: 'hold', names: ['qwen'], why: 'Ready is False' })).toThrow(
      /"qwen" cannot be taken over: inference-service\/llm\/qwen declares this name, and does not serve: Ready is False\.$/,
    );
    expect(because(serving([registration()], { waitingFor: 'no copy has served yet' }))).toThrow(
      /: no copy has served/,
    );
    const problem = { reason: 'InvalidAnnotation', message: 'mode is wrong.' } as const;
    expect(because({ state: 'invalid', names: ['qwen'], problems: [problem] })).toThrow(/: mode is wrong\.$/);
    expect(because({ state: 'ignore', names: ['qwen'], why: 'opted out' })).toThrow(/no object declares/);
  });

  it('of several objects takes that whose backend it is, and none where it is not plain', () => {
    const another = serving([registration('qwen', { apiBase: 'http://other/v1' })]);
    const objects = [{ source: OTHER, uid: 'uid-o', projection: another }, serves('qwen')];
    expect(chooseByName('qwen', known([matching()], objects))?.source).toEqual(SOURCE);
    expect(() => chooseByName('qwen', known([handMade()], objects))).toThrow(
      /several objects declare this name \(inference-service\/llm\/other, inference-service\/llm\/qwen\)/,
    );
  });

  it('refuses the object’s own row whose mark was taken off: none can be made beside it', () => {
    const own = handMade('qwen', { id: entry().id, params: { model: 'openai/qwen', api_base: apiBase } });
    expect(() => chooseByName('qwen', known([own]))).toThrow(
      /own row \(llm\.qwen\.[0-9a-f]{8}\), .*: delete it in LiteLLM/,
    );
    expect(chooseMatching(known([own]))).toMatchObject({ takeovers: [], leftOut: [{ ids: [own.id] }] });
    const other = handMade('qwen', { id: entry({ uid: 'uid-0' }).id });
    expect(chooseByName('qwen', known([other]))?.rows).toEqual([other]);
  });

  it('takes several rows only where all are the object’s backend', () => {
    expect(chooseByName('qwen', known([matching(), matching('qwen', 'hand-2')]))?.rows).toHaveLength(2);
    expect(() => chooseByName('qwen', known([matching(), handMade()]))).toThrow(
      /several models of this name \(hand-qwen, by-hand\)/,
    );
  });
});

describe('chooseMatching', () => {
  it('takes what has the name, the base and the model, says of what has the name alone why not, and passes over the rest', () => {
    const rows = [
      matching('a'),
      matching('a', 'hand-a-2'),
      handMade('b', { id: 'hand-b' }),
      matching('nobody'),
      row({ registration: registration('c') }),
      { ...matching('d'), stored: false },
    ];
    expect(chooseMatching(known(rows, [serves('a', 'b', 'c', 'd')]))).toEqual({
      takeovers: [{ source: SOURCE, name: 'a', rows: [rows[0], rows[1]] }],
      leftOut: [{ name: 'b', ids: ['hand-b'], why: expect.stringMatching(/^its base or its model is not that of /) }],
    });
  });

  it('says of one whose object does not serve why', () => {
    const projection: Projection = { state: 'hold', names: ['a'], why: 'Ready is False' };
    expect(chooseMatching(known([matching('a')], [{ source: SOURCE, uid: UID, projection }]))).toEqual({
      takeovers: [],
      leftOut: [{ name: 'a', ids: ['hand-a'], why: expect.stringContaining('Ready is False') }],
    });
  });
});

describe('chooseFromOwner', () => {
  const of = (name: string, more: object = {}) => row({ owner: 'former', registration: registration(name), ...more });
  interface Wish {
    name?: string;
    rebuilt?: boolean;
    objects?: Known['objects'];
  }
  const former = (rows: ModelRecord[], { name, rebuilt = false, objects = [serves('a')] }: Wish = {}) =>
    chooseFromOwner({ owner: 'former', name, rebuilt }, known(rows, objects));

  it('takes each row for its own object, and says of the others why not', () => {
    const rows = [of('a'), of('a', { generation: 2 }), of('b'), of('gone', { source: OTHER })];
    const foreign = [handMade('a'), row({ owner: 'third', registration: registration('a') })];
    expect(former([...rows, ...foreign])).toEqual({
      takeovers: [{ source: SOURCE, name: 'a', rows: [rows[0], rows[1]] }],
      leftOut: [
        { name: 'b', ids: [rows[2]?.id], why: expect.stringContaining('no object declares') },
        { name: 'gone', ids: [rows[3]?.id], why: expect.stringMatching(/llm\/other is not there.*--owner-id former/) },
      ],
    });
  });

  it('leaves what was made for another object of the same name, as of another cluster, unless that one is told to be gone', () => {
    const [its, foreign] = [of('a'), of('a', { uid: 'uid-0' })];
    const left = {
      name: 'a',
      ids: [foreign.id],
      why: expect.stringMatching(
        /^it was made for another object of this name, inference-service\/llm\/qwen: of another cluster, or .* give --rebuilt$/,
      ),
    };
    expect(former([foreign])).toEqual({ takeovers: [], leftOut: [left] });
    expect(former([foreign, its])).toEqual({
      takeovers: [{ source: SOURCE, name: 'a', rows: [its] }],
      leftOut: [left],
    });
    expect(former([foreign, its], { rebuilt: true })).toEqual({
      takeovers: [{ source: SOURCE, name: 'a', rows: [foreign, its] }],
      leftOut: [],
    });
  });

  it('with a name takes the rows of that name alone, of each of its objects', () => {
    const objects = [serves('a', 'b'), { source: OTHER, uid: 'uid-o', projection: serving([registration('a')]) }];
    const rows = [of('a'), of('b'), of('a', { source: OTHER, uid: 'uid-o' })];
    expect(former(rows, { name: 'a', objects })).toEqual({
      takeovers: [
        { source: SOURCE, name: 'a', rows: [rows[0]] },
        { source: OTHER, name: 'a', rows: [rows[2]] },
      ],
      leftOut: [],
    });
    expect(former(rows, { name: 'nobody', objects })).toEqual({ takeovers: [], leftOut: [] });
  });
});
