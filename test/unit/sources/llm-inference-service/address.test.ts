import { describe, expect, it } from 'vitest';
import { alone, gatewayOf, llmInferenceService } from '../../../support/llm-inference-services.ts';
import { problems, project, served, workloads } from './projecting.ts';

const ALONE = 'http://llama-kserve-workload-svc.llm.svc.cluster.local:8000/v1';

describe('the address of an LLMInferenceService', () => {
  const at = (...addresses: object[]) => llmInferenceService({ status: { ...alone(), addresses } });
  const inside = { name: 'gateway-internal', url: 'http://gw.kserve.svc.cluster.local/llm/llama' };
  const outside = { name: 'gateway-external', url: 'https://inference.example.com/llm/llama' };
  const own = { url: 'http://llama-kserve-workload-svc.llm.svc.cluster.local' };

  it.each<[string, object[], string]>([
    ['the gateway inside rather than the own Service', [own, outside, inside], `${inside.url}/v1`],
    ['the own Service rather than the gateway outside', [outside, own], ALONE],
    ['the gateway outside where there is no other', [outside], `${outside.url}/v1`],
    [
      'none for routing by model',
      [{ name: 'gateway-internal-model-routing', url: 'http://a.b.svc/' }, outside],
      `${outside.url}/v1`,
    ],
    ['no Service of another namespace', [{ url: 'http://litellm.litellm.svc:4000' }, outside], `${outside.url}/v1`],
    ['no gateway outside with the name of a Service', [{ ...outside, url: 'http://a.b.svc/x' }, own], ALONE],
    ['the own Service at a port that is said', [{ url: `https://x.llm.svc:8443/` }], 'https://x.llm.svc:8443/v1'],
  ])('is %s', (_case, addresses, expected) => {
    expect(served(project(at(...addresses)))).toEqual([`llama → llama at ${expected}`]);
  });

  it('is the gateway outside for a LiteLLM outside', () => {
    expect(served(project(at(inside, outside, own), workloads(), { address: 'external' }))).toEqual([
      `llama → llama at ${outside.url}/v1`,
    ]);
  });

  it('is none for a LiteLLM outside where nothing leads there', () => {
    expect(problems(project(at(inside, own), workloads(), { address: 'external' }))).toEqual([
      expect.stringContaining('NotRoutable: None of its addresses (status.addresses) can be called from outside'),
    ]);
  });

  it.each<[string, object]>([
    ['a route', { router: { route: { http: { refs: [{ name: 'mine' }] } } } }],
    ['host names', { router: { route: { http: { spec: { hostnames: ['litellm.litellm.svc.cluster.local'] } } } } }],
    ['a gateway', { router: { gateway: { refs: [{ name: 'mine' }] } } }],
    ['a gateway of a route', { router: { route: { http: { spec: { parentRefs: [{ name: 'mine' }] } } } } }],
    ['a configuration, and the version does not say whose it is', { baseRefs: [{ name: 'mine' }] }],
  ])('is never one of a gateway where its author names %s: the host would be the author’s choice', (_case, spec) => {
    const authored = (...addresses: object[]) => llmInferenceService({ spec, status: { ...alone(), addresses } });
    expect(served(project(authored(inside, outside, own)))).toEqual([`llama → llama at ${ALONE}`]);
    for (const address of ['cluster', 'external'] as const) {
      expect(problems(project(authored(inside, outside), workloads(), { address }))).toEqual([
        expect.stringMatching(/^NotRoutable: None of its addresses .* can be called from .*KServe’s namespace/),
      ]);
    }
  });

  it.each<[string, string, object]>([
    ['of the own namespace', 'llm', { ...inside, origin: gatewayOf('kserve') }],
    ['of the own namespace, for an address outside', 'llm', { ...outside, origin: gatewayOf('kserve') }],
  ])('is never one of a gateway where a configuration %s was applied', (_case, namespace, address) => {
    const applied = (of: string) => ({
      ...alone(),
      addresses: [address],
      appliedConfigs: [{ name: 'x', namespace: of }],
    });
    expect(problems(project(llmInferenceService({ status: applied(namespace) })))).toHaveLength(1);
    const spec = { baseRefs: [{ name: 'x' }] };
    expect(served(project(llmInferenceService({ spec, status: applied('kserve') })))).toHaveLength(1);
  });

  it.each<[string, object]>([
    ['a Service elsewhere than its gateway', { ...inside, origin: gatewayOf('istio-system') }],
    ['a gateway of the own namespace', { ...inside, url: 'http://gw.llm.svc/x', origin: gatewayOf('llm') }],
    ['a gateway of the own namespace, outside', { ...outside, origin: gatewayOf('llm') }],
    ['what a gateway calls internal', { name: 'internal', url: 'http://x.llm.svc.internal/x', origin: gatewayOf('b') }],
  ])('is never %s', (_case, address) => {
    expect(problems(project(at(address)))).toEqual([expect.stringContaining('NotRoutable')]);
    expect(served(project(at(address, own)))).toEqual([`llama → llama at ${ALONE}`]);
  });

  it('is awaited while the status has none', () => {
    expect(project(at())).toMatchObject({ state: 'hold', why: 'it is not routable yet: KServe reports no address' });
  });

  it('is refused where it carries credentials', () => {
    expect(problems(project(at({ url: 'http://user:secret@x.llm.svc' })))).toEqual([
      'NotRoutable: status.addresses[].url carries credentials.',
    ]);
  });
});
