import { type Fields, parseFields, without } from '../fields.ts';
import type { KubernetesObject } from './object.ts';
import { apiVersionOf, type ResourceType } from './resources.ts';
import { readSelector } from './selectors.ts';
import { ApiError, failureStatus, readVersion } from './status.ts';
import type { Store } from './store.ts';

const TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the ' +
  'continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing ' +
  'with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the ' +
  'time the first chunk was returned and now may show up in the list.';

/** Where a list goes on: the version that it shows, and the key of the last object shown. */
interface Position {
  readonly version: number;
  readonly after: string;
}

function encode(position: Position): string {
  const token = { v: 'meta.k8s.io/v1', rv: position.version, start: position.after };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function decode(token: string): Position {
  const { rv, start } = parseFields(Buffer.from(token, 'base64url').toString('utf8')) ?? {};
  if (typeof rv !== 'number' || typeof start !== 'string') {
    throw new ApiError(400, 'invalid continue token: continue key is not valid');
  }
  return { version: rv, after: start };
}

function keyOf(object: KubernetesObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function expired(store: Store, after: string): ApiError {
  const error = new ApiError(410, TOO_OLD);
  const metadata = { continue: encode({ version: store.version, after }) };
  Object.assign(error, { body: { ...failureStatus(410, TOO_OLD), metadata } });
  return error;
}

function tooNew(store: Store, version: number): ApiError {
  const problem = 'Too large resource version';
  return new ApiError(504, `Timeout: ${problem}: ${version}, current: ${store.version}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: problem }],
    retryAfterSeconds: 1,
  });
}

/**
 * A list, or the page of one that `limit` and `continue` ask for. All pages show the version of the first.
 * Throws an ApiError: 410 when that version is forgotten, 504 when it is yet to come, 400 for what cannot be read.
 */
export function list(store: Store, type: ResourceType, namespace: string, query: URLSearchParams): Fields {
  const least = readVersion(query, 'list');
  if (least > store.version) throw tooNew(store, least);
  const token = query.get('continue') ?? '';
  const { version, after } = token === '' ? { version: store.version, after: '' } : decode(token);
  const everything = store.list(type, version);
  if (!everything) throw expired(store, after);

  const isSelected = readSelector(query, type);
  const left = everything.filter(
    (object) =>
      (namespace === '' || object.metadata.namespace === namespace) && keyOf(object) > after && isSelected(object),
  );
  // A list "at any version" comes whole from the server's cache, whatever the limit (seen at 1.36).
  const limit = query.get('resourceVersion') === '0' ? 0 : Number(query.get('limit') ?? 0);
  const page = limit > 0 ? left.slice(0, limit) : left;
  const last = page.at(-1);
  const isSelecting = query.has('labelSelector') || query.has('fieldSelector');
  const more =
    last && page.length < left.length
      ? {
          continue: encode({ version, after: keyOf(last) }),
          ...(isSelecting ? {} : { remainingItemCount: left.length - page.length }),
        }
      : {};
  return {
    apiVersion: apiVersionOf(type),
    kind: `${type.kind}List`,
    metadata: { resourceVersion: String(version), ...more },
    // A custom resource keeps its kind in a list, a built-in one loses it.
    items: type.custom ? page : page.map((object) => without(object, 'apiVersion', 'kind')),
  };
}
