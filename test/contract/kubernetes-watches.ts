import { beforeAll, describe, expect, it } from 'vitest';
import { fieldsAt } from '../../src/sandbox/fields.ts';
import { ask } from './http.ts';
import { freshName, type KubernetesSetting, metadataOf, namespaceOf, servicesOf } from './kubernetes-target.ts';
import { type Watching, watch } from './watching.ts';

/** Watches: what they show, from when on, and how they end. */
export function describeWatches(setting: KubernetesSetting): void {
  describe('watch', () => {
    const namespace = freshName();
    let bookmarked: Watching;
    const services = servicesOf(setting, namespace);
    const begin = (query: Record<string, string>) => watch(setting.target(), services.path, query);
    const now = async () => String(metadataOf(await ask(setting.target(), 'GET', services.path)).resourceVersion);
    const versionIn = (watching: Watching, index: number) =>
      Number(fieldsAt(watching.events[index]?.object ?? {}, 'metadata').resourceVersion);

    beforeAll(async () => {
      await ask(setting.target(), 'POST', '/api/v1/namespaces', { body: namespaceOf(namespace) });
      // A real server sends them once a minute: this one is waited for at the end.
      bookmarked = await begin({ resourceVersion: await now(), allowWatchBookmarks: 'true' });
    });

    it('shows every change after a version, in order, and none before', async () => {
      const [earlier, name] = [freshName(), freshName()];
      await services.create(earlier);
      const from = await now();
      await services.create(name);
      const watching = await begin({ resourceVersion: from });
      expect(watching.status).toBe(200);
      await services.mergePatch(name, { metadata: { labels: { a: 'b' } } });
      await services.call('DELETE', name);
      await services.call('DELETE', earlier);
      await watching.until(({ events }) => events.length >= 4);
      watching.stop();
      expect(watching.summary()).toEqual([
        `ADDED ${name}`,
        `MODIFIED ${name}`,
        `DELETED ${name}`,
        `DELETED ${earlier}`,
      ]);
      expect(watching.events[2]?.object).toMatchObject({ kind: 'InferenceService', metadata: { labels: { a: 'b' } } });
      expect(versionIn(watching, 2)).toBeGreaterThan(versionIn(watching, 1));
    });

    it('begins with what is there when no version is given', async () => {
      const [one, two] = [freshName(), freshName()].sort();
      await services.create(String(one));
      await services.create(String(two));
      const watching = await begin({});
      await watching.until(({ events }) => events.length >= 2);
      await services.call('DELETE', String(two));
      await watching.until(({ events }) => events.length >= 3);
      watching.stop();
      expect(watching.summary().slice(0, 2).sort()).toEqual([`ADDED ${one}`, `ADDED ${two}`]);
      expect(watching.summary().at(2)).toBe(`DELETED ${two}`);
      await services.call('DELETE', String(one));
    });

    it('tells a version that is too old by an ERROR event with 410, and ends', async () => {
      const watching = await begin({ resourceVersion: '1' });
      expect(watching.status).toBe(200);
      await watching.ended();
      expect(watching.events).toHaveLength(1);
      expect(watching.events[0]).toMatchObject({
        type: 'ERROR',
        object: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Expired', code: 410 },
      });
      expect(String(watching.events[0]?.object.message)).toContain('too old resource version: 1');
    });

    it('takes a version that is yet to come, and tells nothing until then', async () => {
      const [name, from] = [freshName(), await now()];
      const ahead = await begin({ resourceVersion: String(Number(from) + 1_000_000) });
      expect(ahead.status).toBe(200);
      const beside = await begin({ resourceVersion: from });
      await services.create(name);
      await services.call('DELETE', name);
      await beside.until(({ events }) => events.length >= 2);
      beside.stop();
      expect(ahead.events).toEqual([]);
      ahead.stop();
    });

    it('answers 500 for a version that is no number', async () => {
      const watching = await begin({ resourceVersion: 'abc' });
      expect(watching.status).toBe(500);
      watching.stop();
    });

    it('marks the end of what was there with a bookmark, for those who ask', async () => {
      const name = freshName();
      await services.create(name);
      const watching = await begin({ allowWatchBookmarks: 'true' });
      await watching.until(({ events }) => events.some(({ type }) => type === 'BOOKMARK'));
      watching.stop();
      // A machine that has much to do sees the next bookmark too.
      expect(watching.events.slice(0, 2).map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
      expect(watching.events[1]?.object).toMatchObject({
        kind: 'InferenceService',
        apiVersion: 'serving.kserve.io/v1beta1',
        metadata: {
          resourceVersion: expect.stringMatching(/^\d+$/),
          annotations: { 'k8s.io/initial-events-end': 'true' },
        },
      });
      await services.call('DELETE', name);
    });

    it('ends by itself after timeoutSeconds', async () => {
      const watching = await begin({ resourceVersion: await now(), timeoutSeconds: '1' });
      expect(await watching.ended()).toBe('cleanly');
      expect(watching.events).toEqual([]);
    });

    it('shows an object that leaves the selection as deleted, one that enters as added', async () => {
      const name = freshName();
      const from = await now();
      await services.create(name, { labels: { seen: 'no' } });
      const watching = await begin({ resourceVersion: from, labelSelector: 'seen=yes' });
      await services.mergePatch(name, { metadata: { labels: { seen: 'yes' } } });
      await services.mergePatch(name, { metadata: { annotations: { a: 'b' } } });
      await services.mergePatch(name, { metadata: { labels: { seen: 'no' } } });
      await services.call('DELETE', name);
      await services.create(`${name}-end`, { labels: { seen: 'yes' } });
      await watching.until((seen) => seen.summary().includes(`ADDED ${name}-end`));
      watching.stop();
      expect(watching.summary()).toEqual([`ADDED ${name}`, `MODIFIED ${name}`, `DELETED ${name}`, `ADDED ${name}-end`]);
      expect(watching.events[2]?.object).toMatchObject({ metadata: { labels: { seen: 'yes' } } });
      expect(versionIn(watching, 2)).toBeGreaterThan(versionIn(watching, 1));
      await services.call('DELETE', `${name}-end`);
    });

    it('shows one object alone by its name', async () => {
      const [name, other] = [freshName(), freshName()];
      const watching = await begin({ resourceVersion: await now(), fieldSelector: `metadata.name=${name}` });
      await services.create(other);
      await services.create(name);
      await watching.until(({ events }) => events.length >= 1);
      watching.stop();
      expect(watching.summary()).toEqual([`ADDED ${name}`]);
      await services.call('DELETE', name);
      await services.call('DELETE', other);
    });

    it('gets a bookmark from time to time, for those who ask', async () => {
      await bookmarked.until(
        ({ events }) => events.some(({ type }) => type === 'BOOKMARK'),
        setting.target().bookmarksWithin,
      );
      bookmarked.stop();
      const bookmark = bookmarked.events.find(({ type }) => type === 'BOOKMARK')?.object ?? {};
      expect(bookmark).toMatchObject({ kind: 'InferenceService', apiVersion: 'serving.kserve.io/v1beta1' });
      expect(Object.keys(fieldsAt(bookmark, 'metadata'))).toEqual(['resourceVersion']);
      expect(Number(fieldsAt(bookmark, 'metadata').resourceVersion)).toBeGreaterThan(0);
    });
  });
}
