import type { OwnBed } from '../../bed/index.ts';
import { placeOf } from '../stage.ts';

/** Makes one row as anybody would with curl, of what ours holds. Gives the time it took, in milliseconds. */
export async function addBare(litellm: OwnBed['litellm'], index: number, prefix = 'bare'): Promise<number> {
  const { namespace, name } = placeOf(index);
  const body = {
    model_name: `${prefix}-${name}`,
    litellm_params: {
      model: `hosted_vllm/${name}`,
      api_base: `http://${name}-predictor.${namespace}.svc.cluster.local/openai/v1`,
      api_key: 'not-needed',
    },
    model_info: {
      id: `${namespace}.${prefix}-${name}.00000000`,
      max_tokens: 8192,
      max_input_tokens: 8192,
      note: { by: 'a bare loop', of: `inference-service/${namespace}/${name}`, padding: 'x'.repeat(200) },
    },
  };
  const from = performance.now();
  const { status } = await litellm.request('POST', '/model/new', body);
  if (status !== 200) throw new Error(`POST /model/new: ${status}`);
  return performance.now() - from;
}
