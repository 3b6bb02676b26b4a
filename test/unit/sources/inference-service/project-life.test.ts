import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inferenceService as source } from '../../../../src/sources/index.ts';
import {
  addressOf,
  condition,
  container,
  deleting,
  huggingface,
  inferenceService,
  type Manifest,
  ready,
  stored,
  unready,
} from '../../../support/kserve-objects.ts';
import { annotated, PREFIX, problems, project, runtimes, served } from './projecting.ts';

describe('going away', () => {
  it.each<[string, Record<string, string>]>([
    ['an invalid object', { mode: 'nonsense' }],
    ['a good one', { 'model-name': 'qwen' }],
  ])('%s is withdrawn when it is deleted, or stopped', (_, annotations) => {
    const manifest = annotated(annotations);
    expect(
      source.project(source.parse(deleting(manifest)), { selection: 'annotated', address: 'cluster' }, runtimes()),
    ).toMatchObject({
      state: 'withdraw',
      names: ['qwen'],
    });
    Object.assign(manifest.metadata.annotations, { 'serving.kserve.io/stop': 'True' });
    expect(project(manifest)).toMatchObject({ state: 'withdraw', names: ['qwen'] });
  });

  it('is withdrawn under ModelMesh and without a route, too', () => {
    const status = { ...ready(), deploymentMode: 'ModelMesh' };
    const manifest = deleting(annotated({ enabled: 'true' }, { status, predictor: {} }));
    expect(
      source.project(source.parse(manifest), { selection: 'annotated', address: 'cluster' }, runtimes()).state,
    ).toBe('withdraw');
  });
});

describe('ModelMesh', () => {
  const status = { ...ready(), deploymentMode: 'ModelMesh' };

  it('is a mistake where the object asks for it, else ignored', () => {
    expect(project(annotated({ enabled: 'true' }, { status }))).toEqual({
      state: 'invalid',
      names: ['qwen'],
      problems: [{ reason: 'NotRoutable', message: 'ModelMesh serves it, which has no OpenAI API.' }],
    });
    expect(project(inferenceService({ annotations: {}, status }), 'all')).toEqual({
      state: 'ignore',
      names: [],
      why: 'ModelMesh serves it, which has no OpenAI API',
    });
  });
});

describe('invalid', () => {
  it('says all that is wrong at once, Ready or not', () => {
    const rest = { predictor: { model: { modelFormat: { name: 'sklearn' } } } };
    const annotations = { mode: 'x', port: '80' };
    const status = ready({ address: 'ftp://x', runtime: {} });
    const expected = [
      expect.stringContaining('InvalidAnnotation: model-registrar.io/port is for the source service alone'),
      expect.stringContaining('InvalidAnnotation: model-registrar.io/mode is "x"'),
      'NotRoutable: a model of the format "sklearn" with no runtime has no known OpenAI path; set model-registrar.io/base-path to the path of its OpenAI API.',
    ];
    const address = 'NotRoutable: status.address.url is no http or https URL.';
    expect(problems(project(annotated(annotations, { ...rest, status })))).toEqual([...expected, address]);
    expect(problems(project(annotated(annotations, { ...rest, status: {} })))).toEqual(expected);
  });

  it('can be mended by the base path', () => {
    const rest = { predictor: { model: { modelFormat: { name: 'sklearn' }, protocolVersion: 'grpc-v2' } } };
    const status = ready({ runtime: {} });
    expect(problems(project(annotated({ enabled: 'true' }, { ...rest, status })))).toEqual([
      expect.stringMatching(/^NotRoutable: the model is served by gRPC, .*; set model-registrar.io\/base-path/),
    ]);
    expect(served(project(annotated({ 'base-path': '/' }, { ...rest, status }))).registrations[0]?.apiBase).toBe(
      addressOf('qwen', 'llm'),
    );
  });
});

