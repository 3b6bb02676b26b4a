import { z } from 'zod';
import { parseSourceKey, readStamp } from '../../registration/index.ts';
import { BY_HAND } from './by-hand.ts';
import type { Stage } from './stage.ts';

/** A model as LiteLLM lists it. */
export interface Model {
  id: string;
  name: string;
  mode: string | undefined;
  tokens: number | undefined;
  /** `namespace/name` of the object that it was registered for; undefined where nobody of ours made it. */
  from: string | undefined;
  address: string | undefined;
}

/** An Event as Kubernetes holds it. */
export interface SeenEvent {
  type: string;
  reason: string;
  message: string;
  /** How often it happened. */
  count: number;
  /** `namespace/name` of the object. */
  about: string;
}

/** A moment that later changes are counted from. */
export interface Mark {
  version: number;
  writes: number;
  looks: number;
}

/** What there is to see, and what came since a mark. */
export interface Observation {
  models: readonly Model[];
  events: readonly SeenEvent[];
  /** Objects by state, from the controller's figures. */
  objects: ReadonlyMap<string, number>;
  /** Calls that write to LiteLLM, whoever made them. */
  writes: number;
  /** How often the controller looked at an object, from its figures: that it did nothing counts only after a look. */
  looks: number;
  /** True while the model that was added by hand is as it was. */
  isHandMadeKept: boolean;
}

/** LiteLLM shows some of what is unset as null. */
const text = z.string().nullish();

const ModelList = z.object({
  data: z.array(
    z.object({
      model_name: z.string(),
      litellm_params: z.object({ api_base: text }),
      model_info: z.looseObject({
        id: z.string(),
        mode: text,
        max_tokens: z.number().nullish(),
        model_registrar: z.json().optional(),
      }),
    }),
  ),
});

const EventObject = z.object({
  metadata: z.object({ resourceVersion: z.coerce.number() }),
  involvedObject: z.object({ namespace: z.string(), name: z.string() }),
  type: z.string(),
  reason: z.string(),
  message: z.string(),
  count: z.number(),
});

/** A gauge by state: `model_registrar_registrations{source="…",state="live"} 2`. */
const STATE = /^model_registrar_registrations\{[^}]*state="(\w+)"[^}]*\} (\d+)$/gm;

/** A counter by outcome: `model_registrar_reconciles_total{source="…",outcome="held"} 7`. */
const LOOK = /^model_registrar_reconciles_total\{[^}]*\} (\d+)$/gm;

const WRITES = ['new', 'update', 'delete'];

/** Notes where things stand now. Throws when the controller does not answer. */
export async function markNow(stage: Stage): Promise<Mark> {
  const { looks } = await readFigures(stage);
  return { version: latestEvent(stage), writes: countWrites(stage), looks };
}

/** Looks at everything. Throws when a server does not answer. */
export async function observe(stage: Stage, since: Mark): Promise<Observation> {
  const [models, { objects, looks }] = await Promise.all([listModels(stage), readFigures(stage)]);
  return {
    models,
    objects,
    looks: looks - since.looks,
    events: eventsSince(stage, since.version),
    writes: countWrites(stage) - since.writes,
    isHandMadeKept: stage.litellm.row(BY_HAND.id)?.updated_at === stage.handMadeAt,
  };
}

/** The version of the Event that was written last. */
export function latestEvent({ kubernetes }: Stage): number {
  return Math.max(0, ...kubernetes.events().map((event) => Number(event.metadata.resourceVersion)));
}

function countWrites({ litellm }: Stage): number {
  return WRITES.reduce((sum, operation) => sum + litellm.calls.count(operation), 0);
}

/** LiteLLM's list, by name. Throws when LiteLLM does not answer. */
export async function listModels({ litellm }: Stage): Promise<Model[]> {
  const answer = await fetch(`${litellm.url}/model/info`, {
    headers: { authorization: `Bearer ${litellm.masterKey}` },
  });
  const { data } = ModelList.parse(await answer.json());
  const models = data.map(({ model_name: name, litellm_params: params, model_info: info }) => {
    const { model_registrar: stamp } = info;
    const source = stamp === undefined ? undefined : readStamp({ model_registrar: stamp })?.source;
    const place = source === undefined ? undefined : parseSourceKey(source);
    return {
      id: info.id,
      name,
      mode: info.mode ?? undefined,
      tokens: info.max_tokens ?? undefined,
      from: place && `${place.namespace}/${place.name}`,
      address: params.api_base ?? undefined,
    };
  });
  return models.sort((one, other) => one.name.localeCompare(other.name) || one.id.localeCompare(other.id));
}

/** The Events that are new, or happened again, since a version of {@link latestEvent}; oldest first. */
export function eventsSince({ kubernetes }: Stage, version: number): SeenEvent[] {
  return kubernetes
    .events()
    .map((event) => EventObject.parse(event))
    .filter(({ metadata }) => metadata.resourceVersion > version)
    .sort((one, other) => one.metadata.resourceVersion - other.metadata.resourceVersion)
    .map(({ involvedObject: { namespace, name }, type, reason, message, count }) => ({
      about: `${namespace}/${name}`,
      type,
      reason,
      message,
      count,
    }));
}

async function readFigures({ controllerUrl }: Stage): Promise<{ objects: Map<string, number>; looks: number }> {
  const answer = await fetch(`${controllerUrl}/metrics`);
  const figures = await answer.text();
  return {
    objects: new Map([...figures.matchAll(STATE)].map(([, state, count]) => [state ?? '', Number(count)])),
    looks: [...figures.matchAll(LOOK)].reduce((sum, [, count]) => sum + Number(count), 0),
  };
}
