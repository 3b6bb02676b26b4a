import { until } from '../../support/wait.ts';
import type { Stage } from './stage.ts';

export interface LlmWish {
  model?: object;
  annotations?: Record<string, string>;
  replicas?: number;
  router?: object;
}

/** What of an LLMInferenceService's status tests read. */
export interface LlmStatus {
  conditions?: { type: string; status: string }[];
  workloads?: { primary?: { readyReplicas?: number } };
}

/** LLMInferenceServices on the stage, and what of them is seen in LiteLLM. */
export interface Llms {
  /** As a user applies it; KServe's own controller does the rest. */
  apply(namespace: string, name: string, wish?: LlmWish): Promise<void>;
  status(namespace: string, name: string): Promise<LlmStatus>;
  remove(namespace: string, name: string): Promise<unknown>;
  /** The public names that LiteLLM has, sorted, between commas. */
  names(): Promise<string>;
  /** Waits until LiteLLM has these names and no more. */
  registered(...wanted: string[]): Promise<unknown>;
  /** Waits until a chat call is answered. */
  answered(model: string): Promise<unknown>;
}

export function openLlms({ bed, cluster, gateway }: Stage): Llms {
  const pathOf = (namespace: string, name: string): string =>
    `/apis/serving.kserve.io/v1alpha2/namespaces/${namespace}/llminferenceservices/${name}`;
  const names = async (): Promise<string> =>
    (await gateway.models())
      .map((row) => row.model_name)
      .toSorted()
      .join();

  return {
    apply: async (namespace, name, { model, annotations = {}, replicas = 1, router } = {}) => {
      await bed.kubernetes.apply({
        apiVersion: 'serving.kserve.io/v1alpha2',
        kind: 'LLMInferenceService',
        metadata: { name, namespace, annotations: { 'model-registrar.io/enabled': 'true', ...annotations } },
        spec: {
          model: { uri: 'hf://meta-llama/Llama-3.1-8B-Instruct', ...model },
          replicas,
          ...(router && { router }),
        },
      });
    },
    status: async (namespace, name) =>
      ((await cluster.call('GET', pathOf(namespace, name))) as { status?: LlmStatus }).status ?? {},
    remove: (namespace, name) => cluster.call('DELETE', pathOf(namespace, name)),
    names,
    registered: (...wanted) =>
      until(`LiteLLM has ${wanted.join()}`, async () => (await names()) === wanted.toSorted().join(), 60_000),
    answered: (model) => until(`${model} answers`, async () => (await gateway.chat(model)).status === 200, 60_000),
  };
}
