import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Projection } from '../../../../src/registration/index.ts';
import { inferenceService as source } from '../../../../src/sources/index.ts';
import {
  addressOf,
  condition,
  container,
  deleting,
  huggingface,
  inferenceService,
  knative,
  knativeRollout,
  type Manifest,
  ready,
  stopped,
  stored,
  unready,
  vllm,
} from '../fixtures.ts';

const PREFIX = 'model-registrar.io/';

function project(manifest: Manifest, selection: 'annotated' | 'all' = 'annotated'): Projection {
  return source.project(source.parse(stored(manifest)), { selection });
}

/** A Ready object with annotations of ours, given without their prefix. */
function annotated(annotations: Record<string, string>, rest: Parameters<typeof inferenceService>[0] = {}): Manifest {
  return inferenceService({
    status: ready(),
    ...rest,
    annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [PREFIX + key, value])),
  });
}

function served(projection: Projection) {
  if (projection.state !== 'serve') throw new Error(`Not served: ${JSON.stringify(projection)}`);
  return projection;
}

function problems(projection: Projection): string[] {
  return projection.state === 'invalid'
    ? projection.problems.map(({ reason, message }) => `${reason}: ${message}`)
    : [];
}

describe('InferenceServices as KServe makes them', () => {
  const qwen = {
    publicName: 'qwen2-5',
    provider: 'hosted_vllm',
    servedName: 'qwen2-5',
    apiBase: 'http://qwen-predictor.llm.svc.cluster.local/openai/v1',
    params: { api_key: 'not-needed' },
    info: { max_tokens: 8192, max_input_tokens: 8192 },
  };
  const huggingfaceService = inferenceService({
    predictor: huggingface(['--model_name=qwen2-5', '--max_model_len=8192']),
    status: ready(),
  });
  const onVllm = (args: string[], runtime = { clusterServingRuntimeName: 'kserve-vllmserver' }) =>
    inferenceService({ predictor: vllm(args), status: ready({ runtime }) });

  it('Hugging Face runtime, Standard', () => {
    expect(project(huggingfaceService)).toEqual({
      state: 'serve',
      names: ['qwen2-5'],
      registrations: [qwen],
      rollingOut: false,
      warnings: [],
    });
  });

  it('vLLM runtime, default name', () => {
    const args = ['--max-model-len', '4096', '--enable-auto-tool-choice', '--tool-call-parser', 'hermes'];
    expect(served(project(onVllm(args))).registrations).toEqual([
      {
        ...qwen,
        publicName: 'qwen',
        servedName: 'qwen',
        apiBase: 'http://qwen-predictor.llm.svc.cluster.local/v1',
        info: { max_tokens: 4096, max_input_tokens: 4096 },
      },
    ]);
  });

  it('vLLM runtime, two names: the first is the served one', () => {
    expect(served(project(onVllm(['--served-model-name', 'a', 'b']))).registrations).toMatchObject([
      { publicName: 'a', servedName: 'a' },
    ]);
  });

  it.each([
    [
      'Hugging Face',
      huggingface(['--model_name=bge-m3', '--backend=huggingface', '--task=text_embedding']),
      '/openai/v1',
    ],
    ['vLLM by task', vllm(['--served-model-name=bge-m3', '--task', 'embed']), '/v1'],
    ['vLLM by runner', vllm(['--served-model-name=bge-m3', '--runner', 'pooling']), '/v1'],
  ])('embedding model, %s', (_, predictor, path) => {
    const { registrations } = served(project(inferenceService({ predictor, status: ready({ runtime: {} }) })));
    expect(registrations).toMatchObject([
      { publicName: 'bge-m3', apiBase: `${addressOf('qwen', 'llm')}${path}`, info: { mode: 'embedding' } },
    ]);
  });

  it('custom container', () => {
    expect(
      served(project(inferenceService({ predictor: container(), status: ready({ runtime: {} }) }))).registrations,
    ).toEqual([
      { ...qwen, publicName: 'mistral', servedName: 'mistral', apiBase: `${addressOf('qwen', 'llm')}/v1`, info: {} },
    ]);
  });

  it('headless and cluster-local: the address inside, with its port', () => {
    const manifest = inferenceService({
      name: 'm',
      labels: { 'networking.kserve.io/visibility': 'cluster-local' },
      status: ready({ address: `${addressOf('m', 'llm')}:8080`, url: 'http://m-llm.example.com' }),
    });
    expect(served(project(manifest)).registrations[0]?.apiBase).toBe(
      'http://m-predictor.llm.svc.cluster.local:8080/openai/v1',
    );
  });

  it('Knative, scaled to zero: served, since its activator holds calls', () => {
    expect(project(inferenceService({ name: 'phi', status: knative() }))).toEqual({
      state: 'serve',
      names: ['phi'],
      registrations: [
        {
          ...qwen,
          publicName: 'phi',
          servedName: 'phi',
          apiBase: 'http://phi.llm.svc.cluster.local/openai/v1',
          info: {},
        },
      ],
      rollingOut: false,
      warnings: [],
    });
  });

  it('Knative, in the midst of a rollout', () => {
    expect(project(inferenceService({ name: 'phi', status: knativeRollout() }))).toEqual({
      state: 'hold',
      names: ['phi'],
      why: 'PredictorReady is Unknown: RevisionMissing: Configuration is waiting for a Revision.',
    });
  });

  it('stopped', () => {
    const annotations = { [`${PREFIX}enabled`]: 'true', 'serving.kserve.io/stop': 'true' };
    const why = 'serving.kserve.io/stop is "true"';
    expect(project(inferenceService({ annotations, status: stopped() }))).toEqual({
      state: 'withdraw',
      names: ['qwen'],
      why,
    });
    // The event that carries the annotation still says Ready.
    expect(project(inferenceService({ annotations, status: ready() }))).toEqual({
      state: 'withdraw',
      names: ['qwen'],
      why,
    });
    // The first one after a restart still says Stopped.
    expect(project(inferenceService({ status: stopped() }))).toMatchObject({
      state: 'hold',
      why: 'PredictorReady is False: Stopped',
    });
  });

  it('being deleted, though the status says Ready', () => {
    expect(source.project(source.parse(deleting(huggingfaceService)), { selection: 'annotated' })).toEqual({
      state: 'withdraw',
      names: ['qwen2-5'],
      why: 'it is being deleted',
    });
  });
});

