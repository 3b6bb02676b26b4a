import {
  ANNOTATION_PREFIX,
  type Audience,
  assignLiteLlm,
  holdsHidden,
  type Json,
  type Problem,
  type Projection,
  quoted,
  type Registration,
  sourceKey,
} from '../../registration/index.ts';
import {
  litellmChoice,
  type ProjectionSettings,
  type SourceObject,
  sources,
  type WatchedSource,
} from '../../sources/index.ts';
import { PlainError } from '../plain-error.ts';
import { argumentProblems } from './argument-lists.ts';
import { asReady } from './as-ready.ts';
import { compareNames, type Explained } from './compare-names.ts';
import type { ExplainDocument, ExplainedObject } from './document.ts';
import type { Input, Manifest } from './read-input.ts';
import { collectRuntimes, type Runtimes } from './runtimes.ts';
import { type OurManifest, sortOut } from './sort-out.ts';

export interface ExplainOptions extends ProjectionSettings {
  /** The LiteLLMs that there are, the default one first; undefined where that is not said. */
  litellms?: readonly Audience[] | undefined;
  /** The namespace of objects that name none. */
  namespace: string;
}

/**
 * What manifests would register, and what is wrong with them. Pure: no cluster and no LiteLLM are asked. An object that is given twice counts once, and
 * the last time, as `kubectl apply` has it.
 */
export function explainManifests(input: Input, options: ExplainOptions): ExplainDocument {
  const { ours, read, others, unread } = sortOut(input, options.namespace);
  const kinds = [...sources.values()].flatMap((source) => source.related ?? []);
  const runtimes = collectRuntimes(read, kinds, options.namespace);
  const explained = ours.map((one) => explainOne(one, options, runtimes));
  compareNames(explained, options.rights);
  const objects = explained.map(({ object }) => object);
  return { objects, others, refused: objects.filter(({ problems }) => problems.length > 0).length, unread };
}

function explainOne({ source, manifest, notes }: OurManifest, options: ExplainOptions, runtimes: Runtimes): Explained {
  const supposed = asReady(manifest, options.namespace, runtimes);
  const object = parsed(source, manifest, supposed.raw);
  const projection = project(source, object, options, runtimes, supposed.unknownRuntime);
  const { namespace, name } = object;
  const key = sourceKey({ kind: source.kind, namespace, name });
  const explained = explainObject(key, manifest.file, projection, [...supposed.notes, ...notes]);
  const problems = [...argumentProblems(manifest), ...choiceProblems(object, options.litellms)];
  if (problems.length === 0) return { object: explained, namespace, names: projection.names };
  const { why: _, ...rest } = explained;
  const refused = { ...rest, state: 'invalid' as const, models: [], problems: [...explained.problems, ...problems] };
  return { object: refused, namespace, names: projection.names };
}

/** What is wrong with the LiteLLM that it names, where it is known which there are. */
function choiceProblems(object: SourceObject, litellms: readonly Audience[] | undefined): Problem[] {
  if (!litellms) return [];
  const assignment = assignLiteLlm(litellms, object.namespace, litellmChoice(object));
  return 'problem' in assignment ? [assignment.problem] : [];
}

/** A runtime that is not in the input is no mistake of the object: what only it can tell is left open. */
function project(
  source: WatchedSource,
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

function parsed(source: WatchedSource, { file }: Manifest, raw: unknown) {
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
