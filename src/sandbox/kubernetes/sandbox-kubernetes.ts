import type { CallLog } from '../calls.ts';
import type { Faults } from '../faults.ts';
import { type Fields, fieldsAt, isFields, textAt } from '../fields.ts';
import type { Listening } from '../server.ts';
import type { Cluster } from './cluster.ts';
import { remove } from './deletes.ts';
import { notFound, type Writer } from './metadata.ts';
import { fieldsOf, type KubernetesObject, type ObjectReference } from './object.ts';
import { applyPatch, mergePatch } from './patch.ts';
import { apiVersionOf, type ResourceType } from './resources.ts';
import type { Watches } from './watch.ts';
import { create, replace } from './writes.ts';

/** How an object is deleted by hand. */
export interface DeleteHow {
  /** Put on the object first, so that it stays, with a deletionTimestamp, until `release`. */
  readonly finalizer?: string;
  /** As `finalizer`, and released by itself after this time. */
  readonly graceMilliseconds?: number;
}

const WRITER: Writer = { manager: 'sandbox', operation: 'Update', subresource: '' };
const GRACE_FINALIZER = 'model-registrar.io/sandbox';
/** The namespaces that every cluster has from the start. */
const FIRST_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/**
 * An in-memory Kubernetes API on 127.0.0.1. Clients speak to it over HTTP as to a real one; the methods here are for the
 * one who plays the cluster: the user who applies, the controller that writes statuses, the misfortune that strikes.
 */
export class SandboxKubernetes {
  readonly faults: Faults;
  readonly calls: CallLog;
  /** The open watches, and what can happen to them. */
  readonly watches: Watches;
  readonly url: string;
  readonly #cluster: Cluster;
  readonly #listening: Listening;
  readonly #resources: readonly ResourceType[];
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(cluster: Cluster, listening: Listening, faults: Faults, calls: CallLog) {
    this.#cluster = cluster;
    this.#listening = listening;
    this.#resources = [...cluster.types];
    this.faults = faults;
    this.calls = calls;
    this.watches = cluster.watches;
    this.url = listening.url;
    for (const name of FIRST_NAMESPACES) this.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  /** The bearer token of the kubeconfig. A request with another is refused, one with none is let in. */
  get token(): string {
    return this.#cluster.token;
  }

  /** A kubeconfig, as YAML, that kubectl and client libraries accept. */
  get kubeconfig(): string {
    return [
      'apiVersion: v1',
      'kind: Config',
      'current-context: sandbox',
      'clusters:',
      `- {name: sandbox, cluster: {server: "${this.url}", insecure-skip-tls-verify: true}}`,
      'users:',
      `- {name: sandbox, user: {token: ${this.token}}}`,
      'contexts:',
      '- {name: sandbox, context: {cluster: sandbox, user: sandbox, namespace: default}}',
      '',
    ].join('\n');
  }

  /** Creates an object, or merges the manifest into the one that is there, as `kubectl apply`; creates its namespace too. A status in the manifest is written as well. */
  apply(manifest: object): KubernetesObject {
    const fields: Fields = { ...manifest };
    const metadata = fieldsAt(fields, 'metadata');
    const type = this.#type(textAt(fields, 'kind') ?? '', textAt(fields, 'apiVersion'));
    const name = textAt(metadata, 'name') ?? '';
    const namespace = type.namespaced ? (textAt(metadata, 'namespace') ?? 'default') : '';
    if (namespace !== '') this.#ensureNamespace(namespace);
    const { store, applied } = this.#cluster;
    const previous = store.get(type, namespace, name);
    const merged = previous ? applyPatch(previous, applied.get(`${previous.metadata.uid} sandbox`), fields) : undefined;
    const object = isFields(merged)
      ? replace(store, { type, namespace, name }, merged, WRITER)
      : create(store, { type, namespace }, fields, WRITER);
    applied.set(`${object.metadata.uid} sandbox`, fields);
    if (!type.statusSubresource || !isFields(fields.status)) return object;
    return this.patchStatus({ kind: type.kind, namespace, name }, fields.status);
  }

  /** Merges into an object's status (null removes a key). Throws when the object is not there. */
  patchStatus(reference: ObjectReference, status: object): KubernetesObject {
    return this.#patch(reference, { status }, { ...WRITER, subresource: 'status' });
  }

  /** Puts a whole status in place of the one that is there. Throws when the object is not there. */
  setStatus(reference: ObjectReference, status: object): KubernetesObject {
    const { type, target, object } = this.#find(reference);
    const next = { ...fieldsOf(object), status };
    return replace(this.#cluster.store, { ...target, type }, next, { ...WRITER, subresource: 'status' });
  }

  /** Merges into an object (null removes a key). Throws when the object is not there. */
  patch(reference: ObjectReference, patch: object): KubernetesObject {
    return this.#patch(reference, patch, WRITER);
  }

  /** Deletes an object; one that finalizers hold stays with a deletionTimestamp. Throws when the object is not there. */
  delete(reference: ObjectReference, how: DeleteHow = {}): void {
    const { finalizer, graceMilliseconds } = how;
    const holder = finalizer ?? (graceMilliseconds === undefined ? undefined : GRACE_FINALIZER);
    const { target, object } = this.#find(reference);
    if (holder !== undefined) {
      this.patch(reference, { metadata: { finalizers: [...(object.metadata.finalizers ?? []), holder] } });
    }
    remove(this.#cluster.store, target);
    if (graceMilliseconds === undefined) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.get(reference)?.metadata.uid === object.metadata.uid) this.release(reference, holder);
    }, graceMilliseconds);
    this.#timers.add(timer);
  }

