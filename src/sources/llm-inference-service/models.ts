import { type Options, type Problem, publicNameProblem, quoted } from '../../registration/index.ts';
import { declaredNames } from '../object/index.ts';
import type { LlmInferenceService } from './schema.ts';

/** One name that LiteLLM's clients may ask for, and what the server calls it. */
export interface Model {
  publicName: string;
  servedName: string;
}

/** Most adapters of one object that are registered: each is a row, and each write of one makes LiteLLM read them all. */
const MAX_ADAPTERS = 64;

/** Names of models that route by their publisher (KServe v0.19 and later): each model has one beside its own. */
const QUALIFIED = 'publishers/';

/**
 * What an object serves: its model, and each of its LoRA adapters under its own name. A name of `model-name` that is one of the model ids
 * means that one, so that ids with a publisher are registered where they are asked for, and else not.
 *
 * @param ids - the model ids that the address answers; undefined where they are not said
 */
export function modelsOf(
  object: LlmInferenceService,
  options: Options,
  ids: readonly string[] | undefined,
): { served: string; names: string[]; models: Model[]; problems: Problem[] } {
  const plain = ids?.filter((id) => !id.startsWith(QUALIFIED));
  const adapters = plain?.filter((id) => object.adapters.includes(id)) ?? object.adapters;
  const served = options.servedName ?? mainModel(object, plain);
  const declared = declaredNames(object, options, served);
  const main = declared.map((publicName) => ({
    publicName,
    servedName: ids?.includes(publicName) ? publicName : served,
  }));
  const all = [...new Set(adapters)].filter((name) => !declared.includes(name) && name !== served);
  const others = all.slice(0, MAX_ADAPTERS);
  const problems = all.length > others.length ? [tooMany(all.length)] : [];
  problems.push(
    ...others.flatMap((name) => {
      const problem = publicNameProblem(name);
      return problem ? [unusable(name, problem)] : [];
    }),
  );
  const usable = others.filter((name) => !publicNameProblem(name));
  const models = [...main, ...usable.map((name) => ({ publicName: name, servedName: name }))];
  return { served, names: models.map(({ publicName }) => publicName), models, problems };
}

/** A base configuration may set another name than the spec shows: then the status alone has it. */
function mainModel({ name, modelName, adapters }: LlmInferenceService, ids: readonly string[] | undefined): string {
  const wanted = modelName ?? name;
  if (!ids || ids.includes(wanted)) return wanted;
  return ids.find((id) => !adapters.includes(id)) ?? wanted;
}

function tooMany(count: number): Problem {
  const message = `The object has ${count} LoRA adapters; the first ${MAX_ADAPTERS} of them are registered.`;
  return { reason: 'NotRoutable', message };
}

function unusable(name: string, problem: string): Problem {
  const message = `The LoRA adapter ${quoted(name)} is not registered: ${problem}; give it another name in spec.model.lora.`;
  return { reason: 'NotRoutable', message };
}
