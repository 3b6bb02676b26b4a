import { beforeAll, describe, expect, it } from 'vitest';
import { fieldsAt, parseFields } from '../../src/sandbox/fields.ts';
import { type Answered, ask, objectsAt } from './http.ts';
import { freshName, type KubernetesSetting, metadataOf, namespaceOf, servicesOf } from './kubernetes-target.ts';

function namesOf(answered: Answered): readonly unknown[] {
  return objectsAt(answered.json, 'items').map((item) => fieldsAt(item, 'metadata').name);
}

/** A continue token for the same place at another version: a server's tokens are its own business, but both are JSON. */
function withVersion(token: string, version: number): string {
  const fields = parseFields(Buffer.from(token, 'base64url').toString('utf8'));
  return Buffer.from(JSON.stringify({ ...fields, rv: version })).toString('base64url');
}

/** Lists: pages, selectors, what they say of themselves. */
export function describeLists(setting: KubernetesSetting): void {
  describe('list', () => {
    const namespace = freshName();
    const services = servicesOf(setting, namespace);
    const list = (query: Record<string, string>) =>
      ask(setting.target(), 'GET', `${services.path}?${new URLSearchParams(query).toString()}`);

    beforeAll(async () => {
      await ask(setting.target(), 'POST', '/api/v1/namespaces', { body: namespaceOf(namespace) });
      for (const name of ['c', 'a', 'e', 'b', 'd']) {
        await services.create(name, {
          labels: { tier: name < 'c' ? 'low' : 'high', ...(name === 'e' ? { odd: '' } : {}) },
        });
      }
    });

    it('holds the objects by name, with kind and version', async () => {
      const listed = await list({});
      expect(listed.status).toBe(200);
      expect(listed.json).toMatchObject({
        apiVersion: 'serving.kserve.io/v1beta1',
        kind: 'InferenceServiceList',
        metadata: { resourceVersion: expect.stringMatching(/^\d+$/) },
      });
      expect(namesOf(listed)).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(objectsAt(listed.json, 'items')[0]).toMatchObject({
        apiVersion: 'serving.kserve.io/v1beta1',
        kind: 'InferenceService',
      });
      expect(metadataOf(listed)).not.toHaveProperty('remainingItemCount');
    });

    it('goes over all namespaces without one', async () => {
      const path = '/apis/serving.kserve.io/v1beta1/inferenceservices';
      const listed = await ask(setting.target(), 'GET', path);
      const own = objectsAt(listed.json, 'items').filter((item) => fieldsAt(item, 'metadata').namespace === namespace);
      expect(own).toHaveLength(5);
    });

    it('comes in pages that all show the same moment', async () => {
      const first = await list({ limit: '2' });
      expect(namesOf(first)).toEqual(['a', 'b']);
      expect(metadataOf(first)).toMatchObject({ continue: expect.stringMatching(/.+/), remainingItemCount: 3 });

      await services.create('bb');
      await services.call('DELETE', 'd');
      const second = await list({ limit: '2', continue: String(metadataOf(first).continue) });
      expect(namesOf(second)).toEqual(['c', 'd']);
      expect(metadataOf(second).resourceVersion).toBe(metadataOf(first).resourceVersion);
      const third = await list({ limit: '2', continue: String(metadataOf(second).continue) });
      expect(namesOf(third)).toEqual(['e']);
      expect(metadataOf(third).continue ?? '').toBe('');
      await services.call('DELETE', 'bb');
      await services.create('d', { labels: { tier: 'high' } });
    });

    it('comes whole from the cache at version 0, whatever the limit', async () => {
      const whole = await list({ limit: '2', resourceVersion: '0' });
      expect(namesOf(whole)).toHaveLength(5);
      expect(metadataOf(whole).continue ?? '').toBe('');
    });

    it('answers 504 with Retry-After for a version that is yet to come, 400 for one that is none', async () => {
      const answered = await list({ resourceVersion: '99999999' });
      expect(answered.status).toBe(504);
      expect(answered.headers['retry-after']).toBe('1');
      expect(answered.json).toMatchObject({
        reason: 'Timeout',
        details: { causes: [{ reason: 'ResourceVersionTooLarge' }] },
      });
      expect((await list({ resourceVersion: 'abc' })).status).toBe(400);
    });

    it('counts nothing that remains when it selects', async () => {
      const first = await list({ limit: '1', labelSelector: 'tier=high' });
      expect(namesOf(first)).toEqual(['c']);
      expect(metadataOf(first)).toHaveProperty('continue');
      expect(metadataOf(first)).not.toHaveProperty('remainingItemCount');
    });

    it('answers 400 for a continue token that is none', async () => {
      const answered = await list({ limit: '2', continue: 'nonsense' });
      expect(answered.status).toBe(400);
      expect(answered.json).toMatchObject({ kind: 'Status', reason: 'BadRequest' });
    });

    it('answers 410 Expired for a page of what is forgotten', async () => {
      const first = await list({ limit: '2' });
      await setting.target().expireHistory();
      const ancient = withVersion(String(metadataOf(first).continue), 1);
      const second = await list({ limit: '2', continue: ancient });
      expect(second.status).toBe(410);
      expect(second.json).toMatchObject({ kind: 'Status', status: 'Failure', reason: 'Expired', code: 410 });
      expect(String(second.json.message)).toContain('The provided continue parameter is too old');
      expect(metadataOf(second).continue).toMatch(/.+/);
    });

    it.each([
      ['tier=low', ['a', 'b']],
      ['tier==low', ['a', 'b']],
      ['tier!=low', ['c', 'd', 'e']],
      ['tier in (low, other)', ['a', 'b']],
      ['tier notin (low)', ['c', 'd', 'e']],
      ['odd', ['e']],
      ['!odd', ['a', 'b', 'c', 'd']],
      ['tier=high,!odd', ['c', 'd']],
      ['absent!=x', ['a', 'b', 'c', 'd', 'e']],
    ])('selects by labels: %s', async (labelSelector, names) => {
      expect(namesOf(await list({ labelSelector }))).toEqual(names);
    });

    it('selects by name and namespace', async () => {
      expect(namesOf(await list({ fieldSelector: 'metadata.name=b' }))).toEqual(['b']);
      expect(namesOf(await list({ fieldSelector: 'metadata.name!=b' }))).toEqual(['a', 'c', 'd', 'e']);
      const path = '/apis/serving.kserve.io/v1beta1/inferenceservices';
      const everywhere = await ask(setting.target(), 'GET', `${path}?fieldSelector=metadata.namespace%3D${namespace}`);
      expect(namesOf(everywhere)).toEqual(['a', 'b', 'c', 'd', 'e']);
    });

    it('answers 400 for selectors that it cannot read or does not know', async () => {
      expect((await list({ labelSelector: 'a in b' })).status).toBe(400);
      const unknown = await list({ fieldSelector: 'spec.predictor=x' });
      expect(unknown.status).toBe(400);
      expect(String(unknown.json.message)).toContain('field label not supported: spec.predictor');
    });
  });
}
