import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { alone, llmInferenceService } from '../../support/llm-inference-services.ts';
import { endpointSlice, service } from '../../support/services.ts';
import { type Bench, openBench, runProgram } from './program.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
});

afterEach(() => bench.close());

const SETTINGS = ['--owner-id=prod', '--timeout=10s', '--settle=300ms'];
const register = (...args: string[]) => bench.runBoth('register', '--namespace=llm', ...SETTINGS, ...args);

const rows = () => bench.litellm.rows();
const writes = (): number => bench.litellm.calls.list().filter(({ method }) => method !== 'GET').length;

test('what is refused is refused within any --timeout: a Service without a selector', async () => {
  bench.kubernetes.apply(service({ spec: { selector: null } }));
  expect(await register('service/vllm', '--timeout=1s')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('error: The Service has no selector'),
  });
});

describe('a Service', () => {
  const ports = [
    { name: 'api', port: 8000 },
    { name: 'metrics', port: 9090 },
  ];

  test('that nobody annotated is registered at the port behind its name, and moves to another', async () => {
    bench.kubernetes.apply(service({ annotations: {}, ports }));
    bench.kubernetes.apply(endpointSlice({}));
    expect(await register('service/vllm:8000', '--served-name=Qwen/Qwen3-8B', '--model-name=qwen')).toEqual({
      code: 0,
      stdout: 'LiteLLM serves "qwen" for service/vllm in namespace llm.\n',
      stderr: '',
    });
    expect(rows()[0]).toMatchObject({
      model_name: 'qwen',
      litellm_params: { model: 'hosted_vllm/Qwen/Qwen3-8B', api_base: 'http://vllm.llm.svc:8000/v1' },
    });
    expect(await register('service/vllm:metrics', '--served-name=Qwen/Qwen3-8B', '--model-name=qwen')).toMatchObject({
      code: 0,
    });
    expect(rows().map(({ litellm_params }) => litellm_params.api_base)).toEqual(['http://vllm.llm.svc:9090/v1']);
  });

  test('is refused in the words of the command line', async () => {
    bench.kubernetes.apply(service({ annotations: {}, ports }));
    expect(await register('service/vllm:nope')).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'error: :PORT behind its name is "nope", which the Service does not have. Allowed: api (8000), metrics (9090).\n',
    });
  });

  test('is waited for until one of its endpoints is ready', async () => {
    bench.kubernetes.apply(service({ annotations: {} }));
    bench.kubernetes.apply(endpointSlice({ ready: [false] }));
    const running = register('service/vllm');
    await vi.waitFor(() => expect(bench.kubernetes.watches.count()).toBe(2));
    bench.kubernetes.apply(endpointSlice({ ready: [true] }));
    expect(await running).toMatchObject({ code: 0 });
    expect(rows()).toHaveLength(1);
  });
});

test('an LLMInferenceService is registered with its adapters', async () => {
  const lora = { adapters: [{ name: 'sql', uri: 'hf://x/sql' }] };
  bench.kubernetes.apply(llmInferenceService({ annotations: {}, model: { lora }, status: alone() }));
  expect(await register('llminferenceservice/llama')).toMatchObject({
    code: 0,
    stdout: 'LiteLLM serves "llama", "sql" for llminferenceservice/llama in namespace llm.\n',
  });
  expect(rows().map(({ model_name }) => model_name)).toEqual(['llama', 'sql']);
});

test('what the administrator allows to namespaces holds for it too', async () => {
  const file = `${bench.keyFile}.yaml`;
  await writeFile(file, 'tenants:\n  - namespace: llm\n    public-names: ["llm-*"]\n');
  bench.kubernetes.apply(service({ annotations: {} }));
  bench.kubernetes.apply(endpointSlice({}));
  expect(await register('service/vllm', `--config=${file}`)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('"vllm" is not among the public names that namespace llm may have'),
  });
  expect(await register('service/vllm', `--config=${file}`, '--model-name=llm-vllm')).toMatchObject({ code: 0 });
});

