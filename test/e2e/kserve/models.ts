/** Specs of models that KServe's built-in runtimes serve. */

interface Wish {
  args?: string[];
  replicas?: number;
  /** Name of a runtime; else KServe chooses by the format. */
  runtime?: string;
  /** Of the predictor; KServe puts it into the names of Deployment and Service. */
  name?: string;
  uri?: string;
}

/** A predictor of KServe's vLLM runtime: it serves the InferenceService's name at `/v1`. */
export function vllmPredictor({
  args = [],
  replicas = 1,
  runtime,
  name,
  uri = 'hf://example/model',
}: Wish = {}): object {
  const model = {
    modelFormat: { name: 'vLLM' },
    storageUri: uri,
    args,
    ...(runtime && { runtime }),
    // KServe's webhook adds these two to the predictor, and not to a canary's.
    name: '',
    resources: {},
  };
  return { ...(name && { name }), minReplicas: replicas, model };
}

/** A model of KServe's vLLM runtime. */
export function vllm(wish: Wish = {}): object {
  return { predictor: vllmPredictor(wish) };
}

/** A model of KServe's Hugging Face server: at `/openai/v1`. */
export function huggingFace({ args = [], replicas = 1 }: Wish = {}): object {
  const model = { modelFormat: { name: 'huggingface' }, storageUri: 'hf://example/model', args };
  return { predictor: { minReplicas: replicas, model } };
}
