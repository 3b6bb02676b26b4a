import { describe, expect, it } from 'vitest';
import { freshName, type KubernetesSetting, metadataOf, servicesOf } from './kubernetes-target.ts';
import { watch } from './watching.ts';

/** Deleting objects. */
export function describeDeletes(setting: KubernetesSetting): void {
  const services = servicesOf(setting);

  describe('delete', () => {
    it('removes an object and says so with a Status', async () => {
      const name = freshName();
      const created = await services.create(name);
      const deleted = await services.call('DELETE', name);
      expect(deleted.status).toBe(200);
      expect(deleted.json).toEqual({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: {
          name,
          group: 'serving.kserve.io',
          kind: 'inferenceservices',
          uid: metadataOf(created).uid,
        },
      });
      const gone = await services.get(name);
      expect(gone.status).toBe(404);
      expect(gone.json).toEqual({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: `inferenceservices.serving.kserve.io "${name}" not found`,
        reason: 'NotFound',
        details: { name, group: 'serving.kserve.io', kind: 'inferenceservices' },
        code: 404,
      });
      expect((await services.call('DELETE', name)).status).toBe(404);
    });

    it('answers 409 when another object bears the name now', async () => {
      const name = freshName();
      await services.create(name);
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'another' } };
      const answered = await services.call('DELETE', name, { body });
      expect(answered.status).toBe(409);
      expect(answered.json).toMatchObject({ reason: 'Conflict' });
      expect(String(answered.json.message)).toContain(
        'the UID in the precondition (another) does not match the UID in record',
      );
      const outdated = { ...body, preconditions: { resourceVersion: '1' } };
      expect((await services.call('DELETE', name, { body: outdated })).status).toBe(409);
      expect((await services.get(name)).status).toBe(200);
    });

    it('holds an object with a finalizer, until that is taken away', async () => {
      const name = freshName();
      const created = await services.create(name, { finalizers: ['example.com/foreign'] });
      const watching = await watch(setting.target(), services.path, {
        resourceVersion: String(metadataOf(created).resourceVersion),
        fieldSelector: `metadata.name=${name}`,
      });
      const deleted = await services.call('DELETE', name);
      expect(deleted.status).toBe(200);
      expect(metadataOf(deleted)).toMatchObject({
        name,
        generation: 2,
        finalizers: ['example.com/foreign'],
        deletionTimestamp: expect.stringMatching(/Z$/),
        deletionGracePeriodSeconds: 0,
      });
      const standing = await services.get(name);
      expect(standing.json).toEqual(deleted.json);

      const again = await services.call('DELETE', name);
      expect(again.status).toBe(200);
      expect(metadataOf(again).resourceVersion).toBe(metadataOf(deleted).resourceVersion);

      const released = await services.mergePatch(name, { metadata: { finalizers: null } });
      expect(released.status).toBe(200);
      expect((await services.get(name)).status).toBe(404);
      await watching.until(({ events }) => events.length >= 2);
      watching.stop();
      expect(watching.summary()).toEqual([`MODIFIED ${name}`, `DELETED ${name}`]);
    });

    it('deletes in the foreground by a finalizer of its own', async () => {
      const name = freshName();
      await services.create(name);
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground' };
      const deleted = await services.call('DELETE', name, { body });
      expect(metadataOf(deleted)).toMatchObject({
        finalizers: ['foregroundDeletion'],
        deletionTimestamp: expect.any(String),
      });
      await services.mergePatch(name, { metadata: { finalizers: [] } });
      expect((await services.get(name)).status).toBe(404);
    });

    it('gives a recreated object a new uid', async () => {
      const name = freshName();
      const first = await services.create(name);
      await services.call('DELETE', name);
      const second = await services.create(name);
      expect(second.status).toBe(201);
      expect(metadataOf(second).uid).not.toBe(metadataOf(first).uid);
    });
  });
}
