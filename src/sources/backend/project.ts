import {
  type Json,
  NO_NAMESPACE,
  type Problem,
  type Projection,
  publicNameProblem,
  quoted,
  type Registration,
  sourceKey,
} from '../../registration/index.ts';
import { BACKEND_KIND, type BackendModel, objectName } from './backend-model.ts';
import { modeOf } from './rules.ts';
import { fillTemplate } from './template.ts';

/** What a model of a listed backend means now. Pure, and never throws. */
export function projectBackendModel(object: BackendModel): Projection {
  const { entry, model, key } = object;
  const publicName = fillTemplate(entry['model-name'], entry.name, model.id);
  const problem = publicNameProblem(publicName);
  if (problem) return { state: 'invalid', names: [], problems: [unfit(object, publicName, problem)] };
  const names = [publicName];
  if (key.state === 'unknown') return { state: 'hold', names, why: key.why };
  if (object.asking) return { state: 'hold', names, why: 'it is asked whether it calls functions' };
  const registration: Registration = {
    publicName,
    provider: entry.provider,
    servedName: model.id,
    apiBase: entry.url,
    params: paramsOf(object),
    info: infoOf(object),
    ...(key.state === 'known' && { keyVersion: key.version }),
    ...(entry.cleanup === 'retain' && { retain: true }),
  };
  const apartFrom = sourceKey({ kind: BACKEND_KIND, namespace: NO_NAMESPACE, name: objectName(entry.name, '') });
  return { state: 'serve', names, registrations: [registration], rollingOut: false, apartFrom, warnings: [] };
}

function paramsOf({ entry, key }: BackendModel): Record<string, Json> {
  const { tags } = entry;
  return {
    ...entry['litellm-params'],
    ...(tags.length > 0 && { tags }),
    // Without a key LiteLLM would send the one that its environment holds for the provider (measured on 1.106.0).
    api_key: key.state === 'known' ? key.value : 'not-needed',
  };
}

function infoOf({ entry, model, callsFunctions }: BackendModel): Record<string, Json> {
  const { notes } = entry;
  const groups = entry['access-groups'];
  const mode = modeOf(entry, model.id);
  const { maxModelLen: length } = model;
  return {
    ...(callsFunctions !== undefined && { supports_function_calling: callsFunctions }),
    ...(length !== undefined && { max_tokens: length, max_input_tokens: length }),
    // What the administrator wrote goes before what was found out.
    ...entry['model-info'],
    ...(mode !== undefined && { mode }),
    ...(notes !== undefined && { notes }),
    ...(groups.length > 0 && { access_groups: groups }),
  };
}

function unfit({ entry, model }: BackendModel, publicName: string, why: string): Problem {
  const made = publicName === model.id ? '' : `, which its model-name makes of ${quoted(model.id)},`;
  return {
    reason: 'InvalidAnnotation',
    message: `Backend ${entry.name}: ${quoted(publicName)}${made} cannot be a public name: ${why}. Exclude the model, or change model-name in the file of --backends.`,
  };
}
