import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { readSettings } from '../../../src/config/index.ts';
import { attachBed } from '../../bed/index.ts';
import { MANIFESTS, only, overlay } from './render.ts';

const file = join(MANIFESTS, 'samples/config.yaml');
const rendered = await overlay({
  resources: ['default'],
  components: ['components/config'],
  configMapGenerator: [
    {
      name: 'model-registrar-config',
      namespace: 'model-registrar',
      literals: [`config.yaml=${readFileSync(file, 'utf8')}`],
    },
  ],
});

test('the sample is right', () => {
  const settings = readSettings({ flags: {}, environment: {}, file });
  expect(settings['owner-id']).toBe('prod-eu');
  expect(settings.tenants.map(({ namespace }) => namespace)).toEqual(['search', 'corp-models', 'team-*']);
  expect(settings.litellms).toMatchObject([
    { name: 'gpu', 'key-file': '/etc/model-registrar/litellm-keys/gpu', 'default-for': ['research-*'] },
  ]);
  expect(settings['shared-names']).toEqual([{ name: 'llama-3-70b', namespaces: ['search', 'team-*'] }]);
});

test('the file is mounted under the name that its contents give it, and the controller is told', () => {
  const { name } = rendered.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.includes('-config-'))
    ?.metadata ?? { name: '' };
  expect(name).toMatch(/^model-registrar-config-\w+$/);
  expect(only(rendered, 'Deployment').spec).toMatchObject({
    template: {
      spec: {
        containers: [
          {
            env: expect.arrayContaining([
              { name: 'MODEL_REGISTRAR_CONFIG', value: '/etc/model-registrar/config/config.yaml' },
            ]),
            volumeMounts: expect.arrayContaining([
              { name: 'config', mountPath: '/etc/model-registrar/config', readOnly: true },
            ]),
          },
        ],
        volumes: expect.arrayContaining([{ name: 'config', configMap: { name } }]),
      },
    },
  });
});

test('the real API server takes them', async () => {
  await attachBed(inject('bed')).kubernetes.apply(...rendered);
});
