import { describe, expect, it } from 'vitest';
import { explainText } from '../../../../src/commands/explain/index.ts';
import { llmInferenceService } from '../../../support/llm-inference-services.ts';
import { service } from '../../../support/services.ts';
import { explain } from './manifests.ts';

/** JSON is YAML too. */
const explained = (...manifests: object[]) =>
  explain(manifests.map((manifest) => `---\n${JSON.stringify(manifest)}\n`).join(''));

describe('a Service', () => {
  it('that is annotated is explained as if an endpoint of it were ready', () => {
    const { objects, others } = explained(service({ annotations: { 'model-name': 'qwen' } }));
    expect(objects).toMatchObject([
      {
        source: 'service/llm/vllm',
        state: 'serve',
        models: [{ name: 'qwen', model: 'hosted_vllm/vllm', basePath: '/v1' }],
      },
    ]);
    expect(others).toEqual({});
  });

  it('that nobody annotated is passed over like any other object', () => {
    const document = explained(service({ annotations: {} }), service());
    expect(document.objects).toHaveLength(1);
    expect(document.others).toEqual({ Service: 1 });
    expect(explainText(document)).toContain('Passed over: 1 Service.');
  });

  it('that is refused is refused', () => {
    const document = explained(service({ spec: { type: 'ExternalName', selector: undefined } }));
    expect(document).toMatchObject({ refused: 1, objects: [{ problems: [{ reason: 'NotRoutable' }] }] });
  });
});

describe('an LLMInferenceService', () => {
  it.each(['v1alpha2', 'v1alpha1'])('of %s is explained as if it were Ready', (version) => {
    const model = { lora: { adapters: [{ name: 'sql', uri: 'hf://x' }] } };
    const manifest = { ...llmInferenceService({ model }), apiVersion: `serving.kserve.io/${version}` };
    expect(explained(manifest).objects).toMatchObject([
      { source: 'llm-inference-service/llm/llama', state: 'serve', models: [{ name: 'llama' }, { name: 'sql' }] },
    ]);
  });

  it('of a version that is not read is said', () => {
    const manifest = { ...llmInferenceService(), apiVersion: 'serving.kserve.io/v1' };
    expect(explainText(explained(manifest))).toContain(
      '(only serving.kserve.io/v1alpha2 and serving.kserve.io/v1alpha1 is read)',
    );
  });
});
