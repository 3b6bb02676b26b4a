import { expect, test } from 'vitest';
import { explainText } from '../../../../src/commands/explain/index.ts';
import { explain, model } from './manifests.ts';

test('an object that is given twice counts once, the last time, and that is said', () => {
  const { objects } = explain(`${model('x', { predictor: '{}' })}${model('y')}${model('x')}`);
  expect(objects.map(({ source }) => source)).toEqual(['inference-service/default/y', 'inference-service/default/x']);
  expect(objects[1]).toMatchObject({ state: 'serve', problems: [] });
  expect(objects[1]?.notes.at(-1)).toBe(
    'It is given more than once, in m.yaml: the last one counts, as kubectl apply has it.',
  );
  expect(objects[0]?.notes.join()).not.toContain('more than once');
});

test('an InferenceService of an apiVersion that is not read is said', () => {
  const document = explain(model('x').replace('v1beta1', 'v1alpha1'));
  expect(document.objects).toEqual([]);
  expect(explainText(document)).toContain(
    'Passed over: 1 InferenceService of serving.kserve.io/v1alpha1 (only serving.kserve.io/v1beta1 is read).',
  );
});
