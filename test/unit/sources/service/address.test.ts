import { describe, expect, it } from 'vitest';
import { service } from '../../../support/services.ts';
import { problems, project, served, slices } from './projecting.ts';

const port = (name: string, number: number, more: object = {}) => ({ name, port: number, protocol: 'TCP', ...more });

describe('the port', () => {
  it.each<[string, object[], Record<string, string>, string]>([
    ['the only one, whatever its name', [port('web', 9000)], {}, ':9000'],
    ['the only one, without a name', [{ port: 9000 }], {}, ':9000'],
    ['the one named http', [port('metrics', 9090), port('http', 8000)], {}, ':8000'],
    ['the one named openai', [port('metrics', 9090), port('openai', 8000)], {}, ':8000'],
    ['http rather than openai', [port('openai', 1), port('http', 2)], {}, ':2'],
    ['the only one of TCP', [port('quic', 1, { protocol: 'UDP' }), port('web', 2)], {}, ':2'],
    ['the one that is asked for by name', [port('http', 1), port('api', 2)], { port: 'api' }, ':2'],
    ['the one that is asked for by number', [port('http', 1), port('api', 2)], { port: '2' }, ':2'],
    ['left out where it is the usual one', [port('http', 80)], {}, ''],
  ])('is %s', (_case, ports, annotations, expected) => {
    const projection = project(service({ ports, annotations: { enabled: 'true', ...annotations } }));
    expect(served(projection).apiBase).toBe(`http://vllm.llm.svc${expected}/v1`);
  });

  it.each<[string, object[], Record<string, string>, string]>([
    [
      'there are several, and none has a known name',
      [port('web', 1), port('metrics', 2)],
      {},
      "NotRoutable: Which port of the Service speaks OpenAI's API is not clear; set model-registrar.io/port to one of web (1), metrics (2).",
    ],
    [
      'there is none of TCP',
      [port('quic', 1, { protocol: 'UDP' })],
      {},
      'NotRoutable: The Service has no port of TCP.',
    ],
    ['there is none', [], {}, 'NotRoutable: The Service has no port of TCP.'],
    [
      'the one that is asked for is not there',
      [port('http', 1)],
      { port: '8000' },
      'InvalidAnnotation: model-registrar.io/port is "8000", which the Service does not have. Allowed: http (1).',
    ],
    [
      'what is asked for is no port',
      [port('http', 1)],
      { port: 'http/../admin' },
      expect.stringContaining('it is no name and no number of a port') as string,
    ],
  ])('is refused where %s', (_case, ports, annotations, expected) => {
    const projection = project(service({ ports, annotations: { enabled: 'true', ...annotations } }));
    expect(problems(projection)).toContainEqual(expected);
  });
});

describe('the scheme', () => {
  it.each<[string, object, string]>([
    ['http', port('http', 8000), 'http://vllm.llm.svc:8000'],
    ['https by the application protocol', port('web', 8443, { appProtocol: 'HTTPS' }), 'https://vllm.llm.svc:8443'],
    ['https by the name', port('https', 8443), 'https://vllm.llm.svc:8443'],
    ['https by the number', port('web', 443), 'https://vllm.llm.svc'],
  ])('is %s', (_case, one, expected) => {
    expect(served(project(service({ ports: [one] }))).apiBase).toBe(`${expected}/v1`);
  });
});

describe('a headless Service', () => {
  const headless = (ports: object[]) => service({ spec: { clusterIP: 'None' }, ports: ports });

  it('is called at the port of its pods: its name leads to them', () => {
    const related = slices({ port: 8080 });
    expect(served(project(headless([port('http', 80, { targetPort: 'web' })]), related)).apiBase).toBe(
      'http://vllm.llm.svc:8080/v1',
    );
  });

  it('is called at the target port where no slice names it', () => {
    const related = slices({ portName: 'other' });
    const projection = project(headless([port('http', 80, { targetPort: 8080 })]), related);
    expect(served(projection).apiBase).toBe('http://vllm.llm.svc:8080/v1');
  });
});

describe('a Service whose addresses its author may choose', () => {
  it.each<[string, object, string]>([
    [
      'one of type ExternalName',
      { type: 'ExternalName', externalName: 'evil.example.com', selector: null },
      'NotRoutable: The Service is of type ExternalName; only a Service that selects pods is registered.',
    ],
    [
      'one without a selector',
      { selector: undefined },
      'NotRoutable: The Service has no selector; only a Service that selects pods is registered.',
    ],
    [
      'one with an empty selector',
      { selector: {} },
      'NotRoutable: The Service has no selector; only a Service that selects pods is registered.',
    ],
  ])('is refused: %s', (_case, spec, expected) => {
    for (const address of ['cluster', 'external'] as const) {
      const projection = project(service({ spec: { ...spec } }), slices({}), { address });
      expect(problems(projection)).toEqual([expected]);
      // What is registered of it leads elsewhere by now.
      expect(projection).toMatchObject({ unsafe: true });
    }
  });
});

describe('from outside the cluster', () => {
  const outside = (ingress: object[] | undefined, type = 'LoadBalancer', one: object = port('http', 8000)) =>
    project(
      service({ spec: { type }, ports: [one], ...(ingress && { status: { loadBalancer: { ingress } } }) }),
      slices({}),
      {
        address: 'external',
      },
    );

  it.each<[string, object, string]>([
    ['a name', { hostname: 'lb.example.com' }, 'http://lb.example.com:8000/v1'],
    ['an address', { ip: '203.0.113.7' }, 'http://203.0.113.7:8000/v1'],
    ['an address of IPv6', { ip: '2001:db8::7' }, 'http://[2001:db8::7]:8000/v1'],
  ])('it is called at its load balancer: %s', (_case, ingress, expected) => {
    expect(served(outside([ingress])).apiBase).toBe(expected);
  });

  it('it is held until its load balancer has an address', () => {
    expect(outside(undefined)).toMatchObject({ state: 'hold', why: 'its load balancer has no address yet' });
    expect(outside([{}])).toMatchObject({ state: 'hold' });
  });

  it('it is refused where it is of another type', () => {
    expect(problems(outside([{ ip: '203.0.113.7' }], 'ClusterIP'))).toEqual([
      expect.stringContaining('The Service has no address outside the cluster; make it one of type LoadBalancer'),
    ]);
  });

  it('it is refused where the address is none', () => {
    expect(problems(outside([{ hostname: 'user@evil' }]))).toEqual([
      'NotRoutable: The address of its load balancer is none.',
    ]);
  });
});
