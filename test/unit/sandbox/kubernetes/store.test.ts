import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asStored, type KubernetesObject } from '../../../../src/sandbox/kubernetes/object.ts';
import { RESOURCES, type ResourceType } from '../../../../src/sandbox/kubernetes/resources.ts';
import { Store } from '../../../../src/sandbox/kubernetes/store.ts';

function typeOf(kind: string): ResourceType {
  const found = RESOURCES.find((type) => type.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return found;
}

const TYPE = typeOf('InferenceService');

function object(name: string, value: number): KubernetesObject {
  return asStored({
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name, namespace: 'llm', uid: name, resourceVersion: '', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { value },
  });
}

const names = (objects: readonly KubernetesObject[] | undefined) => objects?.map(({ metadata }) => metadata.name);

describe('the store', () => {
  it('gives each change the next version, and tells listeners in that order until they leave', () => {
    const store = new Store(10);
    const seen: number[] = [];
    const leave = store.listen(({ version }) => seen.push(version));
    const first = store.commit('ADDED', TYPE, object('a', 1));
    store.commit('MODIFIED', TYPE, object('a', 2));
    leave();
    store.commit('DELETED', TYPE, object('a', 2));
    const from = Number(first.metadata.resourceVersion);
    expect(seen).toEqual([from, from + 1]);
    expect(store.version).toBe(from + 2);
  });

  it('lists as it was at any version that it remembers', () => {
    const action = fc.record({ name: fc.constantFrom('a', 'b', 'c'), isDelete: fc.boolean(), value: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 20 }), (actions) => {
        const store = new Store(100);
        const snapshots = new Map([[store.version, store.list(TYPE)]]);
        for (const { name, isDelete, value } of actions) {
          const exists = store.get(TYPE, 'llm', name) !== undefined;
          if (isDelete && !exists) continue;
          store.commit(isDelete ? 'DELETED' : exists ? 'MODIFIED' : 'ADDED', TYPE, object(name, value));
          snapshots.set(store.version, store.list(TYPE));
        }
        for (const [version, expected] of snapshots) expect(store.list(TYPE, version)).toEqual(expected);
      }),
    );
  });

  it('forgets the oldest changes when there are too many', () => {
    const store = new Store(2);
    const start = store.version;
    for (const name of ['a', 'b', 'c']) store.commit('ADDED', TYPE, object(name, 1));
    expect(store.list(TYPE, start)).toBeUndefined();
    expect(store.since(start)).toBeUndefined();
    expect(names(store.list(TYPE, start + 1))).toEqual(['a']);
    expect(store.since(start + 1)?.map((change) => change.object.metadata.name)).toEqual(['b', 'c']);
  });

  it('forgets everything on demand, not the newest state', () => {
    const store = new Store(10);
    store.commit('ADDED', TYPE, object('a', 1));
    const before = store.version;
    store.commit('ADDED', TYPE, object('b', 1));
    store.forget();
    expect(store.since(before)).toBeUndefined();
    expect(store.since(store.version)).toEqual([]);
    expect(names(store.list(TYPE))).toEqual(['a', 'b']);
  });
});
