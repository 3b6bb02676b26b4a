import { describe, expect, it } from 'vitest';
import { llmInferenceService as source } from '../../../../src/sources/llm-inference-service/index.ts';
import { parseLlmInferenceService } from '../../../../src/sources/llm-inference-service/schema.ts';
import { stored } from '../../../support/kserve-objects.ts';
import { llmInferenceService, workload } from '../../../support/llm-inference-services.ts';

const [workloads] = source.related ?? [];

describe('an LLMInferenceService', () => {
  it('that nobody annotated is kept as little more than its identity, unless all are selected', () => {
    const raw = stored(llmInferenceService({ annotations: {} }));
    const one = parseLlmInferenceService(raw, { selection: 'annotated' });
    const other = parseLlmInferenceService(raw, { selection: 'annotated' });
    expect(one.addresses).toBe(other.addresses);
    expect(one.modelName).toBeUndefined();
    expect(parseLlmInferenceService(raw, { selection: 'all' }).modelName).toBe('llama');
  });

  it.each<[unknown, unknown]>([
    [undefined, undefined],
    [null, 'x'],
    [
      { model: 'x', template: { containers: 'x' } },
      { conditions: 7, addresses: [{ url: 7 }, 'x'], workloads: [] },
    ],
  ])('with the spec %j and the status %j says nothing', (spec, status) => {
    expect(parseLlmInferenceService({ ...stored(llmInferenceService()), spec, status })).toMatchObject({
      modelName: undefined,
      adapters: [],
      addresses: [],
      ready: undefined,
      workload: undefined,
    });
  });

  it('without an identity cannot be read', () => {
    expect(() => parseLlmInferenceService({})).toThrow(/An object of kind LLMInferenceService cannot be read/);
  });
});

describe('a Deployment', () => {
  const parse = (more: object) => workloads?.parse({ ...stored(workload()), ...more });

  it('belongs to the object that owns it', () => {
    const parsed = parse({});
    expect(parsed && workloads?.ownerOf?.(parsed)).toBe('llama');
  });

  it('without a status rolls out', () => {
    expect(parse({ status: undefined })).toMatchObject({ rollingOut: true });
  });

  it('of no replicas does not', () => {
    const { spec, status } = workload({ replicas: 0 });
    expect(parse({ spec, status })).toMatchObject({ rollingOut: false });
  });
});
