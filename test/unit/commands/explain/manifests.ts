import { type ExplainDocument, explainManifests, readText } from '../../../../src/commands/explain/index.ts';

/** What explain runs with unless told otherwise. */
export const SETTINGS = { selection: 'annotated', address: 'cluster', namespace: 'default' } as const;

/** What a text of manifests would register. */
export function explain(yaml: string, settings: object = {}): ExplainDocument {
  return explainManifests(readText('m.yaml', yaml), { ...SETTINGS, ...settings });
}

/** An InferenceService of a model format. */
export function model(
  name: string,
  more: { annotations?: string; namespace?: string; predictor?: string } = {},
): string {
  const { annotations = 'model-registrar.io/enabled: "true"', namespace, predictor } = more;
  return `---
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: { name: ${name}, ${namespace ? `namespace: ${namespace}, ` : ''}annotations: { ${annotations} } }
spec: { predictor: ${predictor ?? '{ model: { modelFormat: { name: huggingface }, args: [--max-model-len=4096] } }'} }
`;
}