describe('selection', () => {
  const plain = (rest = {}) => inferenceService({ annotations: {}, status: ready(), ...rest });

  it('ignores what has no annotation of ours', () => {
    const annotations = { 'serving.kserve.io/deploymentMode': 'Standard' };
    expect(project(inferenceService({ annotations, status: ready() }))).toEqual({
      state: 'ignore',
      names: [],
      why: 'no annotation begins with model-registrar.io/',
    });
  });

  it('takes any annotation of ours as a wish', () => {
    expect(project(annotated({ notes: 'hello' })).state).toBe('serve');
  });

  it.each(['annotated', 'all'] as const)('ignores what opted out, under %s, whatever else is wrong', (selection) => {
    expect(project(annotated({ enabled: 'false', mode: 'nonsense', port: '1' }), selection)).toEqual({
      state: 'ignore',
      names: [],
      why: 'model-registrar.io/enabled is "false"',
    });
  });

  it.each([
    ['the Hugging Face format', {}],
    ['the vLLM format', { predictor: vllm([], { runtime: undefined }) }],
    ['a runtime', { predictor: huggingface([], { modelFormat: { name: 'llm' }, runtime: 'my-vllm' }) }],
    ['an image', { predictor: container({ image: 'lmsysorg/sglang:1', command: [], args: [] }) }],
    ['a command', { predictor: container({ image: 'mine', command: ['llama-server'], args: [] }) }],
    ['a text generator', { predictor: huggingface(['--task=text_generation']) }],
  ])('all: takes what plainly serves an OpenAI API, by %s', (_, rest) => {
    expect(project(plain({ status: ready({ runtime: {} }), ...rest }), 'all').state).toBe('serve');
  });

  it.each([
    ['another format', { predictor: { model: { modelFormat: { name: 'sklearn' } } }, status: ready({ runtime: {} }) }],
    ['another runtime', { status: ready({ runtime: { clusterServingRuntimeName: 'kserve-openvino' } }) }],
    ['an unknown container', { predictor: container({ image: 'mine', command: ['/start'] }) }],
    ['gRPC', { predictor: huggingface([], { protocolVersion: 'grpc-v2' }) }],
    ['a classifier', { predictor: huggingface(['--task=token_classification']) }],
    ['no predictor', { predictor: {} }],
  ])('all: ignores what does not, by %s', (_, rest) => {
    expect(project(plain(rest), 'all')).toEqual({
      state: 'ignore',
      names: [],
      why: 'it does not plainly serve an OpenAI API',
    });
  });

  it('takes a classifier whose owner asks for it', () => {
    expect(
      project(annotated({ enabled: 'true' }, { predictor: huggingface(['--task=token_classification']) })).state,
    ).toBe('serve');
  });
});

