import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExplainDocument, explainManifests, explainText } from '../../../../src/commands/explain/index.ts';
import { explain, model, SETTINGS } from './manifests.ts';

describe('what a manifest would register', () => {
  test('names, model, mode, length and base path, without a status and whatever status an export carries', () => {
    const exported = `${model('qwen', { namespace: 'a', annotations: 'model-registrar.io/model-name: "q, r", model-registrar.io/mode: chat' })}status: { conditions: [{ type: Ready, status: "False" }] }\n`;
    const { objects, ...rest } = explain(exported);
    const info = { mode: 'chat', max_tokens: 4096, max_input_tokens: 4096 };
    const backend = { model: 'hosted_vllm/qwen', basePath: '/openai/v1', params: {}, info };
    expect(objects).toEqual([
      {
        source: 'inference-service/a/qwen',
        file: 'm.yaml',
        state: 'serve',
        models: [
          { name: 'q', ...backend },
          { name: 'r', ...backend },
        ],
        problems: [],
        warnings: [],
        notes: [expect.stringContaining('kserve-huggingfaceserver is not in the input')],
      },
    ]);
    expect(rest).toEqual({ others: {}, refused: 0, unread: [] });
  });

  test('with the runtime that KServe would choose: of the same namespace and by priority, else its own', () => {
    const runtime = (kind: string, name: string, more = '') => `---
apiVersion: serving.kserve.io/v1alpha1
kind: ${kind}
metadata: { name: ${name}, namespace: default }
spec: { supportedModelFormats: [{ name: vLLM, autoSelect: true${more} }], containers: [{ name: kserve-container, image: vllm/vllm-openai }] }
`;
    const object = model('x', { predictor: '{ model: { modelFormat: { name: vLLM } } }' });
    const noteOf = (yaml: string) => explain(yaml).objects[0]?.notes;
    expect(noteOf(object)).toEqual([expect.stringContaining('kserve-vllmserver is not in the input')]);
    const cluster = runtime('ClusterServingRuntime', 'wide', ', priority: 5');
    expect(noteOf(object + cluster)).toEqual(['KServe would choose the serving runtime wide for it.']);
    const two = cluster + runtime('ServingRuntime', 'near') + runtime('ServingRuntime', 'nearer', ', priority: 2');
    expect(noteOf(object + two)).toEqual(['KServe would choose the serving runtime nearer for it.']);
  });

  test('on several nodes: with the runtime that KServe has for that, named or chosen; no other model gets it', () => {
    const huggingFace = 'model: { modelFormat: { name: huggingface }';
    const { objects } = explain(
      model('one', { predictor: `{ ${huggingFace} } }` }) +
        model('several', { predictor: `{ ${huggingFace} }, workerSpec: { pipelineParallelSize: 2 } }` }) +
        model('named', { predictor: `{ ${huggingFace}, runtime: kserve-huggingfaceserver-multinode } }` }),
    );
    expect(objects.map(({ models, notes }) => [models[0]?.model, notes])).toEqual([
      ['hosted_vllm/one', [expect.stringContaining('kserve-huggingfaceserver is not')]],
      ['hosted_vllm/several', [expect.stringContaining('kserve-huggingfaceserver-multinode is not')]],
      ['hosted_vllm/named', [expect.stringContaining('kserve-huggingfaceserver-multinode is not')]],
    ]);
  });

  test('a runtime that is not in the input leaves open what only it can tell, and hides no mistake of the object', () => {
    const predictor = '{ model: { modelFormat: { name: vLLM }, runtime: elsewhere } }';
    const { objects, refused } = explain(
      model('x', { predictor }) +
        model('y', { predictor, annotations: 'model-registrar.io/served-name: y' }) +
        model('z', { predictor, annotations: 'model-registrar.io/mode: wrong' }),
    );
    expect(objects[0]).toMatchObject({
      state: 'hold',
      why: expect.stringContaining('"elsewhere" is not in the input: give its manifest too'),
      problems: [],
    });
    expect(objects[1]).toMatchObject({ state: 'serve', models: [{ model: 'hosted_vllm/y', basePath: '/v1' }] });
    expect(objects[2]?.problems).toEqual([{ reason: 'InvalidAnnotation', message: expect.stringContaining('mode') }]);
    expect(refused).toBe(1);
  });

  test('names, length and path that only a runtime in the input tells', () => {
    const runtime = `---
apiVersion: serving.kserve.io/v1alpha1
kind: ServingRuntime
metadata: { name: mine, namespace: a }
spec:
  supportedModelFormats: [{ name: custom }]
  containers: [{ name: kserve-container, image: vllm/vllm-openai, args: ["--served-model-name={{.Name}}-v2", --max-model-len=99] }]
`;
    const predictor = '{ model: { modelFormat: { name: custom }, runtime: mine } }';
    const { objects } = explain(model('x', { predictor, namespace: 'a' }) + runtime);
    expect(objects[0]?.models).toEqual([
      {
        name: 'x-v2',
        model: 'hosted_vllm/x-v2',
        basePath: '/v1',
        params: {},
        info: { max_tokens: 99, max_input_tokens: 99 },
      },
    ]);
  });

  test('the key of a backend: its Secret, and no value', () => {
    const annotations = 'model-registrar.io/enabled: "true", model-registrar.io/api-key-secret: keys/a';
    const { objects } = explain(model('x', { annotations }));
    expect(objects[0]).toMatchObject({ state: 'serve', apiKeySecret: 'keys/a', models: [{ params: {} }] });
    expect(explainText(explain(model('x', { annotations })))).toContain('key from the Secret keys/a');
  });

  test('with --address external, what stays inside of the cluster is refused', () => {
    const inside = model('x').replace(
      'annotations:',
      'labels: { networking.kserve.io/visibility: cluster-local }, annotations:',
    );
    expect(explain(inside).refused).toBe(0);
    expect(explain(inside, { address: 'external' }).objects[0]?.problems).toEqual([
      { reason: 'NotRoutable', message: expect.stringContaining('visibility') },
    ]);
    expect(explain(model('x'), { address: 'external' }).objects[0]?.models).toMatchObject([{ basePath: '/openai/v1' }]);
  });

  test('what is stopped, opted out or not annotated, with the reason; --selection all takes the last of these', () => {
    const plain = model('x', { annotations: '' });
    expect(explain(plain).objects[0]).toMatchObject({ state: 'ignore', why: expect.stringContaining('no annotation') });
    expect(explain(plain, { selection: 'all' }).objects[0]?.models).toHaveLength(1);
    const stopped = model('x', { annotations: 'model-registrar.io/enabled: "true", serving.kserve.io/stop: "true"' });
    expect(explain(stopped).objects[0]).toMatchObject({ state: 'withdraw', models: [], problems: [] });
  });

  test('what would be refused is counted, and says what is allowed', () => {
    const { objects, refused } = explain(
      model('x', { annotations: 'model-registrar.io/mode: wrong, model-registrar.io/model-nam: y' }) + model('y'),
    );
    expect(refused).toBe(1);
    expect(objects[0]?.problems).toEqual([
      { reason: 'InvalidAnnotation', message: expect.stringContaining('model-name') },
      { reason: 'InvalidAnnotation', message: expect.stringContaining('embedding') },
    ]);
  });

  test('one public name in two namespaces is a conflict of both, in one namespace a group', () => {
    const name = { annotations: 'model-registrar.io/model-name: shared' };
    const { objects, refused } = explain(
      model('x', { ...name, namespace: 'a' }) +
        model('y', { ...name, namespace: 'b' }) +
        model('z', { ...name, namespace: 'a' }),
    );
    expect(refused).toBe(3);
    expect(objects.map(({ problems }) => problems[0]?.message)).toEqual([
      expect.stringContaining('declared by inference-service/b/y too'),
      expect.stringContaining('declared by inference-service/a/x, inference-service/a/z too'),
      expect.stringContaining('declared by inference-service/b/y too'),
    ]);
    const { objects: group, refused: none } = explain(model('x', name) + model('z', name));
    expect(none).toBe(0);
    expect(group[0]?.notes.at(-1)).toBe(
      '"shared" is shared with inference-service/default/z: LiteLLM divides the calls between them.',
    );
  });
});

