import {
  addressOf,
  container,
  huggingface,
  inferenceService,
  knative,
  knativeRollout,
  type Manifest,
  ready,
  runtime,
  stopped,
  vllm,
} from './kserve-objects.ts';

/** An InferenceService as KServe v0.20.0 shows it, and what LiteLLM should hold for it. */
export interface TableRow {
  /** What is special about it. */
  what: string;
  object: Manifest;
  /** Serving runtimes that the cluster has, beside those that KServe brings. */
  runtimes?: Manifest[];
  /** Absent where it is not registered: then `told` says what the object means. */
  wanted?: { apiBase: string; model: string; mode?: string; maxTokens?: number };
  told?: 'withdraw' | 'hold' | 'invalid';
}

const enabled = { 'model-registrar.io/enabled': 'true' };
const standard = { ...enabled, 'serving.kserve.io/deploymentMode': 'Standard' };

/** A Ready one in Standard mode, with its usual address. */
function row(
  name: string,
  what: string,
  predictor: Record<string, unknown>,
  wanted: Partial<NonNullable<TableRow['wanted']>> & { path: string },
  more: { runtime?: Record<string, unknown>; runtimes?: Manifest[] } = {},
): TableRow {
  const { path, ...rest } = wanted;
  const status = ready({ address: addressOf(name, 'llm'), ...(more.runtime && { runtime: more.runtime }) });
  return {
    what,
    object: inferenceService({ name, annotations: standard, predictor, status }),
    ...(more.runtimes && { runtimes: more.runtimes }),
    wanted: { apiBase: `${addressOf(name, 'llm')}${path}`, model: name, ...rest },
  };
}

const onVllm = { clusterServingRuntimeName: 'kserve-vllmserver' };
const houseVllm = runtime(
  'vllm-cuda',
  { image: 'vllm/vllm-openai:v0.11.0', args: ['--port=8080', '--served-model-name={{.Name}}', '--max-model-len=2048'] },
  { namespace: 'llm' },
);
const onHouse = { servingRuntimeName: 'vllm-cuda' };
const twoNames = runtime('vllm-two', { image: 'vllm/vllm-openai:v0.11.0', args: ['--served-model-name', 'a', 'b'] });

