import { describe, expect, it } from 'vitest';
import { inferenceService, sources } from '../../../src/sources/index.ts';

describe('the catalogue of sources', () => {
  it('knows InferenceService, where KServe serves it', () => {
    expect(sources.get('inference-service')).toBe(inferenceService);
    expect(inferenceService.resource).toEqual({
      group: 'serving.kserve.io',
      version: 'v1beta1',
      plural: 'inferenceservices',
      kind: 'InferenceService',
    });
  });

  it.each([...sources])('%s is listed under its own kind, in the way users write it', (kind, source) => {
    expect(source.kind).toBe(kind);
    expect(kind).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });
});
