import {
  ANNOTATION_PREFIX,
  holdsHidden,
  type Json,
  type Projection,
  quoted,
  type Registration,
  sourceKey,
} from '../../registration/index.ts';
import { type ProjectionSettings, type Source, type SourceObject, sources } from '../../sources/index.ts';
import { PlainError } from '../plain-error.ts';
import { asReady } from './as-ready.ts';
import { compareNames, type Explained } from './compare-names.ts';
import type { ExplainDocument, ExplainedObject } from './document.ts';
import type { Manifest } from './read-input.ts';
import { collectRuntimes, type Runtimes } from './runtimes.ts';

export interface ExplainOptions extends ProjectionSettings {
  /** The namespace of objects that name none. */
  namespace: string;
}

/**
 * What manifests would register, and what is wrong with them. Pure: no cluster and no LiteLLM are asked.
 *
 * @throws PlainError where an object has no name
 */
export function explainManifests(manifests: readonly Manifest[], options: ExplainOptions): ExplainDocument {
  const kinds = [...sources.values()].flatMap((source) => source.related ?? []);
  const runtimes = collectRuntimes(manifests, kinds, options.namespace);
  const explained: Explained[] = [];
  const others = new Map<string, number>();
  for (const manifest of manifests) {
    const source = [...sources.values()].find((one) => isOf(one, manifest));
    if (!source) {
      others.set(manifest.kind, (others.get(manifest.kind) ?? 0) + 1);
      continue;
    }
    const supposed = asReady(manifest, options.namespace, runtimes);
    const object = parsed(source, manifest, supposed.raw);
    const projection = project(source, object, options, runtimes, supposed.unknownRuntime);
    const { namespace, name } = object;
    const key = sourceKey({ kind: source.kind, namespace, name });
    explained.push({
      object: explainObject(key, manifest.file, projection, supposed.notes),
      namespace,
      names: projection.names,
    });
  }
  compareNames(explained);
  const objects = explained.map(({ object }) => object);
  return {
    objects,
    others: Object.fromEntries(others),
    refused: objects.filter(({ problems }) => problems.length > 0).length,
  };
}

function isOf({ resource }: Source, { apiVersion, kind }: Manifest): boolean {
  return kind === resource.kind && apiVersion === `${resource.group}/${resource.version}`;
}

/** A runtime that is not in the input is no mistake of the object: what only it can tell is left open. */
function project(
  source: Source,
  object: SourceObject,
  options: ExplainOptions,
  runtimes: Runtimes,
  unknownRuntime: string | undefined,
): Projection {
  const projection = source.project(object, options, runtimes.related);
  if (unknownRuntime === undefined || projection.state !== 'invalid') return projection;
  const otherwise = source.project(object, options, runtimes.supposing(object.namespace, unknownRuntime));
  if (otherwise.state !== 'serve') return otherwise;
  const why = `its serving runtime ${quoted(unknownRuntime)} is not in the input: give its manifest too, or set ${ANNOTATION_PREFIX}served-name and ${ANNOTATION_PREFIX}base-path`;
  return { state: 'hold', names: projection.names, why };
}

function parsed(source: Source, { file }: Manifest, raw: unknown) {
  try {
    return source.parse(raw);
  } catch (error) {
    throw new PlainError(`${file}: ${error instanceof Error ? error.message : 'an object cannot be read'}`);
  }
}

function explainObject(source: string, file: string, projection: Projection, notes: string[]): ExplainedObject {
  const base = { source, file, models: [], problems: [], warnings: [], notes };
  switch (projection.state) {
    case 'serve': {
      const { registrations, warnings, apiKeySecret: secret } = projection;
      const entry = secret?.key === undefined ? '' : `/${secret.key}`;
      return {
        ...base,
        state: 'serve',
        models: registrations.map(explainModel),
        warnings,
        ...(secret && { apiKeySecret: `${secret.name}${entry}` }),
      };
    }
    case 'invalid':
      return { ...base, state: 'invalid', problems: [...projection.problems] };
    default:
      return { ...base, state: projection.state, why: projection.why };
  }
}

function explainModel({ publicName, provider, servedName, apiBase, params, info }: Registration) {
  // Only that of a Secret is worth a word.
  const { api_key: _, ...rest } = params;
  return {
    name: publicName,
    model: `${provider}/${servedName}`,
    basePath: new URL(apiBase).pathname,
    params: Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, shown(key, value)])),
    info,
  };
}

function shown(key: string, value: Json): Json {
  return holdsHidden(key, value) ? '(hidden)' : value;
}