test('lists are taken apart, other kinds are counted, empty documents are nothing', () => {
  const item = model('x').replace('---\n', '').trim().split('\n').join('\n    ');
  const list = `apiVersion: v1\nkind: List\nitems:\n  - ${item}\n  - { apiVersion: v1, kind: Secret, metadata: { name: s }, stringData: { a: hidden-value } }\n`;
  const document = explain(
    `# only a comment\n---\n${list}---\n---\n${list}---\napiVersion: apps/v1\nkind: Deployment\n`,
  );
  expect(document.objects.map(({ source }) => source)).toEqual(['inference-service/default/x']);
  expect(document.others).toEqual({ Secret: 2, Deployment: 1 });
  expect(JSON.stringify(document)).not.toContain('hidden-value');
  expect(explainText(document)).toMatch(
    /^1 object would be 1 model; 0 refused\. Passed over: 2 Secret, 1 Deployment\.$/m,
  );
});

test('merge keys are read as kubectl reads them: own keys win, then the first of several', () => {
  const { objects } = explain(`apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ConfigMap
    metadata: { name: anchors }
    data:
      one: &one { model-registrar.io/model-name: of-one, model-registrar.io/mode: chat }
      two: &two { model-registrar.io/model-name: of-two, model-registrar.io/served-name: served-by-two }
  - apiVersion: serving.kserve.io/v1beta1
    kind: InferenceService
    metadata: { name: x, annotations: { <<: [*one, *two] } }
    spec: &spec { predictor: { model: { modelFormat: { name: huggingface } } } }
  - apiVersion: serving.kserve.io/v1beta1
    kind: InferenceService
    metadata: { name: y, annotations: { model-registrar.io/model-name: of-itself, <<: *one } }
    spec: { <<: *spec }
`);
  expect(objects.map(({ models, problems }) => [problems, models])).toEqual([
    [[], [expect.objectContaining({ name: 'of-one', model: 'hosted_vllm/served-by-two', info: { mode: 'chat' } })]],
    [[], [expect.objectContaining({ name: 'of-itself', model: 'hosted_vllm/y', info: { mode: 'chat' } })]],
  ]);
});