describe('names', () => {
  it('registers each public name for itself, once', () => {
    const projection = served(project(annotated({ 'model-name': 'a, b, a', 'served-name': 'org/m' })));
    expect(projection.names).toEqual(['a', 'b']);
    expect(projection.registrations.map(({ publicName, servedName }) => [publicName, servedName])).toEqual([
      ['a', 'org/m'],
      ['b', 'org/m'],
    ]);
    const [first, second] = projection.registrations;
    expect(first?.info).not.toBe(second?.info);
  });

  it('takes the served name by annotation, else by arguments, else the name of the object', () => {
    const predictor = huggingface(['--model_name=by-args']);
    expect(served(project(annotated({ 'served-name': 'by-annotation' }, { predictor }))).names).toEqual([
      'by-annotation',
    ]);
    expect(served(project(annotated({ enabled: 'true' }, { predictor }))).names).toEqual(['by-args']);
    expect(served(project(annotated({ enabled: 'true' }))).names).toEqual(['qwen']);
  });

  it.each([
    ['no-default-models', 'the name is reserved by LiteLLM'],
    ['gpt-*', 'it contains "*", which would take calls meant for other models'],
  ])('asks for a public name where the served name %s is none', (name, why) => {
    const predictor = huggingface([`--model_name=${name}`]);
    expect(project(annotated({ enabled: 'true' }, { predictor }))).toEqual({
      state: 'invalid',
      names: [],
      problems: [
        {
          reason: 'InvalidAnnotation',
          message: `The served name "${name}" cannot be the public name: ${why}; set model-registrar.io/model-name.`,
        },
      ],
    });
    expect(served(project(annotated({ 'model-name': 'mine' }, { predictor }))).registrations).toMatchObject([
      { publicName: 'mine', servedName: name },
    ]);
  });

  it('asks for a served name where that of the arguments is none', () => {
    const predictor = huggingface(['--model_name=a\u0007b']);
    const message =
      'InvalidAnnotation: The served name "a\\u{7}b" cannot be used: it contains a control character or a line end; set model-registrar.io/served-name.';
    expect(problems(project(annotated({ enabled: 'true' }, { predictor })))).toEqual([message]);
    expect(problems(project(annotated({ 'model-name': 'a' }, { predictor })))).toEqual([message]);
    expect(served(project(annotated({ 'served-name': 'ab' }, { predictor }))).names).toEqual(['ab']);
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['its good names', { 'model-name': 'a,*,b' }, ['a', 'b']],
    ['its names beside another mistake', { 'model-name': 'a', mode: 'x' }, ['a']],
    ['its default name beside another mistake', { mode: 'x' }, ['qwen']],
    ['its served name beside another mistake', { 'served-name': 's', mode: 'x' }, ['s']],
    ['no name in the stead of a wrong served name', { 'served-name': '' }, []],
    ['its public name beside a wrong served name', { 'model-name': 'a', 'served-name': '' }, ['a']],
    ['none but wrong names', { 'model-name': '*' }, []],
  ])('an invalid object claims %s', (_, annotations, names) => {
    expect(project(annotated(annotations))).toMatchObject({ state: 'invalid', names });
  });

  it.each(['model-name', 'served-name', 'enabled'])('an annotation %s that is no text is a problem', (key) => {
    const manifest = annotated({});
    Object.assign(manifest.metadata.annotations, { [PREFIX + key]: true });
    expect(project(manifest)).toEqual({
      state: 'invalid',
      names: key === 'enabled' ? ['qwen'] : [],
      problems: [
        { reason: 'InvalidAnnotation', message: `model-registrar.io/${key} is no text; put its value in quotes.` },
      ],
    });
  });
});

