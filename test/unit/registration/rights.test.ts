import { describe, expect, it } from 'vitest';
import { decideClaim } from '../../../src/registration/claims.ts';
import { readOptions } from '../../../src/registration/options.ts';
import { NO_NAMESPACE } from '../../../src/registration/registration.ts';
import { allowsName, createRights, nameRefusal, USUAL_RIGHTS } from '../../../src/registration/rights.ts';
import { handMade, OWNER, row, SETTLE_MS, SOURCE, T0 } from './builders.ts';

const NOTHING = { accessGroups: [], params: [], info: [], credentials: [] };

describe('the rights of a namespace', () => {
  const rights = createRights(
    [
      { ...NOTHING, namespace: 'team-a', publicNames: ['a-*', 'special'], accessGroups: ['beta'] },
      { ...NOTHING, namespace: 'team-*', publicNames: ['*-test'] },
    ],
    [],
  );

  it('are those of the first entry that matches', () => {
    expect(rights.of('team-a').accessGroups).toEqual(['beta']);
    expect(rights.of('team-b').publicNames).toEqual(['*-test']);
    expect(rights.of('other')).toEqual(NOTHING);
  });

  it('are the same object each time: what was read of annotations is remembered by it', () => {
    expect(rights.of('team-a')).toBe(rights.of('team-a'));
  });

  it('limit public names only where there are patterns', () => {
    expect(['a-1', 'special', 'b-1'].map((name) => allowsName(rights.of('team-a'), name))).toEqual([true, true, false]);
    expect(allowsName(rights.of('other'), 'anything')).toBe(true);
  });

  it('are named where one is refused, the first of many', () => {
    const publicNames = ['a', 'b', 'c', 'd', 'e', 'f'];
    const refusal = (some: string[]) => nameRefusal('x', 'team-a', { ...rights.of('team-a'), publicNames: some });
    expect(refusal(publicNames)).toContain('may have (a, b, c, d, e, …). Choose another');
    expect(refusal(publicNames.slice(1))).toContain('may have (b, c, d, e, f). Choose another');
  });

  it('do not limit what the administrator lists himself', () => {
    const strict = createRights([{ ...NOTHING, namespace: '*', publicNames: [] }], []);
    expect(allowsName(strict.of(NO_NAMESPACE), 'x')).toBe(true);
    expect(allowsName(strict.of('team-a'), 'x')).toBe(false);
  });
});

describe('names that are shared', () => {
  const rights = createRights([], [{ name: 'shared-*', namespaces: ['team-a', 'lab-*'] }]);

  it('are so between the namespaces of one entry', () => {
    expect(rights.share('shared-1', 'team-a', 'lab-2')).toBe(true);
    expect(rights.share('shared-1', 'lab-1', 'lab-2')).toBe(true);
    expect(rights.share('shared-1', 'team-a', 'team-b')).toBe(false);
    expect(rights.share('other', 'team-a', 'lab-2')).toBe(false);
    expect(rights.isShared('shared-1', 'team-a')).toBe(true);
    expect(rights.isShared('shared-1', 'team-b')).toBe(false);
    expect(USUAL_RIGHTS.isShared('shared-1', 'team-a')).toBe(false);
  });

  it('are shared by those of the first entry that matches: who shares with one shares with all', () => {
    const two = createRights(
      [],
      [
        { name: 'shared-1', namespaces: ['team-a', 'team-b'] },
        { name: 'shared-*', namespaces: ['team-b', 'team-c'] },
      ],
    );
    expect(two.share('shared-1', 'team-a', 'team-b')).toBe(true);
    expect(two.share('shared-1', 'team-b', 'team-c')).toBe(false);
    expect(two.share('shared-2', 'team-b', 'team-c')).toBe(true);
  });

  it('are none of what the administrator lists himself, whatever a pattern matches', () => {
    const all = createRights([], [{ name: '*', namespaces: ['*'] }]);
    expect(all.share('x', 'team-a', 'team-b')).toBe(true);
    expect(all.share('x', NO_NAMESPACE, 'team-a')).toBe(false);
    expect(all.share('x', 'team-a', NO_NAMESPACE)).toBe(false);
    expect(all.isShared('x', NO_NAMESPACE)).toBe(false);
  });

  const context = { now: T0, settleMs: SETTLE_MS };
  const sharesWith = (namespace: string) => namespace === 'b';
  const me = { owner: OWNER, namespace: 'llm', sharesWith };
  const theirs = (namespace: string, owner = OWNER) =>
    row({ owner, source: { ...SOURCE, namespace }, uid: namespace, since: T0 - 9 });
  const claim = (rows: ReturnType<typeof handMade>[], more: object = {}) =>
    decideClaim('qwen', me, { rows, declarers: [], ...more }, context);

  it('are granted beside rows of those who share them, without a Warning', () => {
    expect(claim([theirs('b')])).toEqual({ verdict: 'granted' });
    expect(claim([row(), theirs('b')])).toEqual({ verdict: 'granted' });
  });

  it('are granted where those who share them declared them first, or held them last', () => {
    expect(claim([], { declarers: [{ namespace: 'b', createdAt: 1, uid: 'b' }] })).toEqual({ verdict: 'granted' });
    expect(claim([], { lastHolder: { namespace: 'b', until: T0 + 1 } })).toEqual({ verdict: 'granted' });
  });

  it('are refused where somebody else holds them, another installation too', () => {
    expect(claim([theirs('c')])).toMatchObject({ verdict: 'refused' });
    expect(claim([theirs('b', 'other')])).toMatchObject({ verdict: 'refused' });
    expect(claim([handMade()])).toMatchObject({ verdict: 'refused' });
  });
});

describe('access groups', () => {
  const read = (value: string, accessGroups: string[]) =>
    readOptions({ 'model-registrar.io/access-groups': value }, undefined, { ...NOTHING, accessGroups });

  it('are those that the namespace may join', () => {
    expect(read('beta, gamma', ['beta', 'gamma'])).toMatchObject({
      options: { accessGroups: ['beta', 'gamma'] },
      problems: [],
    });
  });

  it('are none where one of them may not be joined', () => {
    expect(read('beta, admins', ['beta'])).toMatchObject({
      options: { accessGroups: undefined },
      problems: [
        {
          reason: 'NotAllowed',
          rule: 'access-group',
          message:
            'model-registrar.io/access-groups: "admins" may not be joined from this namespace: the administrator can allow it.',
        },
      ],
    });
  });

  it('are plain words', () => {
    expect(read('be!ta', ['be!ta']).problems).toMatchObject([{ reason: 'InvalidAnnotation' }]);
    expect(read('', []).problems[0]?.message).toContain('a group is empty');
  });

  it('are read anew where the rights are others', () => {
    const annotations = { 'model-registrar.io/access-groups': 'beta' };
    const may = { ...NOTHING, accessGroups: ['beta'] };
    expect(readOptions(annotations, undefined, NOTHING).problems).toHaveLength(1);
    expect(readOptions(annotations, undefined, may).problems).toEqual([]);
    expect(readOptions(annotations, undefined, undefined).problems).toHaveLength(1);
  });
});