describe('ready or not', () => {
  const withConditions = (...conditions: object[]) => ({ ...ready(), conditions });

  it.each<[string, Record<string, unknown> | undefined, string]>([
    ['no status', undefined, 'KServe has not said yet whether it is Ready'],
    ['an empty status', {}, 'KServe has not said yet whether it is Ready'],
    [
      'False',
      unready(),
      'PredictorReady is False: MinimumReplicasUnavailable: Deployment does not have minimum availability.',
    ],
    [
      'False with copies',
      unready({ copies: 2 }),
      'PredictorReady is False: MinimumReplicasUnavailable: Deployment does not have minimum availability.',
    ],
    [
      'Unknown',
      unready({ status: 'Unknown', reason: 'ReplicaSetUpdated', message: '' }),
      'PredictorReady is Unknown: ReplicaSetUpdated',
    ],
    [
      'the Ingress alone',
      withConditions(condition('PredictorReady', 'True'), condition('Ready', 'False', 'IngressMissing', 'no\nroute')),
      'Ready is False: IngressMissing: no\\nroute',
    ],
    ['Ready alone', withConditions(condition('Ready', 'Unknown')), 'Ready is Unknown'],
  ])('holds on %s', (_, status, why) => {
    const manifest = inferenceService(status ? { status } : {});
    expect(project(manifest)).toEqual({ state: 'hold', names: ['qwen'], why });
  });

  it('holds while there is no address, and never guesses one', () => {
    expect(project(inferenceService({ status: { ...ready(), address: undefined } }))).toEqual({
      state: 'hold',
      names: ['qwen'],
      why: 'it is not routable yet: KServe reports no address',
    });
  });

  it('holds while a transformer that calls go through is not ready, which Ready may pass over', () => {
    const status = (transformer: string) => ({
      ...ready({ address: 'http://qwen-transformer.llm.svc.cluster.local' }),
      conditions: [
        condition('Ready', 'True'),
        condition('TransformerReady', transformer, 'MinimumReplicasUnavailable'),
      ],
    });
    const spec = { transformer: { containers: [] } };
    expect(project(inferenceService({ spec, status: status('False') }))).toMatchObject({
      state: 'hold',
      why: 'TransformerReady is False: MinimumReplicasUnavailable',
    });
    expect(served(project(inferenceService({ spec, status: status('True') }))).registrations[0]?.apiBase).toBe(
      'http://qwen-transformer.llm.svc.cluster.local/openai/v1',
    );
    // One that was taken away leaves its condition behind; and before there is a word about it, Ready counts.
    expect(project(inferenceService({ status: status('False') })).state).toBe('serve');
    expect(project(inferenceService({ spec, status: ready() })).state).toBe('serve');
  });

  it('passes over conditions that are False on every healthy object', () => {
    expect(project(inferenceService({ status: ready() })).state).toBe('serve');
  });
});

describe('whatever the object looks like', () => {
  const junk = fc.oneof(
    fc.constantFrom(null, true, 7, '', 'True', '\u0000', '__proto__', 'http://x/'),
    fc.string(),
    fc.jsonValue(),
  );
  const base = stored(
    inferenceService({
      annotations: { [`${PREFIX}model-name`]: 'a,b', [`${PREFIX}base-path`]: '/v1', [`${PREFIX}notes`]: 'x' },
      predictor: {
        ...huggingface(['--model_name=a', '--task=$(A)'], { env: [{ name: 'A', value: 'b' }] }),
        ...container(),
      },
      status: ready(),
    }),
  );

  /** A copy in which what stands at one place is something else, or gone. */
  function mangle(value: unknown, path: readonly number[], instead: unknown): unknown {
    if (path.length === 0 || typeof value !== 'object' || value === null) return instead;
    const keys = Object.keys(value);
    const key = keys[(path[0] ?? 0) % (keys.length || 1)];
    if (key === undefined) return instead;
    const changed = mangle((value as Record<string, unknown>)[key], path.slice(1), instead);
    return Array.isArray(value)
      ? value.map((item: unknown, index) => (String(index) === key ? changed : item))
      : { ...value, [key]: changed };
  }

  const mangled = fc
    .array(fc.tuple(fc.array(fc.nat(20), { minLength: 1, maxLength: 7 }), junk), { maxLength: 6 })
    .map((changes) => changes.reduce<unknown>((object, [path, instead]) => mangle(object, path, instead), base));

  it('never throws, keeps secrets in, and serves nothing that has no key or a base of another scheme', () => {
    fc.assert(
      fc.property(mangled, fc.constantFrom('annotated' as const, 'all' as const), (raw, selection) => {
        // The identity is given back, since what cannot be identified is refused before.
        const { metadata, ...rest } = typeof raw === 'object' && raw !== null ? (raw as Manifest) : base;
        const { annotations, deletionTimestamp } = (metadata ?? {}) as Manifest['metadata'];
        const object = source.parse({ ...rest, metadata: { ...base.metadata, annotations, deletionTimestamp } });
        const projection = source.project(object, { selection, address: 'cluster' }, runtimes());
        expect(new Set(projection.names).size).toBe(projection.names.length);
        if (projection.state !== 'serve') return;
        expect(projection.registrations.map(({ publicName }) => publicName)).toEqual(projection.names);
        for (const { apiBase, params } of projection.registrations) {
          expect(apiBase).toMatch(/^https?:\/\/[^/@]+(\/.*)?$/);
          expect(apiBase).not.toMatch(/\/$/);
          expect(params).toEqual({ api_key: 'not-needed' });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is projected the same each time, and left as it was', () => {
    const object = source.parse(base);
    const before = structuredClone(object);
    const projection = source.project(object, { selection: 'annotated', address: 'cluster' }, runtimes());
    expect(source.project(object, { selection: 'annotated', address: 'cluster' }, runtimes())).toEqual(projection);
    expect(object).toEqual(before);
  });
});
