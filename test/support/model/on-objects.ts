import { stringify } from 'yaml';
import { inferenceService, status } from '../inference-services.ts';
import type { Machine } from './machine.ts';
import type { Operation } from './operation.ts';
import { addressOf, type Model } from './reference.ts';

const NAMESPACES = ['a', 'b', 'c'];
/** Names that several namespaces want. */
export const SHARED = ['chat', 'code'];

/** What users do with their objects, and what KServe says about them. */
export const ON_OBJECTS: readonly Operation[] = [
  { weight: 10, act: apply },
  { weight: 14, act: onOne(becomeReady) },
  { weight: 8, act: onOne(dip) },
  { weight: 3, act: onOne(stop) },
  { weight: 4, act: onOne(start) },
  { weight: 4, act: onOne(remove) },
  { weight: 4, act: onOne(recreate) },
  { weight: 6, act: onOne(rename) },
  { weight: 12, act: onOne(edit) },
  { weight: 2, act: onOne(enable) },
];

function onOne(act: (machine: Machine, place: string, model: Model) => string | undefined): Operation['act'] {
  return (machine) => {
    const [place, model] = machine.random.pickAny([...machine.reference.models]) ?? [];
    if (!place || !model) return undefined;
    const told = act(machine, place, model);
    if (told !== undefined) machine.touched.add(place);
    return told === undefined ? undefined : `${place}: ${told}`;
  };
}

function apply(machine: Machine): string | undefined {
  const { random, reference } = machine;
  const namespace = random.pick(NAMESPACES);
  const name = `m${random.below(Math.ceil(machine.objects / NAMESPACES.length))}`;
  const place = `${namespace}/${name}`;
  if (reference.models.has(place)) return undefined;
  machine.touched.add(place);
  const made = make(machine, {
    namespace,
    name,
    names: namesOf(machine, place),
    servedName: `${namespace}-${name}-v1`,
  });
  return `${place}: made, as ${made.names.join(', ')}`;
}

function namesOf({ random }: Machine, place: string): string[] {
  const own = [`${place}-1`, `${place}-2`];
  if (random.chance(0.3)) return [random.pick(SHARED)];
  return random.chance(0.3) ? own : [random.pick(own)];
}

function make(machine: Machine, wish: Pick<Model, 'namespace' | 'name' | 'names' | 'servedName'>): Model {
  const model: Model = { ...wish, uid: '', createdAt: 0, state: 'never', stopped: false, enabled: true };
  machine.reference.models.set(`${wish.namespace}/${wish.name}`, model);
  put(machine, model);
  return model;
}

/** Writes the object as the model has it. */
function put({ kubernetes }: Machine, model: Model): void {
  const { namespace, name, names, servedName, tokens, timeout, notes, stopped, enabled } = model;
  const { metadata } = kubernetes.apply(
    inferenceService({
      namespace,
      name,
      annotations: {
        enabled: `${enabled}`,
        'model-name': names.join(','),
        'served-name': servedName,
        ...(tokens !== undefined && { 'max-model-len': `${tokens}` }),
        ...(timeout !== undefined && { 'litellm-params': stringify({ timeout }) }),
        ...(notes !== undefined && { notes }),
        ...(stopped && { 'serving.kserve.io/stop': 'true' }),
      },
    }),
  );
  model.uid = metadata.uid;
  model.createdAt = Date.parse(`${metadata.creationTimestamp}`);
}

const reference = ({ namespace, name }: Model) => ({ kind: 'InferenceService', namespace, name });

function setStatus({ kubernetes }: Machine, model: Model, ready: 'True' | 'False' | 'Unknown'): void {
  const { name, namespace } = model;
  const copies = ready === 'True' ? 1 : 0;
  kubernetes.setStatus(reference(model), status({ name, namespace, ready, copies, url: addressOf(model) }));
}

function becomeReady(machine: Machine, _place: string, model: Model): string | undefined {
  if (model.stopped || model.state === 'serves') return undefined;
  setStatus(machine, model, 'True');
  model.state = 'serves';
  return 'Ready';
}

function dip(machine: Machine, _place: string, model: Model): string | undefined {
  if (model.state === 'never' || model.stopped) return undefined;
  const ready = machine.random.pick(['False', 'Unknown'] as const);
  setStatus(machine, model, ready);
  model.state = 'dips';
  return `Ready is ${ready}`;
}

function stop(machine: Machine, place: string, model: Model): string | undefined {
  if (model.stopped) return undefined;
  model.stopped = true;
  machine.reference.release(place);
  put(machine, model);
  return 'stopped';
}

function start(machine: Machine, _place: string, model: Model): string | undefined {
  if (!model.stopped) return undefined;
  // KServe shows what was before for a moment: here it says at once that nothing serves.
  setStatus(machine, model, 'Unknown');
  model.stopped = false;
  // Who looks only now sees nothing but a dip.
  model.state = 'dips';
  put(machine, model);
  return 'started again';
}

function remove(machine: Machine, place: string, model: Model): string {
  machine.reference.release(place);
  machine.reference.models.delete(place);
  const finalizer = machine.random.chance(0.5) ? 'example.com/waits' : undefined;
  machine.kubernetes.delete(reference(model), finalizer === undefined ? {} : { finalizer });
  if (finalizer !== undefined) machine.kubernetes.release(reference(model));
  return 'deleted';
}

function recreate(machine: Machine, place: string, model: Model): string {
  machine.reference.release(place);
  machine.kubernetes.delete(reference(model));
  const made = make(machine, { ...model });
  const servesAtOnce = machine.random.chance(0.5);
  if (servesAtOnce) becomeReady(machine, place, made);
  return servesAtOnce ? 'deleted and made again, Ready' : 'deleted and made again';
}

function rename(machine: Machine, place: string, model: Model): string {
  const names = namesOf(machine, place);
  for (const name of model.names) if (!names.includes(name)) machine.reference.release(place, name);
  model.names = names;
  put(machine, model);
  return `renamed to ${names.join(', ')}`;
}

function edit(machine: Machine, _place: string, model: Model): string {
  const { random } = machine;
  const key = random.pick(['tokens', 'tokens', 'timeout', 'notes', 'servedName'] as const);
  const { namespace, name } = model;
  if (key === 'servedName') model.servedName = `${namespace}-${name}-v${random.below(3)}`;
  else if (random.chance(0.3)) model[key] = undefined;
  else if (key === 'notes') model.notes = `note ${random.below(4)}`;
  else model[key] = 1000 * (1 + random.below(4));
  put(machine, model);
  return `${key} is ${model[key]}`;
}

function enable(machine: Machine, place: string, model: Model): string {
  model.enabled = !model.enabled;
  if (!model.enabled) machine.reference.release(place);
  put(machine, model);
  return `enabled is ${model.enabled}`;
}
