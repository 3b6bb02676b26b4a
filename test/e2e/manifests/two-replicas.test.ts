import { expect, inject, test } from 'vitest';
import { attachBed } from '../../bed/index.ts';
import { only, overlay } from './render.ts';

const rendered = await overlay({ resources: ['default'], components: ['components/two-replicas'] });
const label = { 'app.kubernetes.io/name': 'model-registrar' };

test('there are two pods, on two nodes where that can be, and one of them may go at a time', () => {
  expect(only(rendered, 'Deployment').spec).toMatchObject({
    replicas: 2,
    selector: { matchLabels: label },
    template: {
      metadata: { labels: label },
      spec: {
        topologySpreadConstraints: [
          {
            topologyKey: 'kubernetes.io/hostname',
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: label },
          },
        ],
      },
    },
  });
  expect(only(rendered, 'PodDisruptionBudget')).toMatchObject({
    metadata: { namespace: 'model-registrar' },
    spec: { maxUnavailable: 1, selector: { matchLabels: label } },
  });
});

test('the real API server takes them', async () => {
  await attachBed(inject('bed')).kubernetes.apply(...rendered);
});