  /** Takes one finalizer, or all, from an object; if it is in deletion it then goes. Throws when the object is not there. */
  release(reference: ObjectReference, finalizer?: string): void {
    const { object } = this.#find(reference);
    const left = (object.metadata.finalizers ?? []).filter((held) => finalizer !== undefined && held !== finalizer);
    this.patch(reference, { metadata: { finalizers: left } });
  }

  /** An object as it is now; undefined when it is not there. */
  get(reference: ObjectReference): KubernetesObject | undefined {
    const { type, namespace, name } = this.#target(reference);
    return this.#cluster.store.get(type, namespace, name);
  }

  /** All objects of a kind, of one namespace if it is named, in the order of namespace and name. */
  list(kind: string, namespace?: string): readonly KubernetesObject[] {
    const objects = this.#cluster.store.list(this.#type(kind)) ?? [];
    return objects.filter((object) => namespace === undefined || object.metadata.namespace === namespace);
  }

  /** The Events about an object, oldest first; all Events without an argument. */
  events(about?: ObjectReference): readonly KubernetesObject[] {
    return this.list('Event').filter((event) => {
      const of = fieldsAt(fieldsOf(event), 'involvedObject');
      if (about === undefined) return true;
      return of.kind === about.kind && of.name === about.name && of.namespace === (about.namespace ?? 'default');
    });
  }

  /** Forgets all changes so far: a watch or a paged list that goes on from an older version gets 410. */
  forgetHistory(): void {
    this.#cluster.store.forget();
  }

  /** Takes a kind away, with its objects, as when its CRD is deleted: its paths answer 404 and its watches end. */
  uninstall(kind: string): void {
    const type = this.#type(kind);
    for (const object of this.list(kind)) this.#cluster.store.commit('DELETED', type, object);
    this.#cluster.types.delete(type);
    this.watches.close(type.plural);
  }

  /** Serves a kind again that was taken away. */
  install(kind: string): void {
    this.#cluster.types.add(this.#type(kind));
  }

  /** Cuts all connections and frees the port. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#listening.stop();
  }

  #type(kind: string, apiVersion?: string): ResourceType {
    const found = this.#resources.find(
      (type) => type.kind === kind && (apiVersion === undefined || apiVersionOf(type) === apiVersion),
    );
    if (!found) throw new TypeError(`the sandbox serves no kind "${kind}": add it to its table of resources`);
    return found;
  }

  #target(reference: ObjectReference) {
    const type = this.#type(reference.kind);
    return { type, namespace: type.namespaced ? (reference.namespace ?? 'default') : '', name: reference.name };
  }

  #find(reference: ObjectReference) {
    const target = this.#target(reference);
    const object = this.#cluster.store.get(target.type, target.namespace, target.name);
    if (!object) throw notFound(target.type, target.name);
    return { type: target.type, target, object };
  }

  #patch(reference: ObjectReference, patch: object, writer: Writer): KubernetesObject {
    const { target, object } = this.#find(reference);
    const merged = mergePatch(object, { ...patch });
    return replace(this.#cluster.store, target, isFields(merged) ? merged : {}, writer);
  }

  #ensureNamespace(name: string): void {
    const type = this.#resources.find(({ kind }) => kind === 'Namespace');
    if (!type || this.#cluster.store.get(type, '', name)) return;
    create(this.#cluster.store, { type, namespace: '' }, { metadata: { name } }, WRITER);
  }
}
