import { expect, it } from 'vitest';
import { howToStop, whoLeads } from '../../../../src/commands/withdrawal/leaders.ts';
import type { Lease } from '../../../../src/kubernetes/index.ts';

const lease = (namespace: string, holder: string): Lease => ({
  namespace,
  name: 'model-registrar',
  annotations: {},
  record: { holder, durationMs: 15_000, transitions: 0 },
  raw: {},
});

it('names the Deployments of the namespace of the Lease, and the usual one where none is seen', () => {
  const installed = ['a/registrar-1', 'a/registrar-2', 'elsewhere/model-registrar'];
  expect(howToStop([lease('a', 'pod-1'), lease('a', 'pod-2'), lease('b', 'pod-3')], installed)).toEqual([
    'kubectl -n a scale deployment/registrar-1 --replicas=0',
    'kubectl -n a scale deployment/registrar-2 --replicas=0',
    'kubectl -n b scale deployment/model-registrar --replicas=0',
  ]);
});

it('names who holds which Lease', () => {
  expect(whoLeads([lease('a', 'pod-1'), lease('b', 'pod-3')])).toBe(
    'pod-1 holds the Lease a/model-registrar, and pod-3 holds the Lease b/model-registrar',
  );
});
