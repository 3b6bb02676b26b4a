import { expect, inject, test } from 'vitest';
import { attachBed } from '../../bed/index.ts';
import { only, overlay } from './render.ts';

const rendered = await overlay({ resources: ['default'], components: ['components/litellm-keys'] });

test('the keys of further LiteLLMs are mounted as a folder, beside that of the default one', () => {
  const secret = { secretName: 'model-registrar-litellm-keys', defaultMode: 0o440 };
  expect(only(rendered, 'Deployment').spec).toMatchObject({
    template: {
      spec: {
        containers: [
          {
            volumeMounts: expect.arrayContaining([
              { name: 'litellm-key', mountPath: '/etc/model-registrar/litellm', readOnly: true },
              { name: 'litellm-keys', mountPath: '/etc/model-registrar/litellm-keys', readOnly: true },
            ]),
          },
        ],
        volumes: expect.arrayContaining([{ name: 'litellm-keys', secret }]),
      },
    },
  });
});

test('the real API server takes them', async () => {
  await attachBed(inject('bed')).kubernetes.apply(...rendered);
});
