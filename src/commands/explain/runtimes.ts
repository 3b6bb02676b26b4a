import { z } from 'zod';
import type { RelatedKind, RelatedObject, RelatedObjects } from '../../sources/index.ts';
import { withIdentity } from './identity.ts';
import type { Manifest } from './read-input.ts';

/** What tells whether a serving runtime may run a model. */
const Runtime = z.object({
  kind: z.enum(['ServingRuntime', 'ClusterServingRuntime']),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
  spec: z.object({
    disabled: z.boolean().optional(),
    workerSpec: z.looseObject({}).nullish(),
    supportedModelFormats: z
      .array(z.object({ name: z.string(), autoSelect: z.boolean().optional(), priority: z.number().optional() }))
      .default([]),
  }),
});
type Runtime = z.output<typeof Runtime>;

const HUGGING_FACE = { image: 'kserve/huggingfaceserver', args: ['--model_name={{.Name}}'] };

/** The runtimes for language models that KServe itself brings (`config/runtimes`, v0.20.0), as far as they say what is served. */
const BUILT_IN: readonly Manifest[] = [
  builtIn('kserve-huggingfaceserver', 'huggingface', HUGGING_FACE),
  builtIn('kserve-huggingfaceserver-multinode', 'huggingface', HUGGING_FACE, { workerSpec: {} }),
  builtIn('kserve-vllmserver', 'vLLM', {
    image: 'vllm/vllm-openai',
    command: ['python', '-m', 'vllm.entrypoints.openai.api_server'],
    args: ['--port=8080', '--served-model-name={{.Name}}', '--model=/mnt/models'],
  }),
];

function builtIn(name: string, format: string, container: object, more: object = {}): Manifest {
  const supportedModelFormats = [{ name: format, version: '1', autoSelect: true, priority: 1 }];
  const [apiVersion, kind] = ['serving.kserve.io/v1alpha1', 'ClusterServingRuntime'];
  const spec = { supportedModelFormats, containers: [{ name: 'kserve-container', ...container }], ...more };
  return { file: 'KServe', apiVersion, kind, raw: { apiVersion, kind, metadata: { name }, spec } };
}

/** The serving runtime that KServe would run a model with. */
export interface ChosenRuntime {
  kind: 'ServingRuntime' | 'ClusterServingRuntime';
  name: string;
  /** False: it is not in the input, and is taken as KServe installs it. */
  given: boolean;
}

/** What an object says of its runtime: its name, else its model format and whether it runs on several nodes. */
export interface WantedRuntime {
  runtime: string | undefined;
  format: string | undefined;
  /** It has a `workerSpec`: KServe chooses a runtime with one for it, and for others one without (v0.20.0). */
  multiNode: boolean;
}

/** The serving runtimes of an input, with those that every KServe has. */
export interface Runtimes {
  /** @returns undefined where nothing in the input fits */
  choose(namespace: string, wanted: WantedRuntime): ChosenRuntime | undefined;
  /** They and all else that is related to the objects, for the projection. */
  related: RelatedObjects;
  /** As `related`, with a runtime of that name that serves an OpenAI API: to see what is wrong whatever the real one is. */
  supposing(namespace: string, name: string): RelatedObjects;
}

/** @param kinds - the related kinds of all sources */
export function collectRuntimes(
  manifests: readonly Manifest[],
  kinds: readonly RelatedKind[],
  namespace: string,
): Runtimes {
  const given = new Set(manifests);
  const known = [...manifests, ...BUILT_IN].flatMap((manifest) => {
    const parsed = Runtime.safeParse(manifest.raw);
    return parsed.success ? [{ ...parsed.data, given: given.has(manifest) }] : [];
  });
  const objects = new Map<string, RelatedObject>();
  for (const manifest of [...BUILT_IN, ...manifests]) {
    const kind = kinds.find(({ resource }) => resource.kind === manifest.kind);
    if (!kind) continue;
    const object = kind.parse(withIdentity(manifest, kind.clusterWide ? undefined : namespace));
    objects.set(placeOf(manifest.kind, object.namespace, object.name), object);
  }

  // What is not in the input may be in the cluster all the same.
  const related: RelatedObjects = {
    find: (kind, within, name) => objects.get(placeOf(kind, within, name)) ?? 'unknown',
    of(kind, within, owner) {
      const supposed = kinds.find(({ resource }) => resource.kind === kind)?.supposed?.(within, owner);
      return supposed ? [supposed] : 'unknown';
    },
  };

  function choose(within: string, wanted: WantedRuntime): ChosenRuntime | undefined {
    const near = known.filter(
      ({ kind, metadata }) => kind === 'ClusterServingRuntime' || (metadata.namespace ?? namespace) === within,
    );
    const fitting = wanted.runtime
      ? near.filter(({ metadata }) => metadata.name === wanted.runtime)
      : near.filter((runtime) => priorityFor(runtime, wanted) !== undefined);
    const order = (runtime: Runtime): number =>
      (runtime.kind === 'ServingRuntime' ? 1e6 : 0) + (priorityFor(runtime, wanted) ?? 0);
    const [best] = fitting.toSorted((one, other) => order(other) - order(one));
    return best && { kind: best.kind, name: best.metadata.name, given: best.given };
  }

  function supposing(within: string, name: string): RelatedObjects {
    const place = placeOf('ServingRuntime', within, name);
    const kind = kinds.find(({ resource }) => resource.kind === 'ServingRuntime');
    const runtime = builtIn(name, '', { image: 'vllm/vllm-openai' });
    const object = kind?.parse(withIdentity(runtime, within));
    return {
      ...related,
      find: (...key) => (object && placeOf(...key) === place ? object : related.find(...key)),
    };
  }

  return {
    choose,
    supposing,
    related,
  };
}

/** How much KServe prefers a runtime for a model; undefined where it does not choose it by itself. */
function priorityFor({ spec }: Runtime, { format, multiNode }: WantedRuntime): number | undefined {
  if (spec.disabled || Boolean(spec.workerSpec) !== multiNode) return undefined;
  const found = spec.supportedModelFormats.find(({ name, autoSelect }) => autoSelect && name === format);
  return found && (found.priority ?? 0);
}

function placeOf(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}