/** One row for each shape that KServe's status takes, and for each way in which a server is told its name, task and length. */
export const TABLE: readonly TableRow[] = [
  row(
    'hf-named',
    'Hugging Face server, a name and a length in its arguments',
    huggingface(['--model_name=qwen2-5', '--max_model_len=8192']),
    { path: '/openai/v1', model: 'qwen2-5', maxTokens: 8192 },
  ),
  row('hf-plain', 'Hugging Face server that leaves its name to the runtime', huggingface([]), { path: '/openai/v1' }),
  row(
    'vllm-plain',
    'vLLM server that leaves its name to the runtime',
    vllm(['--max-model-len', '4096', '--enable-auto-tool-choice', '--tool-call-parser', 'hermes']),
    { path: '/v1', maxTokens: 4096 },
    { runtime: onVllm },
  ),
  row(
    'vllm-house',
    'a runtime of the namespace, with its name as a placeholder and a length that the object overrules',
    vllm(['--max-model-len=4096'], { runtime: 'vllm-cuda' }),
    { path: '/v1', maxTokens: 4096 },
    { runtime: onHouse, runtimes: [houseVllm] },
  ),
  row(
    'vllm-last',
    'arguments of the object follow those of the runtime, and the last one wins',
    vllm(['--served-model-name=own'], { runtime: 'vllm-cuda' }),
    { path: '/v1', model: 'own', maxTokens: 2048 },
    { runtime: onHouse, runtimes: [houseVllm] },
  ),
  row(
    'vllm-two',
    'a runtime with two names: the first one is taken',
    vllm([], { runtime: 'vllm-two' }),
    { path: '/v1', model: 'a' },
    { runtime: { clusterServingRuntimeName: 'vllm-two' }, runtimes: [twoNames] },
  ),
  row(
    'embed-hf',
    'Hugging Face server with an embedding task',
    huggingface(['--model_name=bge-m3', '--backend=huggingface', '--task=text_embedding']),
    { path: '/openai/v1', model: 'bge-m3', mode: 'embedding' },
  ),
  row(
    'embed-task',
    'vLLM with an embedding task',
    vllm(['--task', 'embed']),
    { path: '/v1', mode: 'embedding' },
    { runtime: onVllm },
  ),
  row(
    'embed-pooling',
    'vLLM as a pooling model',
    vllm(['--runner', 'pooling']),
    { path: '/v1', mode: 'embedding' },
    { runtime: onVllm },
  ),
  row('container', 'a container with vllm serve', container(), { path: '/v1', model: 'mistral' }, { runtime: {} }),
  row(
    'one-liner',
    'a container whose shell starts the server',
    container({
      command: ['sh', '-c'],
      args: ['exec vllm serve mistralai/Mistral-7B --served-model-name "$NAME" --max-model-len 16k'],
      env: [{ name: 'NAME', value: 'mistral-7b' }],
    }),
    { path: '/v1', model: 'mistral-7b', maxTokens: 16_000 },
    { runtime: {} },
  ),
  row(
    'sglang',
    'SGLang',
    container({
      image: 'lmsysorg/sglang:v0.5.3',
      command: ['python3', '-m', 'sglang.launch_server'],
      args: [
        '--model-path',
        'Qwen/Qwen3-Embedding',
        '--served-model-name',
        'qe',
        '--context-length',
        '8192',
        '--is-embedding',
      ],
    }),
    { path: '/v1', model: 'qe', mode: 'embedding', maxTokens: 8192 },
    { runtime: {} },
  ),
  row(
    'tei',
    'Text Embeddings Inference',
    container({
      image: 'ghcr.io/huggingface/text-embeddings-inference:1.8',
      command: [],
      args: ['--model-id', 'BAAI/bge-reranker-v2-m3', '--port', '8080'],
    }),
    { path: '/v1', mode: 'rerank' },
    { runtime: {} },
  ),
  row(
    'llama-cpp',
    'llama.cpp',
    container({
      image: 'ghcr.io/ggml-org/llama.cpp:server',
      command: ['llama-server'],
      args: ['-m', '/mnt/models/m.gguf', '--alias', 'gemma', '-c', '8192'],
    }),
    { path: '/v1', model: 'gemma', maxTokens: 8192 },
    { runtime: {} },
  ),
  {
    what: 'headless, and local to the cluster: the port is in the address, and the URL outside is dead',
    object: inferenceService({
      name: 'headless',
      labels: { 'networking.kserve.io/visibility': 'cluster-local' },
      annotations: standard,
      status: ready({ address: `${addressOf('headless', 'llm')}:8080`, url: 'http://headless-llm.example.com' }),
    }),
    wanted: { apiBase: 'http://headless-predictor.llm.svc.cluster.local:8080/openai/v1', model: 'headless' },
  },
  {
    what: 'a promoted canary: the address is that of the predictor by its name',
    object: inferenceService({
      name: 'canary',
      annotations: standard,
      predictor: { name: 'v2', ...huggingface(['--model_name=canary']) },
      status: ready({ address: 'http://canary-v2-predictor.llm.svc.cluster.local/' }),
    }),
    wanted: { apiBase: 'http://canary-v2-predictor.llm.svc.cluster.local/openai/v1', model: 'canary' },
  },
  {
    what: 'a transformer stands before it',
    object: inferenceService({
      name: 'behind',
      annotations: standard,
      spec: { transformer: { containers: [{ name: 'kserve-container', image: 'example.com/transformer' }] } },
      status: ready({ address: 'http://behind-transformer.llm.svc.cluster.local' }),
    }),
    wanted: { apiBase: 'http://behind-transformer.llm.svc.cluster.local/openai/v1', model: 'behind' },
  },
  {
    what: 'Knative, scaled to zero',
    object: inferenceService({
      name: 'phi',
      annotations: { ...enabled, 'serving.kserve.io/deploymentMode': 'Knative' },
      predictor: { ...huggingface([]), minReplicas: 0 },
      status: knative(),
    }),
    wanted: { apiBase: 'http://phi.llm.svc.cluster.local/openai/v1', model: 'phi' },
  },
  {
    what: 'Knative, while a new revision comes up',
    object: inferenceService({
      name: 'phi-rolling',
      annotations: { ...enabled, 'serving.kserve.io/deploymentMode': 'Knative' },
      status: knativeRollout(),
    }),
    told: 'hold',
  },
  {
    what: 'stopped',
    object: inferenceService({
      name: 'stopped',
      annotations: { ...standard, 'serving.kserve.io/stop': 'true' },
      status: stopped(),
    }),
    told: 'withdraw',
  },
  {
    what: 'a classifier',
    object: inferenceService({
      name: 'sklearn',
      annotations: standard,
      predictor: { model: { modelFormat: { name: 'sklearn' }, storageUri: 's3://models/iris' } },
      status: ready({ runtime: { clusterServingRuntimeName: 'kserve-sklearnserver' } }),
    }),
    told: 'invalid',
  },
];
