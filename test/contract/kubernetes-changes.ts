import { describe, expect, it } from 'vitest';
import { type Fields, fieldsAt } from '../../src/sandbox/fields.ts';
import { ask } from './http.ts';
import { freshName, type KubernetesSetting, metadataOf, servicesOf } from './kubernetes-target.ts';

const ARGS = (object: Fields) => fieldsAt(fieldsAt(fieldsAt(object, 'spec'), 'predictor'), 'model').args;

/** Changing objects. */
export function describeChanges(setting: KubernetesSetting): void {
  const services = servicesOf(setting);

  describe('merge patch', () => {
    it('merges objects, removes by null, replaces lists, and counts a generation', async () => {
      const name = freshName();
      await services.create(name, { annotations: { one: '1', two: '2' } });
      const patched = await services.mergePatch(name, {
        metadata: { annotations: { one: null, three: '3' } },
        spec: { predictor: { model: { args: ['--c'] } } },
      });
      expect(patched.status).toBe(200);
      expect(metadataOf(patched)).toMatchObject({ annotations: { two: '2', three: '3' }, generation: 2 });
      expect(metadataOf(patched).annotations).not.toHaveProperty('one');
      expect(ARGS(patched.json)).toEqual(['--c']);
      expect(patched.json).toHaveProperty('spec.predictor.minReplicas', 1);
    });

    it('counts no generation for metadata alone, and no version for nothing', async () => {
      const name = freshName();
      const created = await services.create(name);
      const labelled = await services.mergePatch(name, { metadata: { labels: { a: 'b' } } });
      expect(metadataOf(labelled).generation).toBe(1);
      expect(metadataOf(labelled).resourceVersion).not.toBe(metadataOf(created).resourceVersion);
      const same = await services.mergePatch(name, { metadata: { labels: { a: 'b' } } });
      expect(same.status).toBe(200);
      expect(metadataOf(same).resourceVersion).toBe(metadataOf(labelled).resourceVersion);
    });

    it('answers 409 Conflict for an outdated resourceVersion', async () => {
      const name = freshName();
      const created = await services.create(name);
      await services.mergePatch(name, { metadata: { labels: { a: 'b' } } });
      const { resourceVersion } = metadataOf(created);
      const answered = await services.mergePatch(name, { metadata: { resourceVersion, labels: { a: 'c' } } });
      expect(answered.status).toBe(409);
      expect(answered.json).toMatchObject({ reason: 'Conflict', code: 409 });
      expect(String(answered.json.message)).toContain('the object has been modified');
    });

    it('changes neither name nor uid', async () => {
      const name = freshName();
      await services.create(name);
      const renamed = await services.mergePatch(name, { metadata: { name: 'other' } });
      expect(renamed.status).toBe(400);
      const changed = await services.mergePatch(name, { metadata: { uid: 'other' } });
      expect(changed.status).toBe(422);
      expect(String(changed.json.message)).toContain('metadata.uid: Invalid value: "other": field is immutable');
    });

    it('answers 404 for an object that is not there', async () => {
      const answered = await services.mergePatch(freshName(), { metadata: { labels: { a: 'b' } } });
      expect(answered.status).toBe(404);
    });
  });

  it('takes a JSON patch, and refuses one that does not fit', async () => {
    const name = freshName();
    await services.create(name, { annotations: { 'x/y': '1' } });
    const patch = [
      { op: 'test', path: '/metadata/annotations/x~1y', value: '1' },
      { op: 'remove', path: '/metadata/annotations/x~1y' },
      { op: 'add', path: '/spec/predictor/model/args/-', value: '--c' },
      { op: 'replace', path: '/spec/predictor/minReplicas', value: 2 },
    ];
    const contentType = 'application/json-patch+json';
    const patched = await services.call('PATCH', name, { body: patch, contentType });
    expect(patched.status).toBe(200);
    expect(metadataOf(patched)).not.toHaveProperty('annotations');
    expect(ARGS(patched.json)).toEqual(['--a', '--b', '--c']);
    expect(patched.json).toHaveProperty('spec.predictor.minReplicas', 2);

    const unfit = [{ op: 'test', path: '/spec/predictor/minReplicas', value: 7 }];
    const refused = await services.call('PATCH', name, { body: unfit, contentType });
    expect(refused.status).toBe(422);
    expect(refused.json).toMatchObject({ kind: 'Status', reason: 'Invalid' });
  });

  it('refuses a strategic merge patch of a custom resource with 415', async () => {
    const name = freshName();
    await services.create(name);
    const contentType = 'application/strategic-merge-patch+json';
    const answered = await services.call('PATCH', name, { body: {}, contentType });
    expect(answered.status).toBe(415);
    expect(answered.json).toMatchObject({ reason: 'UnsupportedMediaType' });
  });

  it('applies: creates, changes, and removes what its manager no longer names', async () => {
    const name = freshName();
    const contentType = 'application/apply-patch+yaml';
    const apply = (annotations: Fields, query = '?fieldManager=contract&force=true') =>
      ask(setting.target(), 'PATCH', `${services.path}/${name}${query}`, {
        body: services.manifest(name, { annotations }),
        contentType,
      });
    const created = await apply({ one: '1', two: '2' });
    expect(created.status).toBe(201);
    await services.mergePatch(name, { metadata: { annotations: { theirs: 'x' } } });
    const changed = await apply({ two: '3' });
    expect(changed.status).toBe(200);
    expect(metadataOf(changed).annotations).toEqual({ two: '3', theirs: 'x' });
    expect(metadataOf(changed).generation).toBe(1);
    const nameless = await apply({}, '');
    expect(nameless.status).toBe(422);
    expect(nameless.json).toMatchObject({ reason: 'Invalid', details: { kind: 'PatchOptions' } });
  });

  describe('put', () => {
    it('replaces at the version that was read, and at no other', async () => {
      const name = freshName();
      const { json } = await services.create(name);
      const next = { ...json, spec: { predictor: { minReplicas: 3 } } };
      const put = await services.call('PUT', name, { body: next });
      expect(put.status).toBe(200);
      expect(put.json.spec).toEqual({ predictor: { minReplicas: 3 } });
      const stale = await services.call('PUT', name, { body: next });
      expect(stale.status).toBe(409);
      expect(stale.json).toMatchObject({ reason: 'Conflict' });
    });

    it('replaces no other object of the same name', async () => {
      const name = freshName();
      const { json } = await services.create(name);
      const body = { ...json, metadata: { ...fieldsAt(json, 'metadata'), uid: 'other' } };
      const answered = await services.call('PUT', name, { body });
      expect(answered.status).toBe(409);
      expect(String(answered.json.message)).toContain('Precondition failed: UID in precondition: other');
    });

    it('answers 422 without a version, 404 for an unknown name', async () => {
      const name = freshName();
      await services.create(name);
      const versionless = await services.call('PUT', name, { body: services.manifest(name) });
      expect(versionless.status).toBe(422);
      expect(String(versionless.json.message)).toContain('metadata.resourceVersion: Invalid value');
      const unknown = freshName();
      const body = services.manifest(unknown, { resourceVersion: '1' });
      expect((await services.call('PUT', unknown, { body })).status).toBe(404);
    });
  });

  it('writes a status through /status alone', async () => {
    const name = freshName();
    const created = await services.create(name);
    const status = {
      url: 'http://x.example.com',
      address: { url: 'http://x-predictor.ns.svc.cluster.local' },
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
      notInTheSchema: true,
    };
    const contentType = 'application/merge-patch+json';
    const ready = await services.call('PATCH', `${name}/status`, {
      body: { status, spec: { predictor: { minReplicas: 9 } } },
      contentType,
    });
    expect(ready.status).toBe(200);
    expect(ready.json).toMatchObject({
      status: { url: status.url, address: status.address, conditions: status.conditions },
    });
    // The CRD keeps unknown fields of a status.
    expect(ready.json).toHaveProperty('status.notInTheSchema', true);
    expect(ready.json.spec).toEqual(created.json.spec);
    expect(metadataOf(ready).generation).toBe(1);

    const ignored = await services.mergePatch(name, { status: { url: 'http://other' } });
    expect(ignored.json).toHaveProperty('status.url', status.url);
    expect(metadataOf(ignored).resourceVersion).toBe(metadataOf(ready).resourceVersion);
    expect((await services.get(`${name}/status`)).json).toEqual(ready.json);
  });
}
