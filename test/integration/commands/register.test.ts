import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { inferenceService, status, type Wish } from '../../support/inference-services.ts';
import { until } from '../../support/wait.ts';
import { type Bench, openBench } from './program.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
});

afterEach(() => bench.close());

const TITLE = 'inferenceservice/qwen in namespace llm';

const apply = (wish: Wish): void => void bench.kubernetes.apply(inferenceService(wish));
const serve = (wish: Wish): void => apply({ ...wish, status: status(wish) });

const register = (...args: string[]) =>
  bench.runBoth('register', '--owner-id=prod', '--namespace=llm', '--timeout=10s', '--settle=300ms', ...args);
const registerQwen = (...args: string[]) => register('inferenceservice/qwen', ...args);

/** The public names of all rows with what they lead to, by name. */
const models = (): string[] =>
  bench.litellm
    .rows()
    .map(({ model_name, litellm_params }) => [model_name, litellm_params.model, litellm_params.api_base].join(' '))
    .toSorted();
const writes = (): string[] =>
  bench.litellm.calls
    .list()
    .filter(({ method }) => method !== 'GET')
    .map(({ operation }) => operation);

describe('an object', () => {
  test('is waited for until it is Ready, then registered; a second run writes nothing and says so', async () => {
    apply({ name: 'qwen' });
    const running = registerQwen('--model-name=qwen3', '--max-model-len=32K', '--notes=by hand');
    await until('it is followed', () => bench.kubernetes.calls.list().some(({ path }) => path.includes('watch=true')));
    serve({ name: 'qwen' });
    expect(await running).toMatchObject({ code: 0, stdout: `LiteLLM serves "qwen3" for ${TITLE}.\n` });
    const [row] = bench.litellm.rows();
    expect(row?.model_id).toMatch(/^llm\.inferenceservice\.qwen\.[0-9a-f]{8}$/);
    expect(row?.model_info).toMatchObject({
      max_tokens: 32_768,
      notes: 'by hand',
      model_registrar: { owner: 'prod', source: 'register/llm/inferenceservice.qwen' },
    });
    bench.litellm.calls.clear();
    expect(await registerQwen('--model-name=qwen3', '--max-model-len=32K', '--notes=by hand')).toEqual({
      code: 0,
      stdout: `LiteLLM serves "qwen3" for ${TITLE} already: nothing was changed.\n`,
      stderr: '',
    });
    expect(writes()).toEqual([]);
  });

  test('goes to no LiteLLM that is not for its namespace, also where a flag says so', async () => {
    serve({ name: 'qwen' });
    const file = `${bench.keyFile}.yaml`;
    const gpu = { name: 'gpu', url: 'http://gpu:4000', 'key-file': bench.keyFile, namespaces: ['team-a'] };
    await writeFile(file, JSON.stringify({ litellms: [gpu] }));
    const { code, stderr } = await registerQwen(`--config=${file}`, '--litellm=gpu');
    expect(code).toBe(1);
    expect(stderr).toContain('LiteLLM "gpu" is not for objects of the namespace llm');
    expect(writes()).toEqual([]);
  });

  test('has its annotations obeyed, which flags beat', async () => {
    serve({ name: 'qwen', annotations: { enabled: 'false', 'model-name': 'one', notes: 'theirs', mode: 'chat' } });
    expect(await registerQwen('--model-name=two', '--embedding', '--mode=embedding')).toMatchObject({ code: 0 });
    const [row] = bench.litellm.rows();
    expect(row).toMatchObject({ model_name: 'two', model_info: { notes: 'theirs', mode: 'embedding' } });
  });

  test('has another name once another is said, and tells which one went', async () => {
    serve({ name: 'qwen' });
    expect(await registerQwen('--model-name=one,two')).toMatchObject({ code: 0 });
    const { code, stdout } = await registerQwen('--model-name=two,three');
    expect(code).toBe(0);
    expect(stdout).toBe(
      `LiteLLM serves "two", "three" for ${TITLE}.\n"one" taken out of LiteLLM: no name of ${TITLE} any more.\n`,
    );
    expect(bench.litellm.rows().map(({ model_name }) => model_name)).toEqual(['two', 'three']);
  });

  test('loses what is not said any more by a next row beside the old one, which goes when it is known everywhere', async () => {
    serve({ name: 'qwen' });
    expect(await registerQwen('--litellm-params=rpm: 600')).toMatchObject({ code: 0 });
    bench.litellm.calls.clear();
    expect(await registerQwen()).toMatchObject({
      code: 0,
      stdout: `LiteLLM serves "qwen" for ${TITLE}.\n`,
      stderr: expect.stringContaining('its old row goes when every replica of LiteLLM knows the new one'),
    });
    expect(writes().filter((one) => one !== 'update')).toEqual(['new', 'delete']);
    const [row, ...more] = bench.litellm.rows();
    expect(more).toEqual([]);
    expect(row?.model_id).toMatch(/\.2$/);
    expect(row?.litellm_params).not.toHaveProperty('rpm');
  });

  test('is named by each of its names, also where one of them is taken', async () => {
    serve({ name: 'other', namespace: 'b', annotations: { 'model-name': 'taken' } });
    expect(await bench.runBoth('sync', '--owner-id=prod')).toMatchObject({ code: 0 });
    serve({ name: 'qwen' });
    expect(await registerQwen('--model-name=free,taken')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^error: "taken" is held by inference-service\/b\/other \(owner prod\)\. Choose another name with --model-name\.$/m,
      ),
    });
    expect(models().map((model) => model.split(' ')[0])).toEqual(['free', 'taken']);
  });

  test('that a controller registered is left to it', async () => {
    serve({ name: 'qwen', annotations: { enabled: 'true' } });
    expect(await bench.runBoth('sync', '--owner-id=prod')).toMatchObject({ code: 0 });
    bench.litellm.calls.clear();
    const told = `A controller looks after ${TITLE}: LiteLLM serves "qwen" for inference-service/llm/qwen. Nothing was changed; its annotations say how.\n`;
    expect(await registerQwen()).toEqual({ code: 0, stdout: told, stderr: '' });
    expect(await registerQwen('--notes=mine', '--model-name=qwen')).toEqual({
      code: 0,
      stdout: told,
      stderr: expect.stringMatching(/^Warning: --model-name, --notes passed over: annotate the object instead\.\n$/),
    });
    expect(await registerQwen('--model-name=qwen,other')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('error: LiteLLM does not serve "other" for it.'),
    });
    expect(await registerQwen('--deregister')).toMatchObject({ code: 0 });
    expect(writes()).toEqual([]);
  });

  test('is shown with --dry-run, and nothing is written', async () => {
    serve({ name: 'qwen' });
    expect(await registerQwen('--dry-run', '--notes=x')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\+ qwen {2}register\/llm\/inferenceservice\.qwen/),
    });
    expect(writes()).toEqual([]);
  });

  test('has the key of its backend from a Secret, which is printed nowhere', async () => {
    bench.kubernetes.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'backend', namespace: 'llm' },
      stringData: { 'api-key': 'canary-key' },
    });
    serve({ name: 'qwen' });
    const { code, stdout, stderr } = await registerQwen('--api-key-secret=backend');
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain('canary');
    expect(bench.litellm.rows()[0]?.litellm_params.api_key).toBe('canary-key');
    bench.litellm.calls.clear();
    expect(await registerQwen('--api-key-secret=backend')).toMatchObject({ code: 0 });
    expect(writes()).toEqual([]);
  });
});

