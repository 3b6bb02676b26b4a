import { describe, expect, it } from 'vitest';
import { inferenceService as source } from '../../../../src/sources/index.ts';
import {
  container,
  deleting,
  huggingface,
  inferenceService,
  ready,
  runtime,
  stopped,
  unready,
  vllm,
} from '../../../support/kserve-objects.ts';
import { annotated, PREFIX, problems, project, runtimes, served } from './projecting.ts';

describe('selection', () => {
  const known = runtimes(runtime('my-vllm', {}), runtime('mine', { image: 'corp/vllm:1' }));
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
      optedOut: true,
    });
  });

  it.each([
    ['the Hugging Face format', {}],
    ['the vLLM format', { predictor: vllm([], { runtime: undefined }) }],
    ['a runtime', { predictor: huggingface([], { modelFormat: { name: 'llm' }, runtime: 'my-vllm' }) }],
    ['an image of a runtime', { predictor: huggingface([], { modelFormat: { name: 'llm' }, runtime: 'mine' }) }],
    ['an image', { predictor: container({ image: 'lmsysorg/sglang:1', command: [], args: [] }) }],
    ['a command', { predictor: container({ image: 'mine', command: ['llama-server'], args: [] }) }],
    ['a text generator', { predictor: huggingface(['--task=text_generation']) }],
  ])('all: takes what plainly serves an OpenAI API, by %s', (_, rest) => {
    expect(project(plain({ status: ready({ runtime: {} }), ...rest }), 'all', known).state).toBe('serve');
  });

  it.each([
    [
      'another format',
      { predictor: { model: { modelFormat: { name: 'sklearn' } } }, status: ready({ runtime: {} }) },
      'a model of the format "sklearn" with no runtime has no known OpenAI path',
    ],
    [
      'another runtime',
      { status: ready({ runtime: { clusterServingRuntimeName: 'kserve-openvino' } }) },
      'a model of the format "huggingface" with the runtime "kserve-openvino" has no known OpenAI path',
    ],
    [
      'an unknown container',
      { predictor: container({ image: 'mine', command: ['/start'] }) },
      'its container does not plainly serve an OpenAI API',
    ],
    [
      'gRPC',
      { predictor: huggingface([], { protocolVersion: 'grpc-v2' }) },
      'the model is served by gRPC, which LiteLLM does not speak',
    ],
    [
      'a classifier',
      { predictor: huggingface(['--task=token_classification']) },
      'its task is "token_classification", for which OpenAI\'s API has no call',
    ],
    [
      "Open Data Hub's word",
      { labels: { 'opendatahub.io/model-type': 'predictive' } },
      'opendatahub.io/model-type is "predictive", for which OpenAI\'s API has no call',
    ],
    ['no predictor', { predictor: {} }, 'the predictor has neither a model nor containers'],
  ])('all: ignores what does not, by %s, and says why', (_, rest, why) => {
    const known = runtimes(runtime('kserve-openvino', { image: 'openvino/model_server' }));
    expect(project(plain(rest), 'all', known)).toEqual({ state: 'ignore', names: [], why });
  });

  it('takes a classifier whose owner says how it is called, else asks for that', () => {
    const predictor = huggingface(['--task=token_classification']);
    expect(problems(project(annotated({ enabled: 'true' }, { predictor })))).toEqual([
      'NotRoutable: its task is "token_classification", for which OpenAI\'s API has no call; set model-registrar.io/mode if it serves one all the same.',
    ]);
    expect(project(annotated({ mode: 'embedding' }, { predictor })).state).toBe('serve');
    expect(project(annotated({ 'base-path': '/v1' }, { predictor })).state).toBe('serve');
  });

  it('does the same for what Open Data Hub calls predictive', () => {
    const predictive = annotated({ enabled: 'true' });
    predictive.metadata.annotations['opendatahub.io/model-type'] = 'predictive';
    expect(problems(project(predictive))).toEqual([
      'NotRoutable: opendatahub.io/model-type is "predictive", for which OpenAI\'s API has no call; set model-registrar.io/mode if it serves one all the same.',
    ]);
    predictive.metadata.annotations[`${PREFIX}mode`] = 'chat';
    expect(project(predictive).state).toBe('serve');
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
    expect(source.project(source.parse(going), { selection: 'all', address: 'cluster' }, runtimes())).toMatchObject({
      state: 'withdraw',
      names: [],
    });
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
    const mine = runtimes(runtime('mine', { image: 'mine' }));
    expect(project(inferenceService({ predictor, status }), 'annotated', mine).state).toBe('invalid');
    expect(project(inferenceService({ predictor, status, annotations: {} }), 'all', mine).state).toBe('ignore');
  });
});