describe('going away', () => {
  it.each<[string, Record<string, string>]>([
    ['an invalid object', { mode: 'nonsense' }],
    ['a good one', { 'model-name': 'qwen' }],
  ])('%s is withdrawn when it is deleted, or stopped', (_, annotations) => {
    const manifest = annotated(annotations);
    expect(source.project(source.parse(deleting(manifest)), { selection: 'annotated' })).toMatchObject({
      state: 'withdraw',
      names: ['qwen'],
    });
    Object.assign(manifest.metadata.annotations, { 'serving.kserve.io/stop': 'True' });
    expect(project(manifest)).toMatchObject({ state: 'withdraw', names: ['qwen'] });
  });

  it('is withdrawn under ModelMesh and without a route, too', () => {
    const status = { ...ready(), deploymentMode: 'ModelMesh' };
    const manifest = deleting(annotated({ enabled: 'true' }, { status, predictor: {} }));
    expect(source.project(source.parse(manifest), { selection: 'annotated' }).state).toBe('withdraw');
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
      expect.stringContaining('InvalidAnnotation: model-registrar.io/port is not supported by this version'),
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

describe('a model of a format that tells nothing', () => {
  const predictor = huggingface([], { modelFormat: { name: 'llm' } });
  const hold = { state: 'hold', why: 'KServe names no runtime for it yet' };
  const notReady = { ...unready(), clusterServingRuntimeName: undefined };

  it.each([
    ['no status', undefined],
    ['no runtime yet', notReady],
  ])('holds while KServe has chosen no runtime: %s', (_, status) => {
    const rest = status ? { predictor, status } : { predictor };
    expect(project(inferenceService(rest))).toEqual({ ...hold, names: ['qwen'] });
    expect(project(inferenceService({ ...rest, annotations: {} }), 'all')).toEqual({ ...hold, names: [] });
  });

  it('is withdrawn all the same when it is stopped, which wipes the runtime, or deleted', () => {
    const annotations = { 'serving.kserve.io/stop': 'true' };
    const manifest = inferenceService({ predictor, annotations, status: stopped() });
    expect(project(manifest, 'all')).toMatchObject({ state: 'withdraw', names: [] });
    const going = deleting(inferenceService({ predictor, annotations: {} }));
    expect(source.project(source.parse(going), { selection: 'all' })).toMatchObject({ state: 'withdraw', names: [] });
  });

  it('still says what else is wrong', () => {
    expect(problems(project(annotated({ mode: 'x' }, { predictor, status: notReady })))).toEqual([
      expect.stringContaining('model-registrar.io/mode is "x"'),
    ]);
  });

  it('is Ready, and no runtime is named: the owner must tell, and what nobody annotated is kept', () => {
    const rest = { predictor, status: ready({ runtime: {} }) };
    expect(problems(project(inferenceService(rest)))).toEqual([
      expect.stringContaining('a model of the format "llm" with no runtime has no known OpenAI path'),
    ]);
    expect(project(inferenceService({ ...rest, annotations: {} }), 'all')).toEqual({ ...hold, names: [] });
  });

  it('holds for its own reason once the base path is told', () => {
    expect(project(annotated({ 'base-path': '/v1' }, { predictor, status: notReady }))).toMatchObject({
      state: 'hold',
      why: expect.stringContaining('PredictorReady is False'),
    });
  });

  it('is wrong at once where KServe names a runtime that tells nothing either', () => {
    const status = { ...unready(), clusterServingRuntimeName: 'mine' };
    expect(project(inferenceService({ predictor, status })).state).toBe('invalid');
    expect(project(inferenceService({ predictor, status, annotations: {} }), 'all').state).toBe('ignore');
  });
});

describe('waiting and rolling out', () => {
  const status = (change: object) => inferenceService({ status: { ...ready({ copies: 0 }), ...change } });

  it('waits for a copy in Standard mode, and where the mode is not known yet', () => {
    const waitingFor = 'no copy of the model serves yet';
    expect(served(project(status({}))).waitingFor).toBe(waitingFor);
    expect(served(project(status({ modelStatus: { copies: { totalCopies: 0 } } }))).waitingFor).toBe(waitingFor);
    expect(served(project(status({ deploymentMode: 'RawDeployment' }))).waitingFor).toBe(waitingFor);
    expect(served(project(status({ deploymentMode: undefined }))).waitingFor).toBe(waitingFor);
    expect(served(project(status({ deploymentMode: 'Knative' }))).waitingFor).toBeUndefined();
    expect(served(project(inferenceService({ status: ready({ copies: 2 }) }))).waitingFor).toBeUndefined();
  });

  it.each([
    ['NewReplicaSetAvailable', false],
    ['MinimumReplicasAvailable', true],
  ])('Standard mode: PredictorReady by %s', (reason, rollingOut) => {
    expect(served(project(inferenceService({ status: ready({ reason }) }))).rollingOut).toBe(rollingOut);
  });

  it('Standard mode without a word on the predictor', () => {
    expect(
      served(project(inferenceService({ status: { ...ready(), conditions: [condition('Ready', 'True')] } })))
        .rollingOut,
    ).toBe(false);
  });

  it.each([
    ['phi-2', 'phi-2', false],
    ['phi-3', 'phi-2', true],
  ])('Knative: created %s, ready %s', (created, ready, rollingOut) => {
    expect(served(project(inferenceService({ status: knative({ created, ready }) }))).rollingOut).toBe(rollingOut);
  });
});

describe('what is registered', () => {
  const info = (annotations: Record<string, string>, ...args: string[]) =>
    served(project(annotated(annotations, { predictor: vllm(args) }))).registrations[0]?.info;

  it('takes mode and length by annotation before arguments', () => {
    expect(info({ enabled: 'true' })).toEqual({});
    expect(info({ enabled: 'true' }, '--task=score', '--max-model-len=8k')).toEqual({
      mode: 'rerank',
      max_tokens: 8000,
      max_input_tokens: 8000,
    });
    expect(info({ mode: 'chat', 'max-model-len': '4K' }, '--task=score', '--max-model-len=8k')).toEqual({
      mode: 'chat',
      max_tokens: 4096,
      max_input_tokens: 4096,
    });
  });

  it('takes embedding as a mode, and its denial as none', () => {
    expect(info({ embedding: 'true' }, '--task=score')).toEqual({ mode: 'embedding' });
    expect(info({ embedding: 'false' }, '--task=embed')).toEqual({});
    expect(info({ embedding: 'false' }, '--task=score')).toEqual({ mode: 'rerank' });
  });

  it('takes notes and provider, and always a key of its own', () => {
    const { registrations } = served(project(annotated({ notes: 'a\nb', provider: 'openai', 'base-path': '/x/' })));
    expect(registrations).toEqual([
      {
        publicName: 'qwen',
        provider: 'openai',
        servedName: 'qwen',
        apiBase: 'http://qwen-predictor.llm.svc.cluster.local/x',
        params: { api_key: 'not-needed' },
        info: { notes: 'a\nb' },
      },
    ]);
  });

  it('follows the address: a canary that was promoted', () => {
    const address = 'http://qwen-blue-predictor.llm.svc.cluster.local';
    expect(served(project(inferenceService({ status: ready({ address }) }))).registrations[0]?.apiBase).toBe(
      `${address}/openai/v1`,
    );
  });
});

describe('warnings', () => {
  const env = [
    { name: 'NAME', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
    { name: 'KSERVE_OPENAI_ROUTE_PREFIX', valueFrom: { configMapKeyRef: { name: 'c', key: 'p' } } },
  ];
  const predictor = huggingface(['--model_name=$(NAME)', '--max-model-len=$(NAME)'], { env });

  it('name what could not be read and may make calls fail', () => {
    const projection = served(project(annotated({ enabled: 'true' }, { predictor })));
    expect(projection.names).toEqual(['qwen']);
    expect(projection.warnings).toEqual([
      {
        reason: 'NotRoutable',
        message:
          '--model_name refers to $(NAME), whose value is not in the object; "qwen" is taken as the served name. Set model-registrar.io/served-name if it is another.',
      },
      {
        reason: 'NotRoutable',
        message:
          'KSERVE_OPENAI_ROUTE_PREFIX refers to a Secret, ConfigMap or field, whose value is not in the object; set model-registrar.io/base-path if calls fail.',
      },
    ]);
  });

  it('fall silent once annotations say it', () => {
    expect(served(project(annotated({ 'served-name': 'a', 'base-path': '/v1' }, { predictor }))).warnings).toEqual([]);
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
        const projection = source.project(object, { selection });
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
    const projection = source.project(object, { selection: 'annotated' });
    expect(source.project(object, { selection: 'annotated' })).toEqual(projection);
    expect(object).toEqual(before);
  });
});
