import { type Fields, shown } from '../fields.ts';
import type { Row } from './database.ts';
import { shownParams } from './masking.ts';
import { MIRRORED_PRICES } from './prices.ts';

/** A model that a replica serves: a row as it was when it was loaded, or a model of the config file. */
export interface Deployment {
  readonly id: string;
  readonly name: string;
  readonly params: Fields;
  readonly info: Fields;
  readonly isBlocked: boolean;
}

/** Info that LiteLLM knows by `litellm_params.model`, not by row: what one row says of it, all rows of that model show. */
const SHARED_INFO = [
  'mode',
  'max_tokens',
  'max_input_tokens',
  'max_output_tokens',
  'supports_vision',
  'supports_function_calling',
];

/** What is known of models by their `litellm_params.model`: it outlives the rows that it came from. */
export type KnownModels = Map<string, Fields>;

/** A row as a router holds it. */
export function deploymentOf(row: Row): Deployment {
  return {
    id: row.model_id,
    name: row.model_name,
    params: row.litellm_params,
    info: { ...row.model_info, id: row.model_id, db_model: true, blocked: row.blocked },
    isBlocked: row.blocked,
  };
}

/** Notes what a deployment says of its model, for all that share it. */
export function learn(known: KnownModels, { params, info }: Deployment): void {
  const model = shown(params.model);
  const said = SHARED_INFO.filter((key) => key in info).map((key) => [key, info[key]]);
  known.set(model, { ...known.get(model), ...Object.fromEntries(said) });
}

/** A deployment as `/model/info` shows it: among other things that nobody wrote, mostly null. */
export function shownDeployment({ name, params, info }: Deployment, known: KnownModels): Fields {
  const model = shown(params.model);
  const nulls = Object.fromEntries([...SHARED_INFO, ...MIRRORED_PRICES, 'rpm', 'tpm'].map((key) => [key, null]));
  return {
    model_name: name,
    litellm_params: shownParams(params),
    model_info: {
      ...nulls,
      ...known.get(model),
      key: model,
      litellm_provider: model.split('/')[0],
      supported_openai_params: ['max_tokens', 'temperature', 'tools'],
      pricing_overrides: MIRRORED_PRICES.filter((key) => key in params),
      access_via_team_ids: [],
      direct_access: true,
      ...info,
    },
  };
}
