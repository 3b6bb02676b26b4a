import { readServerArguments, type ServerContainer } from '../server-arguments.ts';
import type { ServerKind } from '../server-kind.ts';
import type { RelatedObjects } from '../source.ts';
import { mergeContainers } from './merge-containers.ts';
import { type Predictor, serverByName } from './predictor.ts';
import { findRuntime, type ServingRuntime } from './runtime.ts';
import type { InferenceService } from './schema.ts';

/** A predictor with what its serving runtime says. */
export interface Resolved {
  predictor: Predictor;
  /** Set where the runtime is named and cannot be had: then the predictor says what its own arguments say. */
  absent?: 'missing' | 'unknown';
  /** The runtime is not there; it is taken to be what KServe ships under its name. */
  assumed?: true;
}

type RuntimeLike = Pick<ServingRuntime, 'server' | 'unsuited' | 'container'>;

/**
 * What KServe's own runtimes say about names (v0.20.0, `config/runtimes`). They stand in for a runtime that is known not to be there;
 * one that cannot be read may have been edited.
 */
const SHIPPED: ReadonlyMap<string, RuntimeLike> = new Map([
  ['kserve-huggingfaceserver', shipped('huggingface', '--model_name={{.Name}}')],
  ['kserve-huggingfaceserver-multinode', shipped('huggingface', '--model_name={{.Name}}')],
  ['kserve-vllmserver', shipped('vllm', '--served-model-name={{.Name}}')],
]);

/** By object, which is another one after each change: what it came to with which runtime. */
const resolved = new WeakMap<InferenceService, { runtime: RuntimeLike; predictor: Predictor }>();

/** The predictor of an object as its serving runtime runs it. Pure but for a memory of what came out last. */
export function withRuntime(object: InferenceService, related: RelatedObjects): Resolved {
  const { predictor } = object;
  if (!predictor.runtime) return { predictor };
  const found = findRuntime(predictor.runtime, object.namespace, related);
  const runtime = found === 'missing' ? (SHIPPED.get(predictor.runtime.name) ?? found) : found;
  if (typeof runtime === 'string') return { predictor, absent: runtime };
  const assumed = found === 'missing' && ({ assumed: true } as const);
  const last = resolved.get(object);
  if (last?.runtime === runtime) return { predictor: last.predictor, ...assumed };
  const merged = merge(object, predictor, runtime);
  resolved.set(object, { runtime, predictor: merged });
  return { predictor: merged, ...assumed };
}

function merge({ name, namespace, marks }: InferenceService, own: Predictor, runtime: RuntimeLike): Predictor {
  const named = runtime.server ?? serverByName(own.runtime?.name, undefined);
  const known = own.arguments.server ?? named ?? serverByName(undefined, own.format);
  const read = readServerArguments(mergeContainers(runtime.container, own.container), {
    name,
    namespace,
    labels: marks.labels,
    annotations: marks.annotations,
    appended: false,
    server: known === 'other' ? undefined : known,
  });
  return {
    ...own,
    // Commands and images of a runtime tell more than its name, and less than what its author says.
    server: own.arguments.server ?? runtime.server ?? read.server ?? known,
    unsuited: own.unsuited ?? runtime.unsuited,
    arguments: read,
  };
}

function shipped(server: ServerKind, ...args: string[]): RuntimeLike {
  const container: ServerContainer = { args };
  return { server, unsuited: undefined, container };
}
