import { describe, expect, it } from 'vitest';
import { ExplainDocument } from '../../../../src/commands/explain/document.ts';
import { createRights, type SharedName, type TenantEntry } from '../../../../src/registration/rights.ts';
import { explain, model } from './manifests.ts';

const NOTHING = { accessGroups: [], params: [], info: [], credentials: [] };

function explained(manifests: string, tenants: TenantEntry[], shared: SharedName[] = []) {
  const document = explain(manifests, { rights: createRights(tenants, shared) });
  // What is printed is as its schema says.
  return ExplainDocument.parse(document).objects;
}

const named = (name: string, namespace: string, more = '') =>
  model(name, { namespace, annotations: `model-registrar.io/model-name: "chat"${more}` });
const WEIGHT = ', model-registrar.io/litellm-params: "{weight: 5, rpm: 7}"';

describe('the rights of namespaces', () => {
  it('refuse a name, and whoever may not have it is no rival for it', () => {
    const [first, second] = explained(named('x', 'a') + named('y', 'b'), [
      { ...NOTHING, namespace: 'b', publicNames: ['b-*'] },
    ]);
    expect(first?.problems).toEqual([]);
    expect(second?.problems).toEqual([
      {
        reason: 'NotAllowed',
        message:
          '"chat" is not among the public names that namespace b may have (b-*). Choose another with model-registrar.io/model-name, or ask the administrator.',
        rule: 'public-name',
      },
    ]);
  });

  it('let some share a name, without weights', () => {
    const shared = [{ name: 'chat', namespaces: ['a', 'b'] }];
    const objects = explained(named('x', 'a', WEIGHT) + named('y', 'b') + named('z', 'c', WEIGHT), [], shared);
    expect(objects.map(({ problems }) => problems.map(({ reason }) => reason))).toEqual([
      ['NotAllowed', 'NameConflict'],
      ['NameConflict'],
      ['NameConflict'],
    ]);
    expect(objects[0]?.problems[0]).toEqual({
      reason: 'NotAllowed',
      message: '"chat" is shared with other namespaces: weight and rpm of litellm-params would not be written.',
      rule: 'litellm-params',
    });
    expect(objects.map(({ models }) => models[0]?.params)).toEqual([{}, {}, { weight: 5, rpm: 7 }]);
    expect(objects[1]?.problems[0]?.message).toContain('declared by inference-service/c/z too');
  });

  it('are told of as what an object breaks', () => {
    const annotations = 'model-registrar.io/litellm-params: "{region_name: eu, litellm_credential_name: corp}"';
    const one = model('x', { namespace: 'a', annotations });
    expect(explained(one, [])[0]?.problems.map(({ rule }) => rule)).toEqual(['credential', 'litellm-params']);
    const may = { ...NOTHING, namespace: 'a', params: ['region_name'], credentials: ['corp'] };
    expect(explained(one, [may])[0]).toMatchObject({
      problems: [],
      models: [{ params: { region_name: 'eu', litellm_credential_name: 'corp' } }],
    });
  });
});