describe('what comes to nothing', () => {
  test.each([
    ['is not there', undefined, 'it is not there yet'],
    ['is not Ready', { name: 'qwen', status: status({ name: 'qwen', ready: 'False' }) }, 'PredictorReady is False'],
  ])('ends with 3 and the reason at --timeout: the object %s', async (_, wish, why) => {
    if (wish) apply(wish);
    const { code, stdout, stderr } = await registerQwen('--timeout=300ms');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^Waiting for ${TITLE}, \\d+s: ${why}`));
    expect(stderr).toContain(`\nerror: ${TITLE} was waited for 0s: ${why}`);
    expect(bench.litellm.rows()).toEqual([]);
  });

  test.each([
    ['--mode=nonsense', '--mode is "nonsense": it is not a mode of LiteLLM. Allowed: chat, '],
    ['--max-model-len=many', '--max-model-len is "many": it is no such number'],
    ['--litellm-params=api_base: http://evil', '--litellm-params: '],
  ])('ends with 1 in the words of the flag: %s', async (flag, message) => {
    serve({ name: 'qwen', annotations: { notes: 'x' } });
    const { code, stderr } = await registerQwen(flag);
    expect(code).toBe(1);
    expect(stderr).toContain(`error: ${message}`);
    expect(bench.litellm.rows()).toEqual([]);
  });

  test('ends with 1 at once where flags are wrong, also while the object is not there', async () => {
    const { code, stderr } = await registerQwen('--mode=nonsense', '--max-model-len=many', '--timeout=10m');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: --max-model-len is .*\nerror: --mode is .*\n$|^error: --mode is .*\nerror: --max-model-len is .*\n$/,
    );
  });

  test('ends with 1 in the words of the annotation where that is wrong', async () => {
    serve({ name: 'qwen', annotations: { mode: 'nonsense' } });
    expect(await registerQwen()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('error: model-registrar.io/mode is "nonsense"'),
    });
  });

  test('ends with 1 where the object is being stopped, and keeps what is registered', async () => {
    serve({ name: 'qwen' });
    expect(await registerQwen()).toMatchObject({ code: 0 });
    serve({ name: 'qwen', annotations: { 'serving.kserve.io/stop': 'true' } });
    expect(await registerQwen()).toMatchObject({
      code: 1,
      stderr: 'error: serving.kserve.io/stop is "true".\n',
    });
    expect(models()).toHaveLength(1);
  });

  test.each([
    [['register'], 'error: Name one object'],
    [['register', 'inferenceservice/qwen', '--url=http://x/v1'], 'or an address with --url, not both.'],
    [
      ['register', '--url=http://x/v1/models', '--model-name=a'],
      'error: The path of --url cannot be used: it ends in "/models"',
    ],
    [['register', 'pod/qwen'], 'error: command-argument value'],
    [['register', 'inferenceservice/qwen:8000'], 'error: command-argument value'],
    [['register', '--url=http://x/v1'], 'error: An address has no name by itself: give it one with --model-name.'],
    [['register', '--url=http://x/v1', '--model-name=a', '--base-path=/v1'], 'error: --base-path is a part of --url'],
    [['register', 'service/a', '--timeout=soon'], 'It must be a duration such as'],
  ])('ends with 1 where the command line is none: %j', async ([command = '', ...args], message) => {
    const { code, stderr } = await bench.runBoth(command, '--owner-id=prod', ...args);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  test('ends with 1 where the environment of a controller names several namespaces', async () => {
    vi.stubEnv('MODEL_REGISTRAR_NAMESPACE', 'llm,b');
    expect(await bench.runBoth('register', 'inferenceservice/qwen', '--owner-id=prod')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('One namespace is needed, not 2: give that of the object with --namespace.'),
    });
  });

  test('ends with 1 at once where LiteLLM refuses the key, which is printed nowhere', async () => {
    serve({ name: 'qwen' });
    await writeFile(bench.keyFile, 'canary-wrong-key');
    const { code, stdout, stderr } = await registerQwen();
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: LiteLLM refused the key (401): check its key (--litellm-key-file, or its entry in --config)\n',
    });
  });
});

test('a row that cannot be replaced, since somebody’s hidden key cannot be copied, stays with a Warning', async () => {
  serve({ name: 'qwen' });
  expect(await registerQwen('--notes=x')).toMatchObject({ code: 0 });
  bench.litellm.edit(bench.litellm.rows()[0]?.model_id ?? '', { params: { some_secret: 'canary-theirs' } });
  bench.litellm.reload();
  const { code, stdout, stderr } = await registerQwen();
  expect(code).toBe(0);
  expect(stderr).toContain('Warning: LiteLLM hides the values of some_secret, which somebody added to "qwen"');
  expect(stdout + stderr).not.toContain('canary');
  expect(models()).toHaveLength(1);
});

test('LiteLLM that is away for a moment is waited for', async () => {
  serve({ name: 'qwen' });
  bench.litellm.faults.inject({ on: 'list', effect: { kind: 'status', status: 503 }, times: 1 });
  bench.litellm.faults.inject({ on: 'new', effect: { kind: 'status', status: 503 }, times: 1 });
  const { code, stderr } = await registerQwen();
  expect(code).toBe(0);
  expect(stderr).toContain('LiteLLM is not there behind its address');
  expect(models()).toHaveLength(1);
});

test('--deregister takes out what register made for the object, and nothing else; then there is nothing to take out', async () => {
  serve({ name: 'qwen' });
  serve({ name: 'other', annotations: { 'model-name': 'qwen' } });
  expect(await bench.runBoth('sync', '--owner-id=prod')).toMatchObject({ code: 0 });
  expect(await registerQwen('--model-name=qwen,second')).toMatchObject({ code: 0 });
  bench.kubernetes.delete({ kind: 'InferenceService', namespace: 'llm', name: 'qwen' });
  expect(models()).toHaveLength(3);
  expect(await registerQwen('--deregister', '--dry-run')).toMatchObject({
    code: 0,
    stdout: `Would take out "qwen", "second" of ${TITLE}.\n`,
  });
  expect(models()).toHaveLength(3);
  expect(await registerQwen('--deregister')).toEqual({
    code: 0,
    stdout: `"qwen", "second" of ${TITLE} taken out of LiteLLM.\n`,
    stderr: '',
  });
  expect(models()).toEqual(['qwen hosted_vllm/other http://other-predictor.llm.svc.cluster.local/openai/v1']);
  expect(await registerQwen('--deregister')).toEqual({
    code: 0,
    stdout: `Nothing was registered for ${TITLE} by this command: nothing was changed.\n`,
    stderr: '',
  });
});
