import { describe, expect, it } from 'vitest';
import { huggingface, inferenceService, ready } from '../../../support/kserve-objects.ts';
import { annotated, project, served } from '../inference-service/projecting.ts';

describe('further settings', () => {
  it('go into the entry; annotations of their own and the key of the backend go before them', () => {
    const predictor = huggingface(['--task=text_embedding']);
    const annotations = {
      'litellm-params': 'rpm: 600',
      'model-info': 'supports_vision: true',
      tags: 'gpu, eu',
      notes: 'n',
      'api-key-secret': 'backend/token',
    };
    const projection = served(project(annotated(annotations, { predictor })));
    expect(projection.registrations).toMatchObject([
      {
        params: { rpm: 600, tags: ['gpu', 'eu'], api_key: 'not-needed' },
        info: { supports_vision: true, mode: 'embedding', notes: 'n' },
      },
    ]);
    expect(projection.apiKeySecret).toEqual({ namespace: 'llm', name: 'backend', key: 'token' });
  });

  it('are absent where nobody asks for them', () => {
    const projection = served(project(annotated({ enabled: 'true' })));
    expect(projection.registrations).toMatchObject([{ params: { api_key: 'not-needed' }, info: {} }]);
    expect(projection).not.toHaveProperty('apiKeySecret');
  });
});

describe('a backend that asks for a token', () => {
  const KEY = 'security.opendatahub.io/enable-auth';
  const warning = {
    reason: 'NotRoutable',
    message: `${KEY} is "true", so that calls without a token are answered with 401; set model-registrar.io/api-key-secret to a Secret that holds one.`,
  };

  it.each([
    ['an annotation', { annotations: { 'model-registrar.io/enabled': 'true', [KEY]: 'true' } }],
    ['a label', { labels: { [KEY]: 'true' } }],
  ])('by %s: a Warning, and it is registered all the same', (_, rest) => {
    const projection = served(project(inferenceService({ status: ready(), ...rest })));
    expect(projection.registrations).toHaveLength(1);
    expect(projection.warnings).toEqual([warning]);
  });

  it('and has one: no Warning', () => {
    const manifest = annotated({ 'api-key-secret': 'backend' }, { labels: { [KEY]: 'true' } });
    expect(served(project(manifest)).warnings).toEqual([]);
  });
});
