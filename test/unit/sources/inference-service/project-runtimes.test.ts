import { describe, expect, it } from 'vitest';
import { inferenceService as source } from '../../../../src/sources/index.ts';
import {
  huggingface,
  inferenceService,
  ready,
  runtime,
  stopped,
  stored,
  unready,
  vllm,
} from '../../../support/kserve-objects.ts';
import { NO_RELATED } from '../../../support/no-related.ts';
import { annotated, problems, project, runtimes, served } from './projecting.ts';

const status = ready({ runtime: { servingRuntimeName: 'mine' } });
const bare = huggingface([], { modelFormat: { name: 'llm' } });

describe('a runtime that cannot be had', () => {
  it.each([
    [
      'cannot be read',
      NO_RELATED,
      'NotRoutable: The serving runtime "mine" cannot be read, and only it tells the served name and the path of the OpenAI API: give the right to list and watch servingruntimes and clusterservingruntimes of serving.kserve.io, or set model-registrar.io/served-name and model-registrar.io/base-path.',
    ],
    [
      'is not there',
      runtimes(),
      'NotRoutable: The serving runtime "mine" is not there, and only it tells the served name and the path of the OpenAI API: create it, or name one that exists, or set model-registrar.io/served-name and model-registrar.io/base-path.',
    ],
  ])('%s: nothing is registered or changed, and a Warning says why', (_, related, message) => {
    const projection = project(inferenceService({ predictor: bare, status }), 'annotated', related);
    expect(projection.names).toEqual([]);
    expect(problems(projection)).toEqual([message]);
  });

  it('asks only for what is needed', () => {
    const named = annotated({ 'served-name': 'a' }, { predictor: bare, status });
    expect(problems(project(named, 'annotated', NO_RELATED))).toEqual([
      expect.stringContaining('set model-registrar.io/base-path.'),
    ]);
    const rooted = annotated({ 'base-path': '/v1' }, { predictor: bare, status });
    expect(problems(project(rooted, 'annotated', NO_RELATED))).toEqual([
      expect.stringContaining('set model-registrar.io/served-name.'),
    ]);
    expect(problems(project(inferenceService({ predictor: vllm([]), status }), 'annotated', NO_RELATED))).toEqual([
      expect.stringContaining('only it tells the served name: give'),
    ]);
  });

  it.each([
    ['annotations', annotated({ 'served-name': 'a', 'base-path': '/v1' }, { predictor: bare, status })],
    ['its own arguments', inferenceService({ predictor: vllm(['--served-model-name=a']), status })],
  ])('is not needed where %s tell all', (_, manifest) => {
    for (const related of [NO_RELATED, runtimes()]) {
      expect(served(project(manifest, 'annotated', related)).registrations).toMatchObject([
        { publicName: 'a', servedName: 'a', apiBase: 'http://qwen-predictor.llm.svc.cluster.local/v1' },
      ]);
    }
  });

  it('keeps the claim on names that an annotation gives', () => {
    expect(
      project(annotated({ 'model-name': 'public' }, { predictor: bare, status }), 'annotated', NO_RELATED),
    ).toMatchObject({
      state: 'invalid',
      names: ['public'],
    });
  });

  it('does not hide that an object is stopped', () => {
    const annotations = { 'model-registrar.io/enabled': 'true', 'serving.kserve.io/stop': 'true' };
    expect(project(inferenceService({ annotations, predictor: bare, status }), 'annotated', NO_RELATED).state).toBe(
      'withdraw',
    );
  });

  it('a stopped object claims the name that it most likely has: KServe forgets its runtime, and without a claim others take it', () => {
    const annotations = { 'model-registrar.io/enabled': 'true', 'serving.kserve.io/stop': 'true' };
    const on = (more: Record<string, unknown>) =>
      project(
        inferenceService({ annotations, predictor: huggingface([], more), status: stopped() }),
        'annotated',
        NO_RELATED,
      );
    expect(on({})).toMatchObject({ state: 'withdraw', names: ['qwen'] });
    // A runtime that is named and cannot be read may say another name.
    expect(on({ runtime: 'mine' })).toMatchObject({ state: 'withdraw', names: [] });
  });

  it('all: what nobody annotated is neither withdrawn nor taken while only the runtime could tell what it is', () => {
    const manifest = inferenceService({ annotations: {}, predictor: bare, status });
    expect(project(manifest, 'all', NO_RELATED)).toEqual({
      state: 'hold',
      names: [],
      why: 'the serving runtime "mine" cannot be read',
    });
    expect(project(manifest, 'all', runtimes())).toMatchObject({
      state: 'hold',
      why: 'the serving runtime "mine" is not there',
    });
    const known = runtimes(runtime('mine', { image: 'corp/vllm:1' }, { namespace: 'llm' }));
    expect(project(manifest, 'all', known).state).toBe('serve');
  });
});

