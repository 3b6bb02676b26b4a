import { type Fields, isFields } from '../fields.ts';
import type { Answer, Request } from '../server.ts';
import { checkBody, checkFields, checkPatched, readBody, readJson, readYaml } from './bodies.ts';
import { type Cluster, find, namespaceType, writerOf } from './cluster.ts';
import { invalid, notFound } from './metadata.ts';
import type { KubernetesObject } from './object.ts';
import { applyPatch, jsonPatch, mergePatch } from './patch.ts';
import type { Route } from './route.ts';
import { ApiError } from './status.ts';
import { create, replace } from './writes.ts';

/** Answers a PATCH of any of the four kinds. Throws an ApiError. */
export function patched(cluster: Cluster, route: Route, request: Request): Answer {
  const { store } = cluster;
  const contentType = (request.headers['content-type'] ?? '').split(';')[0]?.trim();
  if (contentType === 'application/apply-patch+yaml') return applied(cluster, route, request);
  const previous = find(cluster, route);
  const writer = writerOf(request, route, 'Update');
  const save = (object: unknown) => {
    if (!isFields(object)) throw new ApiError(400, 'a patch made something else than an object');
    checkPatched(object, previous, route);
    checkFields(object, route, request);
    return { status: 200, body: replace(store, route, object, writer) };
  };
  if (contentType === 'application/merge-patch+json') return save(mergePatch(previous, readBody(request.text)));
  if (contentType === 'application/json-patch+json') return save(jsonPatch(previous, readJson(request.text)));
  if (contentType === 'application/strategic-merge-patch+json' && !route.type.custom) {
    // The types served here have no list that merges by key.
    return save(mergePatch(previous, readBody(request.text)));
  }
  const accepted = ['json-patch+json', 'merge-patch+json', 'apply-patch+yaml'].map((kind) => `application/${kind}`);
  throw new ApiError(
    415,
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}

function applied(cluster: Cluster, route: Route, request: Request): Answer {
  const { store } = cluster;
  const { type, namespace, name, subresource } = route;
  const configuration = readYaml(request.text);
  checkBody(configuration, route);
  if (!request.url.searchParams.has('fieldManager')) {
    const options = { ...type, group: 'meta.k8s.io', kind: 'PatchOptions' };
    throw invalid(options, '', 'fieldManager', 'Required value: is required for apply patch');
  }
  const writer = writerOf(request, route, 'Apply');
  const previous = store.get(type, namespace, name);
  if (!previous && subresource !== '') throw notFound(type, name);
  const keyOf = (object: KubernetesObject) => `${object.metadata.uid} ${writer.manager} ${subresource}`;
  const object = previous
    ? replace(store, route, asFields(applyPatch(previous, cluster.applied.get(keyOf(previous)), configuration)), writer)
    : create(store, { type, namespace, namespaces: namespaceType(cluster) }, configuration, writer);
  cluster.applied.set(keyOf(object), configuration);
  return { status: previous ? 200 : 201, body: object };
}

function asFields(value: unknown): Fields {
  return isFields(value) ? value : {};
}