test('what a terminal would obey is spelled out, and a kind may be called as it likes', () => {
  const odd = `${model('"x\\e[31m"')}---\napiVersion: v1\nkind: __proto__\n---\napiVersion: v1\nkind: "\\e[2J"\n`;
  const document = explain(odd);
  expect(Object.entries(document.others)).toEqual([
    ['__proto__', 1],
    ['\u001b[2J', 1],
  ]);
  expect(explainText(document)).not.toContain('\u001b');
  expect(explainText(document)).toMatch(/inference-service\/default\/x\\u\{1b\}\[31m/);
});

test('whatever an InferenceService is made of, it is explained, as the schema says', () => {
  const leaf = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('huggingface', 'vLLM', 'sh', '-c', '--served-model-name=a b', '/v1'),
  );
  const part = fc.dictionary(
    fc.constantFrom('model', 'containers', 'modelFormat', 'name', 'args', 'runtime', 'image'),
    leaf,
  );
  const annotations = fc.dictionary(
    fc.constantFrom('enabled', 'model-name', 'mode', 'base-path', 'provider', 'x'),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(annotations, fc.oneof(part, leaf), fc.oneof(part, leaf), (own, predictor, inner) => {
      const keys = Object.entries(own).map(([key, value]) => [`model-registrar.io/${key}`, value]);
      const raw = {
        apiVersion: 'serving.kserve.io/v1beta1',
        kind: 'InferenceService',
        metadata: { name: 'x', annotations: Object.fromEntries(keys) },
        spec: { predictor: typeof predictor === 'object' ? Object.assign({ model: inner }, predictor) : predictor },
      };
      const document = explainManifests(
        { manifests: [{ file: 'f', apiVersion: raw.apiVersion, kind: raw.kind, raw }], unread: [] },
        SETTINGS,
      );
      expect(ExplainDocument.parse(document)).toEqual(document);
      expect(explainText(document)).toContain('inference-service/default/x');
    }),
    { numRuns: 50 },
  );
});
