import { describe, expect, it } from 'vitest';
import { fieldsAt } from '../../src/sandbox/fields.ts';
import { ask, objectsAt } from './http.ts';
import { freshName, type KubernetesSetting, metadataOf, namespaceOf, servicesOf } from './kubernetes-target.ts';

/** Events, Leases, namespaces, discovery and keys. */
export function describeOthers(setting: KubernetesSetting): void {
  const call = (method: string, path: string, body?: unknown, contentType?: string) =>
    ask(setting.target(), method, path, {
      ...(body === undefined ? {} : { body }),
      ...(contentType ? { contentType } : {}),
    });

  describe('Events', () => {
    const events = `/api/v1/namespaces/${setting.namespace}/events`;
    const eventAbout = (of: string, name: string, namespace = setting.namespace) => ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name },
      involvedObject: {
        apiVersion: 'serving.kserve.io/v1beta1',
        kind: 'InferenceService',
        namespace,
        name: of,
        uid: 'u',
      },
      reason: 'Registered',
      message: 'done',
      type: 'Normal',
      source: { component: 'contract' },
      count: 1,
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
    });

    it('are created, counted up by a merge patch, and found by what they are about', async () => {
      const of = freshName();
      const created = await call('POST', events, eventAbout(of, `${of}.1`));
      expect(created.status).toBe(201);
      expect(created.json).toMatchObject({
        kind: 'Event',
        count: 1,
        eventTime: null,
        reportingComponent: '',
        reportingInstance: '',
      });
      const patch = { count: 2, lastTimestamp: '2026-01-01T00:00:09Z', message: 'done again' };
      const patched = await call('PATCH', `${events}/${of}.1`, patch, 'application/merge-patch+json');
      expect(patched.status).toBe(200);
      expect(patched.json).toMatchObject(patch);
      const fieldSelector = `involvedObject.name=${of},involvedObject.kind=InferenceService,reason=Registered`;
      const found = await call('GET', `${events}?${new URLSearchParams({ fieldSelector }).toString()}`);
      expect(objectsAt(found.json, 'items')).toHaveLength(1);
      expect(objectsAt(found.json, 'items')[0]).not.toHaveProperty('kind');
    });

    it('take a strategic merge patch as well', async () => {
      const of = freshName();
      await call('POST', events, eventAbout(of, `${of}.1`));
      const contentType = 'application/strategic-merge-patch+json';
      const patched = await call('PATCH', `${events}/${of}.1`, { count: 7 }, contentType);
      expect(patched.status).toBe(200);
      expect(patched.json).toMatchObject({ count: 7, message: 'done' });
    });

    it('are refused for an object of another namespace', async () => {
      const answered = await call('POST', events, eventAbout('x', freshName(), 'elsewhere'));
      expect(answered.status).toBe(422);
      expect(answered.json).toMatchObject({ reason: 'Invalid' });
      expect(String(answered.json.message)).toContain('does not match event.namespace');
    });

    it('need not name their kind, and are deleted with a Status', async () => {
      const of = freshName();
      const { apiVersion: _, kind: __, ...body } = eventAbout(of, `${of}.1`);
      expect((await call('POST', events, body)).status).toBe(201);
      const deleted = await call('DELETE', `${events}/${of}.1`);
      expect(deleted.json).toMatchObject({
        kind: 'Status',
        status: 'Success',
        details: { name: `${of}.1`, kind: 'events' },
      });
      expect(deleted.json.details).not.toHaveProperty('group');
    });

    it('are not found by a patch when they are gone', async () => {
      const answered = await call('PATCH', `${events}/gone`, { count: 2 }, 'application/merge-patch+json');
      expect(answered.status).toBe(404);
      expect(answered.json).toMatchObject({ reason: 'NotFound', details: { name: 'gone', kind: 'events' } });
    });
  });

  it('guards a Lease by its resourceVersion', async () => {
    const leases = `/apis/coordination.k8s.io/v1/namespaces/${setting.namespace}/leases`;
    const name = freshName();
    const spec = { holderIdentity: 'a', leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.000000Z' };
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec };
    const created = await call('POST', leases, lease);
    expect(created.status).toBe(201);
    expect(created.json.spec).toEqual(spec);
    const mine = { ...created.json, spec: { ...spec, holderIdentity: 'b' } };
    expect((await call('PUT', `${leases}/${name}`, mine)).status).toBe(200);
    const theirs = await call('PUT', `${leases}/${name}`, mine);
    expect(theirs.status).toBe(409);
    expect(theirs.json).toMatchObject({ reason: 'Conflict' });
    expect((await call('PUT', `${leases}/${name}`, lease)).status).toBe(422);
    expect((await call('GET', `${leases}/${name}`)).json).toHaveProperty('spec.holderIdentity', 'b');
  });

  it('takes a Lease that nobody holds, and finds Leases by their label in all namespaces', async () => {
    const leases = `/apis/coordination.k8s.io/v1/namespaces/${setting.namespace}/leases`;
    const name = freshName();
    const spec = {
      holderIdentity: '',
      leaseDurationSeconds: 1,
      leaseTransitions: 3,
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:00:00.000000Z',
    };
    const lease = { metadata: { name, labels: { contract: name } }, spec };
    const created = await call('POST', leases, lease);
    expect(created.status).toBe(201);
    expect(created.json.spec).toEqual(spec);
    expect(await call('POST', leases, lease)).toMatchObject({ status: 409, json: { reason: 'AlreadyExists' } });

    const everywhere = `/apis/coordination.k8s.io/v1/leases?labelSelector=contract%3D${name}`;
    const [found, ...others] = objectsAt((await call('GET', everywhere)).json, 'items');
    expect([found, others]).toMatchObject([{ metadata: { name, namespace: setting.namespace }, spec }, []]);

    expect((await call('DELETE', `${leases}/${name}`)).status).toBe(200);
    expect((await call('GET', `${leases}/${name}`)).status).toBe(404);
    // Written over by whoever has read it: that one is gone.
    const late = await call('PUT', `${leases}/${name}`, created.json);
    expect(late).toMatchObject({ status: 409, json: { reason: 'Conflict' } });
    expect(String(late.json.message)).toContain(
      `UID in precondition: ${String(metadataOf(created).uid)}, UID in object meta: `,
    );
    expect((await call('PUT', `${leases}/${name}`, lease)).status).toBe(201);
    expect((await call('DELETE', `${leases}/${name}`)).status).toBe(200);

    const never = await call('POST', leases, { ...lease, spec: { ...spec, leaseDurationSeconds: 0 } });
    expect(never.status).toBe(422);
    expect(String(never.json.message)).toContain('spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0');
    const nowhere = '/apis/coordination.k8s.io/v1/namespaces/there-is-none/leases';
    expect((await call('POST', nowhere, lease)).status).toBe(404);
  });

  it('has the namespace kube-system with a uid', async () => {
    const answered = await call('GET', '/api/v1/namespaces/kube-system');
    expect(answered.status).toBe(200);
    expect(metadataOf(answered).uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(answered.json).toHaveProperty('status.phase', 'Active');
  });

  it('creates nothing in a namespace that is being terminated', async () => {
    const name = freshName();
    await call('POST', '/api/v1/namespaces', namespaceOf(name));
    const deleted = await call('DELETE', `/api/v1/namespaces/${name}`);
    expect(deleted.status).toBe(200);
    const standing = await call('GET', `/api/v1/namespaces/${name}`);
    expect(standing.json).toHaveProperty('status.phase', 'Terminating');
    expect(metadataOf(standing)).toHaveProperty('deletionTimestamp');
    const refused = await servicesOf(setting, name).create('a');
    expect(refused.status).toBe(403);
    expect(refused.json).toMatchObject({ reason: 'Forbidden' });
    expect(String(refused.json.message)).toContain('because it is being terminated');
  });

  it('has Secrets, whose text is kept in base64, and whose version rises with each change', async () => {
    const [secrets, name] = [`/api/v1/namespaces/${setting.namespace}/secrets`, freshName()];
    const created = await call('POST', secrets, { metadata: { name }, stringData: { 'api-key': 'one' } });
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({ type: 'Opaque', data: { 'api-key': 'b25l' } });
    expect(created.json).not.toHaveProperty('stringData');
    const patch = { stringData: { 'api-key': 'two' } };
    await call('PATCH', `${secrets}/${name}`, patch, 'application/merge-patch+json');
    const read = await call('GET', `${secrets}/${name}`);
    expect(read.json).toMatchObject({ kind: 'Secret', data: { 'api-key': 'dHdv' } });
    expect(metadataOf(read).uid).toBe(metadataOf(created).uid);
    expect(metadataOf(read).resourceVersion).not.toBe(metadataOf(created).resourceVersion);
    expect((await call('DELETE', `${secrets}/${name}`)).status).toBe(200);
    expect((await call('GET', `${secrets}/${name}`)).status).toBe(404);
  });

  it('tells whoever asks what he may do', async () => {
    const resourceAttributes = { verb: 'list', group: 'serving.kserve.io', resource: 'inferenceservices' };
    const answered = await call('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    });
    expect(answered.status).toBe(201);
    expect(answered.json).toMatchObject({ spec: { resourceAttributes }, status: { allowed: true } });
  });

  it('has serving runtimes, in namespaces and for the whole cluster', async () => {
    const name = freshName();
    const runtime = { metadata: { name }, spec: { containers: [{ name: 'kserve-container', args: ['--port=8080'] }] } };
    const api = '/apis/serving.kserve.io/v1alpha1';
    for (const [path, kind] of [
      [`${api}/namespaces/${setting.namespace}/servingruntimes`, 'ServingRuntime'],
      [`${api}/clusterservingruntimes`, 'ClusterServingRuntime'],
    ] as const) {
      const created = await call('POST', path, { apiVersion: 'serving.kserve.io/v1alpha1', kind, ...runtime });
      expect(created.status).toBe(201);
      const listed = objectsAt((await call('GET', path)).json, 'items');
      expect(listed.map((one) => fieldsAt(one, 'metadata').name)).toContain(name);
      expect((await call('DELETE', `${path}/${name}`)).status).toBe(200);
    }
  });

  it('answers 404 for what nothing serves: in plain text, in the core group with a Status', async () => {
    const answered = await call('GET', '/apis/nobody.example.com/v1/things');
    expect(answered.status).toBe(404);
    expect(answered.text.trim()).toBe('404 page not found');
    const missing = await call('GET', '/api/v1/namespaces/default/nothings');
    expect(missing.status).toBe(404);
    expect(missing.json).toMatchObject({
      reason: 'NotFound',
      message: 'the server could not find the requested resource',
    });
  });

  it('answers 401 for a token that is unknown', async () => {
    const { url, dispatcher } = setting.target();
    const stranger = { url, token: 'unknown', ...(dispatcher ? { dispatcher } : {}) };
    const answered = await ask(stranger, 'GET', '/api/v1/namespaces');
    expect(answered.status).toBe(401);
    expect(answered.json).toMatchObject({ kind: 'Status', reason: 'Unauthorized', code: 401 });
  });

  it('can be discovered', async () => {
    const version = await call('GET', '/version');
    expect(version.json).toMatchObject({ major: '1', gitVersion: expect.stringMatching(/^v1\.\d+/) });
    const groups = await call('GET', '/apis');
    expect(groups.json.kind).toBe('APIGroupList');
    expect(objectsAt(groups.json, 'groups').map(({ name }) => name)).toContain('serving.kserve.io');
    const resources = await call('GET', '/apis/serving.kserve.io/v1beta1');
    const found = objectsAt(resources.json, 'resources').find(({ name }) => name === 'inferenceservices') ?? {};
    expect(found).toMatchObject({ kind: 'InferenceService', namespaced: true, shortNames: ['isvc'] });
    expect(found.verbs).toEqual(
      expect.arrayContaining(['get', 'list', 'watch', 'create', 'patch', 'update', 'delete']),
    );
    const core = await call('GET', '/api/v1');
    expect(core.json.kind).toBe('APIResourceList');
    expect(fieldsAt({ core: core.json }, 'core').groupVersion).toBe('v1');
  });
}
