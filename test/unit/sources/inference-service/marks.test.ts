import { describe, expect, it } from 'vitest';
import { readMarks } from '../../../../src/sources/inference-service/marks.ts';

describe('readMarks', () => {
  it('finds nothing where nothing is', () => {
    expect(readMarks({}, {})).toEqual({
      stopped: false,
      frozen: false,
      predictive: false,
      authenticated: false,
      labels: {},
      annotations: {},
    });
  });

  it.each([
    ['stopped', 'serving.kserve.io/stop', 'True'],
    ['frozen', 'serving.kserve.io/disable-auto-update', 'true'],
    ['predictive', 'opendatahub.io/model-type', 'predictive'],
    ['authenticated', 'security.opendatahub.io/enable-auth', 'true'],
  ] as const)('%s by the annotation %s', (mark, key, value) => {
    expect(readMarks({}, { [key]: value })[mark]).toBe(true);
    expect(readMarks({}, { [key]: 'generative' })[mark]).toBe(false);
    expect(readMarks({}, { [key]: true })[mark]).toBe(false);
  });

  it.each([
    ['predictive', 'opendatahub.io/model-type', 'predictive', true],
    ['authenticated', 'security.opendatahub.io/enable-auth', 'true', true],
    ['stopped', 'serving.kserve.io/stop', 'true', false],
  ] as const)('%s by the label %s=%s: %s', (mark, key, value, is) => {
    expect(readMarks({ [key]: value }, {})[mark]).toBe(is);
  });

  it.each(['networking.kserve.io/visibility', 'networking.knative.dev/visibility'])(
    'inside the cluster by %s',
    (key) => {
      expect(readMarks({ [key]: 'cluster-local' }, {}).clusterLocal).toBe(key);
      expect(readMarks({ [key]: 'exposed' }, {}).clusterLocal).toBeUndefined();
      expect(readMarks({}, { [key]: 'cluster-local' }).clusterLocal).toBeUndefined();
    },
  );
});
