import { describe, expect, it } from 'vitest';
import { fieldsAt } from '../../src/sandbox/fields.ts';
import { ask } from './http.ts';
import { freshName, type KubernetesSetting, metadataOf, servicesOf } from './kubernetes-target.ts';

/** Creating objects. */
export function describeCreation(setting: KubernetesSetting): void {
  const services = servicesOf(setting);

  describe('create', () => {
    it('gives uid, version, generation and time', async () => {
      const name = freshName();
      const created = await services.create(name, { labels: { team: 'a' } });
      expect(created.status).toBe(201);
      expect(created.json).toMatchObject({ apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService' });
      expect(metadataOf(created)).toMatchObject({
        name,
        namespace: setting.namespace,
        generation: 1,
        labels: { team: 'a' },
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        resourceVersion: expect.stringMatching(/^\d+$/),
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        managedFields: [expect.objectContaining({ operation: 'Update', fieldsType: 'FieldsV1' })],
      });
      const read = await services.get(name);
      expect(read.status).toBe(200);
      expect(read.json).toEqual(created.json);
    });

    it('drops a status and unknown fields', async () => {
      const name = freshName();
      const manifest = services.manifest(name);
      const spec = { ...fieldsAt(manifest, 'spec'), unheardOf: 1 };
      const body = { ...manifest, spec, status: { url: 'http://x' }, alsoUnknown: {} };
      const created = await ask(setting.target(), 'POST', services.path, { body });
      expect(created.status).toBe(201);
      expect(created.json).not.toHaveProperty('status');
      expect(created.json).not.toHaveProperty('alsoUnknown');
      expect(created.json.spec).not.toHaveProperty('unheardOf');
      expect(created.json).toHaveProperty('spec.predictor.minReplicas', 1);
    });

    it('names unknown fields instead, when the validation is strict', async () => {
      const name = freshName();
      const manifest = services.manifest(name);
      const body = { ...manifest, spec: { ...fieldsAt(manifest, 'spec'), unheardOf: 1 } };
      const created = await ask(setting.target(), 'POST', `${services.path}?fieldValidation=Strict`, { body });
      expect(created.status).toBe(400);
      expect(String(created.json.message)).toContain('strict decoding error: unknown field "spec.unheardOf"');
      await services.create(name);
      const patched = await ask(setting.target(), 'PATCH', `${services.path}/${name}?fieldValidation=Strict`, {
        body: { spec: { unheardOf: 1 } },
        contentType: 'application/merge-patch+json',
      });
      expect(patched.status).toBe(422);
      expect(String(patched.json.message)).toContain('strict decoding error: unknown field "spec.unheardOf"');
    });

    it('makes a name from generateName', async () => {
      const manifest = { ...services.manifest(''), metadata: { generateName: 'made-' } };
      const created = await ask(setting.target(), 'POST', services.path, { body: manifest });
      expect(created.status).toBe(201);
      expect(metadataOf(created).name).toMatch(/^made-.{5}$/);
    });

    it('answers 409 AlreadyExists for a name that is taken', async () => {
      const name = freshName();
      await services.create(name);
      const again = await services.create(name);
      expect(again.status).toBe(409);
      expect(again.json).toEqual({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: `inferenceservices.serving.kserve.io "${name}" already exists`,
        reason: 'AlreadyExists',
        details: { name, group: 'serving.kserve.io', kind: 'inferenceservices' },
        code: 409,
      });
    });

    it('answers 404 in a namespace that is not there', async () => {
      const namespace = freshName();
      const answered = await servicesOf(setting, namespace).create('a');
      expect(answered.status).toBe(404);
      expect(answered.json).toMatchObject({ reason: 'NotFound', message: `namespaces "${namespace}" not found` });
    });

    it('answers 422 Invalid for a name that is no DNS name', async () => {
      const answered = await services.create('Not_A_Name');
      expect(answered.status).toBe(422);
      expect(answered.json).toMatchObject({ kind: 'Status', reason: 'Invalid', code: 422 });
      expect(String(answered.json.message)).toContain(
        'InferenceService.serving.kserve.io "Not_A_Name" is invalid: metadata.name: Invalid value: "Not_A_Name"',
      );
    });

    it('refuses a body that belongs elsewhere', async () => {
      const name = freshName();
      const otherNamespace = await services.create(name, { namespace: 'elsewhere' });
      expect(otherNamespace.status).toBe(400);
      const body = { ...services.manifest(name), kind: 'Lease' };
      const otherKind = await ask(setting.target(), 'POST', services.path, { body });
      expect(otherKind.status).toBe(422);
      expect(otherKind.json).toMatchObject({
        message: `Lease.serving.kserve.io "${name}" is invalid: kind: Invalid value: "Lease": must be InferenceService`,
        reason: 'Invalid',
      });
      const otherVersion = { ...services.manifest(name), apiVersion: 'serving.kserve.io/v1' };
      const refused = await ask(setting.target(), 'POST', services.path, { body: otherVersion });
      expect(refused.status).toBe(400);
      expect(refused.json).toMatchObject({ kind: 'Status', reason: 'BadRequest' });
      const nameless = { ...services.manifest(name), metadata: {} };
      expect((await ask(setting.target(), 'POST', services.path, { body: nameless })).status).toBe(422);
    });
  });
}
