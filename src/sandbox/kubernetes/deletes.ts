import { type Fields, isFields, shown } from '../fields.ts';
import { conflict, notFound, now, type Target } from './metadata.ts';
import { isHeld, type KubernetesObject } from './object.ts';
import type { ResourceType } from './resources.ts';
import type { Store } from './store.ts';

/** What a delete may ask for. */
export interface DeleteOptions {
  readonly propagationPolicy?: unknown;
  readonly preconditions?: unknown;
}

/**
 * Deletes an object: at once, or where finalizers hold it, by its deletionTimestamp. Gives back the object and whether
 * it is gone. Throws an ApiError: 404, 409 for a precondition that does not hold.
 */
export function remove(store: Store, target: Target, options: DeleteOptions = {}) {
  const { type, namespace, name } = target;
  const previous = store.get(type, namespace, name);
  if (!previous) throw notFound(type, name);
  checkPreconditions(type, previous, isFields(options.preconditions) ? options.preconditions : {});
  const finalizers = [...(previous.metadata.finalizers ?? [])];
  if (options.propagationPolicy === 'Foreground') finalizers.push('foregroundDeletion');
  const held = isHeld({ ...previous, metadata: { ...previous.metadata, finalizers } });
  if (!held) return { object: store.commit('DELETED', type, previous), isGone: true };
  if (previous.metadata.deletionTimestamp !== undefined) return { object: previous, isGone: false };
  const metadata = {
    ...previous.metadata,
    ...(finalizers.length === 0 ? {} : { finalizers }),
    ...(type.custom ? { generation: (previous.metadata.generation ?? 0) + 1 } : {}),
    deletionTimestamp: now(),
    deletionGracePeriodSeconds: 0,
  };
  const phase = type.kind === 'Namespace' ? { status: { phase: 'Terminating' } } : {};
  return { object: store.commit('MODIFIED', type, { ...previous, ...phase, metadata }), isGone: false };
}

function checkPreconditions(type: ResourceType, object: KubernetesObject, wanted: Fields): void {
  const { name, uid, resourceVersion } = object.metadata;
  if (wanted.uid !== undefined && wanted.uid !== uid) {
    const why = `the UID in the precondition (${shown(wanted.uid)}) does not match the UID in record (${uid})`;
    throw conflict(type, name, `${why}. The object might have been deleted and then recreated`);
  }
  if (wanted.resourceVersion !== undefined && wanted.resourceVersion !== resourceVersion) {
    const given = shown(wanted.resourceVersion);
    const why = `the ResourceVersion in the precondition (${given}) does not match the ResourceVersion in record (${resourceVersion})`;
    throw conflict(type, name, `${why}. The object might have been modified`);
  }
}
