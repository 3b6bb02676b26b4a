import { describe, expect, it } from 'vitest';
import { noRuntimeYet, unreadyReason } from '../../../../src/sources/inference-service/readiness.ts';
import { parseInferenceService } from '../../../../src/sources/inference-service/schema.ts';
import { container, huggingface, inferenceService, ready, stored, unready } from '../../../support/kserve-objects.ts';

const parse = (rest: Parameters<typeof inferenceService>[0]) => parseInferenceService(stored(inferenceService(rest)));

describe('unreadyReason', () => {
  it('has none for a Ready object', () => {
    expect(unreadyReason(parse({ status: ready() }))).toBeUndefined();
  });

  it('tells the cause by the predictor, on one line', () => {
    expect(unreadyReason(parse({ status: unready({ reason: 'Why', message: 'one\ntwo' }) }))).toBe(
      'PredictorReady is False: Why: one\\ntwo',
    );
  });
});

describe('noRuntimeYet', () => {
  const format = (runtime?: string) => huggingface([], { modelFormat: { name: 'llm' }, runtime });

  const noRuntimeOf = (rest: Parameters<typeof parse>[0]) => noRuntimeYet(parse(rest).predictor);

  it('speaks of a model alone that neither format nor runtime tells anything about', () => {
    expect(noRuntimeOf({ predictor: format() })).toBe('KServe names no runtime for it yet');
    expect(noRuntimeOf({ predictor: format('mine') })).toBeUndefined();
    expect(noRuntimeOf({ predictor: format(), status: { servingRuntimeName: 'mine' } })).toBeUndefined();
    expect(noRuntimeOf({ predictor: huggingface([]) })).toBeUndefined();
    expect(noRuntimeOf({ predictor: container({ image: 'mine', command: ['/start'] }) })).toBeUndefined();
    expect(noRuntimeOf({ predictor: {} })).toBeUndefined();
  });
});