describe('an address', () => {
  const given = ['--url=http://gpu-box:8000/v1/', '--model-name=mistral,Mistral Small', '--served-name=mistral:7b'];

  test('is registered as the administrator’s, once, with what was said of it', async () => {
    const { code, stdout } = await register(...given, '--provider=openai', '--litellm-params=rpm: 60');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'LiteLLM serves "mistral", "Mistral Small" for http://gpu-box:8000/v1/.\n',
    });
    expect(rows().map(({ model_id }) => model_id)).toEqual([
      expect.stringMatching(/^register\.mistral\.[0-9a-f]{8}$/),
      expect.stringMatching(/^register\.mistral\.[0-9a-f]{8}$/),
    ]);
    expect(rows()[0]).toMatchObject({
      litellm_params: {
        model: 'openai/mistral:7b',
        api_base: 'http://gpu-box:8000/v1',
        api_key: 'not-needed',
        rpm: 60,
      },
      model_info: { model_registrar: { source: 'register/-/mistral' } },
    });
    bench.litellm.calls.clear();
    expect(await register(...given, '--provider=openai', '--litellm-params=rpm: 60')).toMatchObject({ code: 0 });
    expect(writes()).toBe(0);
  });

  test('has one row for each name, in whichever order they are given', async () => {
    expect(await register('--url=http://one:8000/v1', '--model-name=a,b')).toMatchObject({ code: 0 });
    const { code, stderr } = await register('--url=http://one:8000/v1', '--model-name=b,a');
    expect(code).toBe(1);
    expect(stderr).toContain('registered for this very address already, with another name in front: ');
    expect(stderr).toContain('(--model-name a,b)');
    expect(rows()).toHaveLength(2);
    // Another address of the same model is another server.
    expect(await register('--url=http://two:8000/v1', '--model-name=b')).toMatchObject({ code: 0 });
    expect(rows()).toHaveLength(3);
  });

  test('moves, and goes', async () => {
    await register('--url=http://one:8000/v1', '--model-name=mistral');
    expect(await register('--url=http://two:8000/v1', '--model-name=mistral')).toMatchObject({ code: 0 });
    expect(rows().map(({ litellm_params }) => litellm_params.api_base)).toEqual(['http://two:8000/v1']);
    // Its rows lead elsewhere by now: they are not those of this address.
    expect(await register('--url=http://one:8000/v1', '--model-name=mistral', '--deregister')).toMatchObject({
      code: 0,
      stdout: 'Nothing was registered for http://one:8000/v1 by this command: nothing was changed.\n',
    });
    expect(await register('--url=http://two:8000/v1', '--model-name=mistral', '--deregister')).toMatchObject({
      code: 0,
      stdout: '"mistral" of http://two:8000/v1 taken out of LiteLLM.\n',
    });
    expect(rows()).toEqual([]);
  });

  test('needs no cluster where owner id and namespace are given', async () => {
    vi.stubEnv('KUBECONFIG', '/nowhere');
    const litellm = [`--litellm-url=${bench.litellm.url}`, `--litellm-key-file=${bench.keyFile}`];
    const args = ['register', ...litellm, ...SETTINGS, '--url=http://one:8000/v1', '--model-name=a'];
    expect(await runProgram(...args)).toMatchObject({ code: 0 });
    vi.stubEnv('KUBECONFIG', '/nowhere');
    expect(await runProgram(...args, '--deregister')).toMatchObject({ code: 0 });
  });

  test('takes no name that an object has', async () => {
    bench.kubernetes.apply(service({ annotations: { 'model-name': 'mistral' } }));
    bench.kubernetes.apply(endpointSlice({}));
    expect(await bench.runBoth('sync', '--owner-id=prod', '--source=service')).toMatchObject({ code: 0 });
    const { code, stderr } = await register('--url=http://one:8000/v1', '--model-name=mistral');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: "mistral" is held by service\/llm\/vllm .*\. Choose another name with --model-name\.$/m,
    );
  });

  test.each([
    ['ftp://host/v1', '--url is no http or https URL: give the base'],
    ['http://user:canary-password@host/v1', '--url carries credentials: give the base'],
    ['http://host/v1?key=canary-key', '--url carries a query or a fragment: give the base'],
  ])('that is none is refused without being repeated: %s', async (url, message) => {
    const { code, stdout, stderr } = await register(`--url=${url}`, '--model-name=a', '--timeout=100ms');
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stdout + stderr).not.toContain('canary');
  });
});
