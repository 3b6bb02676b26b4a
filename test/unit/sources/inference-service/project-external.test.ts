import { describe, expect, it } from 'vitest';
import { inferenceService, knative, ready, unready } from '../../../support/kserve-objects.ts';
import { problems, project, runtimes, served } from './projecting.ts';

type Rest = NonNullable<Parameters<typeof inferenceService>[0]>;
const outside = (rest: Rest) => project(inferenceService(rest), 'annotated', runtimes(), 'external');
const remedy = 'expose the service, or set --address to cluster if LiteLLM runs in the same cluster.';

describe('LiteLLM outside the cluster', () => {
  it.each([
    [
      'Standard',
      { status: ready({ url: 'https://qwen-llm.models.example.org/' }) },
      'https://qwen-llm.models.example.org/openai/v1',
    ],
    ['Knative', { status: knative() }, 'http://phi.llm.example.com/openai/v1'],
    [
      'exposed by its label',
      { labels: { 'networking.kserve.io/visibility': 'exposed' }, status: ready() },
      'http://qwen-llm.example.com/openai/v1',
    ],
    [
      'a host with svc in its name',
      { status: ready({ url: 'http://svc.example.com' }) },
      'http://svc.example.com/openai/v1',
    ],
    [
      'a label svc in its host, as the domain of a company',
      { status: ready({ url: 'https://qwen-llm.svc.acme.com' }) },
      'https://qwen-llm.svc.acme.com/openai/v1',
    ],
  ])('%s: gets what the service publishes', (_, rest, apiBase) => {
    expect(served(outside(rest)).registrations[0]?.apiBase).toBe(apiBase);
  });

  it.each<[string, Rest, string]>([
    [
      'local to the cluster by the label of KServe, though it has a URL',
      { labels: { 'networking.kserve.io/visibility': 'cluster-local' }, status: ready() },
      'the label networking.kserve.io/visibility keeps it inside the cluster',
    ],
    [
      'by the label of Knative, Ready or not',
      { labels: { 'networking.knative.dev/visibility': 'cluster-local' }, status: unready() },
      'the label networking.knative.dev/visibility keeps it inside the cluster',
    ],
    [
      'a URL inside',
      { status: ready({ url: 'http://qwen.llm.svc.cluster.local' }) },
      'status.url is an address inside the cluster',
    ],
    [
      'a URL inside, with a port',
      { status: ready({ url: 'https://qwen.llm.svc:8443' }) },
      'status.url is an address inside the cluster',
    ],
    [
      'a URL inside, of a cluster with a domain of its own',
      {
        status: ready({ url: 'http://qwen.llm.svc.corp.example.', address: 'http://q-predictor.llm.svc.corp.example' }),
      },
      'status.url is an address inside the cluster',
    ],
    ['no URL', { status: { ...ready(), url: undefined } }, 'it has no address outside the cluster (status.url)'],
  ])('%s: is told why not', (_, rest, why) => {
    expect(problems(outside(rest))).toEqual([`NotRoutable: ${why}; ${remedy}`]);
  });

  it('holds while KServe may still name a URL', () => {
    expect(outside({ status: { ...unready(), url: undefined } }).state).toBe('hold');
  });

  it('takes no URL that carries credentials', () => {
    expect(problems(outside({ status: ready({ url: 'http://user:sk-canary@qwen.example.org' }) }))).toEqual([
      'NotRoutable: status.url carries credentials.',
    ]);
  });
});

it('inside the cluster a dead status.url does not matter', () => {
  const manifest = inferenceService({ status: ready({ url: 'http://user:x@nowhere' }) });
  expect(served(project(manifest)).registrations[0]?.apiBase).toBe(
    'http://qwen-predictor.llm.svc.cluster.local/openai/v1',
  );
});
