import { CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RESOURCES, type SandboxKubernetes, startKubernetes } from '../../../../src/sandbox/index.ts';
import { type Watching, watch } from '../../../contract/watching.ts';

const REFERENCE = { kind: 'InferenceService', namespace: 'llm', name: 'a' };
const PATH = '/apis/serving.kserve.io/v1beta1/inferenceservices';

function manifest(extra: object = {}) {
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name: 'a', namespace: 'llm', ...extra },
    spec: { predictor: { minReplicas: 1 } },
  };
}

describe('the in-memory Kubernetes API', () => {
  let kubernetes: SandboxKubernetes;
  const open: Watching[] = [];

  beforeEach(async () => {
    kubernetes = await startKubernetes();
  });
  afterEach(async () => {
    for (const watching of open.splice(0)) watching.stop();
    await kubernetes.stop();
  });

  const begin = async () => {
    const watching = await watch({ url: kubernetes.url, token: kubernetes.token }, PATH, {});
    open.push(watching);
    await vi.waitFor(() => expect(kubernetes.watches.count('inferenceservices')).toBeGreaterThan(0));
    return watching;
  };
  const status = async (path: string) => {
    const answer = await request(`${kubernetes.url}${path}`);
    return { status: answer.statusCode, text: await answer.body.text() };
  };

  it('has the namespaces of every cluster from the start', () => {
    const names = kubernetes.list('Namespace').map(({ metadata }) => metadata.name);
    expect(names).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
  });

  it('is reached by a client library through its kubeconfig', async () => {
    kubernetes.apply(manifest());
    const config = new KubeConfig();
    config.loadFromString(kubernetes.kubeconfig);
    const listed: unknown = await config.makeApiClient(CustomObjectsApi).listCustomObjectForAllNamespaces({
      group: 'serving.kserve.io',
      version: 'v1beta1',
      resourcePlural: 'inferenceservices',
    });
    expect(listed).toMatchObject({ kind: 'InferenceServiceList', items: [{ metadata: { name: 'a' } }] });
  });

  it('applies: creates with namespace and status, then changes and removes what is no longer named', () => {
    const first = kubernetes.apply({ ...manifest({ annotations: { x: '1' } }), status: { url: 'http://a' } });
    expect(first).toMatchObject({ metadata: { generation: 1 }, status: { url: 'http://a' } });
    expect(kubernetes.get({ kind: 'Namespace', name: 'llm' })).toBeDefined();
    const second = kubernetes.apply({ ...manifest(), spec: { predictor: { minReplicas: 2 } } });
    expect(second).toMatchObject({ metadata: { generation: 2, uid: first.metadata.uid }, status: { url: 'http://a' } });
    expect(second.metadata.annotations).toBeUndefined();
  });

  it('merges into a status, or replaces it', () => {
    kubernetes.apply(manifest());
    kubernetes.patchStatus(REFERENCE, { url: 'http://a', address: { url: 'http://b' } });
    kubernetes.patchStatus(REFERENCE, { url: null, deploymentMode: 'Standard' });
    expect(kubernetes.get(REFERENCE)?.status).toEqual({ address: { url: 'http://b' }, deploymentMode: 'Standard' });
    kubernetes.setStatus(REFERENCE, { conditions: [] });
    expect(kubernetes.get(REFERENCE)?.status).toEqual({ conditions: [] });
  });

  it('deletes at once, with a finalizer, or after a grace time', async () => {
    kubernetes.apply(manifest());
    kubernetes.delete(REFERENCE);
    expect(kubernetes.get(REFERENCE)).toBeUndefined();

    kubernetes.apply(manifest());
    kubernetes.delete(REFERENCE, { finalizer: 'example.com/hold' });
    expect(kubernetes.get(REFERENCE)?.metadata).toMatchObject({
      finalizers: ['example.com/hold'],
      deletionTimestamp: expect.any(String),
    });
    kubernetes.release(REFERENCE, 'example.com/hold');
    expect(kubernetes.get(REFERENCE)).toBeUndefined();

    kubernetes.apply(manifest());
    kubernetes.delete(REFERENCE, { graceMilliseconds: 20 });
    expect(kubernetes.get(REFERENCE)?.metadata).toHaveProperty('deletionTimestamp');
    await vi.waitFor(() => expect(kubernetes.get(REFERENCE)).toBeUndefined());
  });

  it('finds the Events about an object', () => {
    const event = (name: string, of: string) => ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: 'llm' },
      involvedObject: { kind: 'InferenceService', namespace: 'llm', name: of },
      reason: name,
    });
    kubernetes.apply(event('one', 'a'));
    kubernetes.apply(event('other', 'b'));
    expect(kubernetes.events(REFERENCE).map(({ reason }) => reason)).toEqual(['one']);
    expect(kubernetes.events()).toHaveLength(2);
  });

  it('says which kind it does not serve, and which object is not there', () => {
    expect(() => kubernetes.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } })).toThrow(/no kind "Pod"/);
    expect(() => kubernetes.delete(REFERENCE)).toThrow(/"a" not found/);
  });

  it('serves another kind that is added to its table', async () => {
    const secrets = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true, custom: false };
    const rest = { statusSubresource: false, unconditionalUpdate: true, fields: { data: true } } as const;
    const other = await startKubernetes({ resources: [...RESOURCES, { ...secrets, ...rest }] });
    other.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'llm' }, data: { a: 'Yg==' } });
    const answer = await request(`${other.url}/api/v1/namespaces/llm/secrets/s`);
    expect(await answer.body.json()).toMatchObject({ kind: 'Secret', data: { a: 'Yg==' } });
    await other.stop();
  });

  it('answers as for a missing CRD when a kind is uninstalled, and serves it again', async () => {
    kubernetes.apply(manifest());
    const watching = await begin();
    kubernetes.uninstall('InferenceService');
    await watching.ended();
    expect(watching.summary()).toEqual(['ADDED a', 'DELETED a']);
    expect(await status(PATH)).toEqual({ status: 404, text: '404 page not found\n' });
    kubernetes.install('InferenceService');
    expect((await status(PATH)).status).toBe(200);
  });

  it('answers faults in the words of the API server', async () => {
    kubernetes.faults.inject({ on: 'list inferenceservices', effect: { kind: 'status', status: 403 } });
    const { text } = await status(PATH);
    expect(JSON.parse(text)).toMatchObject({
      kind: 'Status',
      reason: 'Forbidden',
      message:
        'inferenceservices.serving.kserve.io is forbidden: User "sandbox" cannot list resource "inferenceservices" in API ' +
        'group "serving.kserve.io" at the cluster scope',
    });
  });

  it('forgets its history on demand', async () => {
    kubernetes.apply(manifest());
    const version = kubernetes.get(REFERENCE)?.metadata.resourceVersion ?? '';
    kubernetes.patch(REFERENCE, { metadata: { labels: { a: 'b' } } });
    kubernetes.forgetHistory();
    const watching = await watch({ url: kubernetes.url, token: undefined }, PATH, { resourceVersion: version });
    await watching.ended();
    expect(watching.events[0]).toMatchObject({ type: 'ERROR', object: { code: 410 } });
  });

  describe('its watches', () => {
    it('end cleanly, and can be counted', async () => {
      const watching = await begin();
      expect([kubernetes.watches.count(), kubernetes.watches.count('leases')]).toEqual([1, 0]);
      kubernetes.watches.close('leases');
      expect(kubernetes.watches.count()).toBe(1);
      kubernetes.watches.close();
      // A change in the very moment in which a watch ends has no reader, and harms nobody.
      const late = { apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService', metadata: { name: 'late' } };
      expect(() => kubernetes.apply(late)).not.toThrow();
      expect(await watching.ended()).toBe('cleanly');
      await vi.waitFor(() => expect(kubernetes.watches.count()).toBe(0));
    });

    it.each([[false], [true]])('are cut (in the midst of a line: %s)', async (inLine) => {
      const watching = await begin();
      kubernetes.watches.cut(undefined, { inLine });
      expect(await watching.ended()).toBe('broken');
      await vi.waitFor(() => expect(kubernetes.watches.count()).toBe(0));
    });

    it('fall silent, while new ones work', async () => {
      const silent = await begin();
      kubernetes.watches.silence();
      const lively = await begin();
      kubernetes.apply(manifest());
      await lively.until(({ events }) => events.length === 1);
      expect(silent.events).toEqual([]);
      expect(kubernetes.watches.count()).toBe(2);
    });

    it('lose events while they are dropped', async () => {
      const watching = await begin();
      kubernetes.watches.drop(true);
      kubernetes.apply(manifest());
      kubernetes.watches.drop(false);
      kubernetes.patch(REFERENCE, { metadata: { labels: { a: 'b' } } });
      await watching.until(({ events }) => events.length === 1);
      expect(watching.summary()).toEqual(['MODIFIED a']);
    });
  });
});