describe('a runtime that is known', () => {
  it('of gRPC is no address, unless a path is given', () => {
    const known = runtimes(runtime('mine', {}, { namespace: 'llm', spec: { protocolVersions: ['grpc-v2'] } }));
    const grpc = 'its serving runtime speaks gRPC, which LiteLLM does not speak';
    expect(problems(project(inferenceService({ predictor: vllm([]), status }), 'annotated', known))).toEqual([
      `NotRoutable: ${grpc}; set model-registrar.io/base-path to the path of its OpenAI API.`,
    ]);
    expect(project(inferenceService({ annotations: {}, predictor: vllm([]), status }), 'all', known)).toEqual({
      state: 'ignore',
      names: [],
      why: grpc,
    });
    const rooted = annotated({ 'base-path': '/v1' }, { predictor: vllm([]), status });
    expect(project(rooted, 'annotated', known).state).toBe('serve');
  });

  it('tells the task of a classifier', () => {
    const known = runtimes(runtime('mine', { args: ['--task=fill_mask'] }, { namespace: 'llm' }));
    expect(problems(project(inferenceService({ status }), 'annotated', known))).toEqual([
      expect.stringContaining('its task is "fill_mask"'),
    ]);
  });

  it('that is edited is taken over when its pods are: a rollout is seen as before', () => {
    const edited = runtimes(runtime('mine', { args: ['--served-model-name=new'] }, { namespace: 'llm' }));
    const at = (reason: string) =>
      served(
        project(
          inferenceService({ predictor: vllm([]), status: ready({ reason, runtime: { servingRuntimeName: 'mine' } }) }),
          'annotated',
          edited,
        ),
      );
    expect([at('MinimumReplicasAvailable').rollingOut, at('NewReplicaSetAvailable').rollingOut]).toEqual([true, false]);
    expect(at('MinimumReplicasAvailable').registrations).toMatchObject([{ servedName: 'new' }]);
  });

  it('that is edited changes nothing while KServe leaves the pods alone, but for what the owner says', () => {
    const frozen = (more: Record<string, string>) => {
      const manifest = annotated({ enabled: 'true', ...more });
      manifest.metadata.annotations['serving.kserve.io/disable-auto-update'] = 'true';
      return served(project(manifest)).rollingOut;
    };
    expect([frozen({}), frozen({ 'served-name': 'a' })]).toEqual([true, false]);
  });
});

it('refersTo tells which objects mean something else', () => {
  const [near, far] = source.related ?? [];
  const mine = near?.parse(stored(runtime('mine', {}, { namespace: 'llm' })));
  const others = far?.parse(stored(runtime('mine', {})));
  if (!mine || !others) throw new Error('no runtimes');
  const refers = (manifest: Parameters<typeof stored>[0]) => {
    const object = source.parse(stored(manifest));
    return [
      source.refersTo?.(object, 'ServingRuntime', mine),
      source.refersTo?.(object, 'ClusterServingRuntime', others),
    ];
  };
  expect(refers(inferenceService({ status }))).toEqual([true, false]);
  expect(
    refers(
      inferenceService({
        predictor: vllm([], { runtime: 'mine' }),
        status: { ...unready(), clusterServingRuntimeName: '' },
      }),
    ),
  ).toEqual([true, true]);
  expect(refers(inferenceService())).toEqual([false, false]);
});
