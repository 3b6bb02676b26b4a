import { describe, expect, it } from 'vitest';
import { service as source } from '../../../../src/sources/service/index.ts';
import { parseService } from '../../../../src/sources/service/schema.ts';
import { stored } from '../../../support/kserve-objects.ts';
import { endpointSlice, service } from '../../../support/services.ts';

const [slices] = source.related ?? [];
const slice = (more: object) => slices?.parse({ ...endpointSlice(), ...more });

describe('a Service', () => {
  it('that nobody annotated is kept as little more than its identity, one and the same for all', () => {
    const one = parseService(stored(service({ annotations: {} })));
    const other = parseService(stored(service({ name: 'other', annotations: {} })));
    expect(one.ports).toBe(other.ports);
    expect(one).toMatchObject({ namespace: 'llm', name: 'vllm', annotations: {}, ports: [] });
  });

  it.each([undefined, null, 'x', [], { ports: 'x', selector: 'x' }, { ports: [{ port: 70_000 }, { port: 'x' }, 7] }])(
    'with the spec %j has no ports and no selector',
    (spec) => {
      const raw = { ...stored(service()), spec };
      expect(parseService(raw)).toMatchObject({ ports: [], selects: false, type: 'ClusterIP' });
    },
  );

  it('without an identity cannot be read', () => {
    expect(() => parseService({ metadata: { name: 'x' } })).toThrow(/An object of kind Service cannot be read/);
  });
});

describe('an EndpointSlice', () => {
  const identity = { uid: 'u', resourceVersion: '1' };
  const metadata = { name: 'x', namespace: 'llm', labels: { 'kubernetes.io/service-name': 'vllm' }, ...identity };

  it('belongs to the Service that its label names', () => {
    const parsed = slice({ metadata });
    expect(parsed).toMatchObject({ namespace: 'llm', name: 'x', service: 'vllm', ready: true });
    expect(parsed && slices?.ownerOf?.(parsed)).toBe('vllm');
  });

  it('belongs to none without the label', () => {
    const parsed = slice({ metadata: { name: 'x', namespace: 'llm', ...identity } });
    expect(parsed && slices?.ownerOf?.(parsed)).toBeUndefined();
  });

  it('may say nothing', () => {
    expect(slice({ metadata, endpoints: null, ports: null })).toMatchObject({ ready: false, ports: [] });
  });

  it('without an identity cannot be read', () => {
    expect(() => slices?.parse({})).toThrow(/An object of kind EndpointSlice cannot be read/);
  });
});
