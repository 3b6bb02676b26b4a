import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { readBackends } from '../../../src/sources/index.ts';
import { attachBed } from '../../bed/index.ts';
import { MANIFESTS, only, overlay, type Rendered } from './render.ts';

const sample = readFileSync(join(MANIFESTS, 'samples/backends.yaml'), 'utf8');
const rendered = await overlay({
  resources: ['default'],
  components: ['components/backends'],
  configMapGenerator: [
    {
      name: 'model-registrar-backends',
      namespace: 'model-registrar',
      literals: [`backends.yaml=${sample}`],
      options: { disableNameSuffixHash: true },
    },
  ],
});

const container = (deployment: Rendered) =>
  (deployment.spec as { template: { spec: { containers: object[]; volumes: object[] } } }).template.spec;

test('the sample is right, and its key files are where the component mounts them', () => {
  const read = readBackends(sample, 'backends.yaml');
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  expect(read.value.map(({ name }) => name)).toEqual(['lab', 'box', 'partner']);
  const files = read.value.flatMap((entry) => entry['api-key-file'] ?? []);
  expect(files).toEqual(['/etc/model-registrar/backend-keys/box']);
});

test('the file and the keys are mounted as folders, and the controller is told', () => {
  const { containers, volumes } = container(only(rendered, 'Deployment'));
  expect(containers[0]).toMatchObject({
    env: expect.arrayContaining([
      { name: 'MODEL_REGISTRAR_BACKENDS', value: '/etc/model-registrar/backends/backends.yaml' },
    ]),
    volumeMounts: expect.arrayContaining([
      { name: 'litellm-key', mountPath: '/etc/model-registrar/litellm', readOnly: true },
      { name: 'backends', mountPath: '/etc/model-registrar/backends', readOnly: true },
      { name: 'backend-keys', mountPath: '/etc/model-registrar/backend-keys', readOnly: true },
    ]),
  });
  expect(volumes).toContainEqual({ name: 'backends', configMap: { name: 'model-registrar-backends' } });
  expect(volumes).toContainEqual(
    expect.objectContaining({
      secret: expect.objectContaining({ secretName: 'model-registrar-backend-keys', optional: true }),
    }),
  );
});

test('the real API server takes them', async () => {
  await attachBed(inject('bed')).kubernetes.apply(...rendered);
});
