import { describe, expect, it } from 'vitest';
import { endpointSlice, service } from '../support/services.ts';
import { ask, objectsAt } from './http.ts';
import { freshName, type KubernetesSetting } from './kubernetes-target.ts';

/** Services and EndpointSlices, as far as they are read. */
export function describeServices(setting: KubernetesSetting): void {
  const { namespace } = setting;
  const call = (method: string, path: string, body?: unknown, contentType?: string) =>
    ask(setting.target(), method, path, {
      ...(body === undefined ? {} : { body }),
      ...(contentType ? { contentType } : {}),
    });

  describe('a Service', () => {
    const services = `/api/v1/namespaces/${namespace}/services`;

    it('comes back with selector and ports, and its annotations are merged', async () => {
      const name = freshName();
      const created = await call('POST', services, service({ name, namespace }));
      expect(created.status).toBe(201);
      const wanted = {
        spec: { type: 'ClusterIP', selector: { app: name }, ports: [{ name: 'http', port: 8000, protocol: 'TCP' }] },
      };
      expect(created.json).toMatchObject(wanted);
      const patch = { metadata: { annotations: { 'model-registrar.io/port': 'http' } } };
      const patched = await call('PATCH', `${services}/${name}`, patch, 'application/merge-patch+json');
      expect(patched.json).toMatchObject({
        ...wanted,
        metadata: { annotations: { 'model-registrar.io/enabled': 'true', 'model-registrar.io/port': 'http' } },
      });
      expect((await call('DELETE', `${services}/${name}`)).status).toBe(200);
    });

    it('is listed without its kind', async () => {
      const name = freshName();
      await call('POST', services, service({ name, namespace }));
      const { json } = await call('GET', `${services}?fieldSelector=metadata.name%3D${name}`);
      expect(json).toMatchObject({ kind: 'ServiceList', apiVersion: 'v1' });
      expect(objectsAt(json, 'items')).toMatchObject([{ metadata: { name, namespace } }]);
      expect(objectsAt(json, 'items')[0]).not.toHaveProperty('kind');
    });
  });

  describe('an EndpointSlice', () => {
    const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;

    it('comes back with its label, endpoints and ports', async () => {
      const name = freshName();
      const made = endpointSlice({ name, namespace, service: 'x', ready: [true, false] });
      const created = await call('POST', slices, made);
      expect(created.status).toBe(201);
      expect(created.json).toMatchObject({
        metadata: { labels: { 'kubernetes.io/service-name': 'x' } },
        endpoints: [{ conditions: { ready: true } }, { conditions: { ready: false } }],
        ports: [{ name: 'http', port: 8000, protocol: 'TCP' }],
      });
      const patch = { endpoints: [] };
      const patched = await call('PATCH', `${slices}/${name}`, patch, 'application/merge-patch+json');
      expect(patched.status).toBe(200);
      expect(objectsAt(patched.json, 'endpoints')).toEqual([]);
    });
  });
}
