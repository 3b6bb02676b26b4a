import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { canariesIn, type ModelServer } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import { runProgram } from './program.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openScene();
});

afterEach(() => scene.close());

describe('8: LiteLLM has provider keys in its environment, and no model server ever receives one', () => {
  test('8: a row without a key would send one: the canaries are in place', async () => {
    const server = await scene.bed.serve('naked.llm', { served: ['naked'], basePath: '/openai/v1' });
    const api_base = 'http://naked.llm.svc.cluster.local/openai/v1';
    await scene.gateway.addByHand({ name: 'naked', params: { model: 'hosted_vllm/naked', api_base } });
    await callAll('naked');
    expect(canariesIn(server.calls)).toEqual(['HOSTED_VLLM_API_KEY']);
  });

  test('8: no row of ours sends one, whichever its provider', async () => {
    await scene.controller();
    for (const [provider, paths] of Object.entries(REACHED)) {
      const name = provider.replace('_', '-');
      const server = await scene.serve({ name, annotations: { provider } });
      await until(`${name} is there`, async () => (await scene.gateway.names()).includes(name), 30_000);
      await callAll(name);
      expect(pathsOf(server)).toEqual(paths);
      expect(canariesIn(server.calls)).toEqual([]);
      expect(JSON.stringify(server.calls)).not.toContain(scene.bed.litellm.masterKey);
      expect(new Set(server.calls.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer not-needed']));
    }
  });
});

/** At which paths, after the base, LiteLLM 1.106.0 calls the model server of each provider for the calls of {@link callAll}. */
const REACHED: Record<string, string[]> = {
  hosted_vllm: ['/chat/completions', '/completions', '/embeddings', '/rerank'],
  openai: ['/chat/completions', '/completions', '/embeddings'],
  'text-completion-openai': ['/completions'],
  huggingface: ['/chat/completions', '/rerank'],
  infinity: ['/embeddings', '/rerank'],
  cohere: ['', '/v2/rerank'],
};

/** Every kind of call that may reach a model server; what LiteLLM makes of it depends on the provider. */
async function callAll(model: string): Promise<void> {
  const messages = [{ role: 'user', content: 'hello' }];
  const calls: [string, object][] = [
    ['/v1/chat/completions', { messages }],
    ['/v1/completions', { prompt: 'hello' }],
    ['/v1/embeddings', { input: ['hello'] }],
    ['/v1/rerank', { query: 'hello', documents: ['a', 'b'] }],
  ];
  for (const [path, body] of calls) await scene.bed.litellm.request('POST', path, { model, ...body });
}

function pathsOf({ calls }: ModelServer): string[] {
  return [...new Set(calls.map(({ path }) => path.replace('/openai/v1', '')))].toSorted();
}

describe('8: LiteLLM’s own key is nowhere', () => {
  test('8: not in logs, Events, figures and answers of the controller, also where LiteLLM refuses the key and repeats its hash', async () => {
    const proxy = await scene.bed.startProxy();
    const controller = await scene.controller({ litellmUrl: proxy.url, settings: { 'log-level': 'trace' } });
    await scene.serve({ name: 'before', annotations: { 'model-name': 'before' } });
    await until('its model is there', () => scene.gateway.model('before'), 30_000);

    // An answer that holds the true key's hash, as LiteLLM's do; then a key that the real one refuses.
    const { masterKey } = scene.bed.litellm;
    const refusal = { status: 401, body: refusalOf(masterKey), times: 2 };
    const fault = proxy.fault({ kind: 'answer', method: 'POST', path: '/model/new', ...refusal });
    await scene.serve({ name: 'refused', annotations: { 'model-name': 'refused' } });
    await until('the refusals were used up', () => fault.applied() === 2, 30_000);
    await until('it was made after that', () => scene.gateway.model('refused'), 30_000);

    const wrongKey = `sk-wrong-${randomBytes(12).toString('hex')}`;
    proxy.forget();
    await writeFile(scene.keyFile, wrongKey);
    await until('LiteLLM has refused the key', () => proxy.calls.some(({ status }) => status === 401), 30_000);
    await scene.cluster.patch('before', scene.namespace, { metadata: { annotations: { [NOTES]: 'new' } } });
    await until('it is not ready', async () => (await controller.ready()).status === 503, 30_000);
    const said = [(await controller.ready()).text, await controller.metrics()];

    // A changed key is taken over without a restart.
    await writeFile(scene.keyFile, masterKey);
    await until('the edit has arrived', async () => (await scene.gateway.model('before')).model_info.notes === 'new');
    said.push(controller.output(), await controller.metrics(), JSON.stringify(await everyEvent()));
    expect(said.join('\n')).toContain('"unauthorized"');
    expect(JSON.stringify(await everyEvent())).toContain('refused the key');
    for (const text of said) for (const key of [masterKey, wrongKey]) expect(formsIn(text, key)).toEqual([]);
  });

  test('8: not in what commands print, also when they fail', async () => {
    const { masterKey, url } = scene.bed.litellm;
    await scene.serve({ name: 'qwen', annotations: { 'model-name': 'qwen' } });
    const wrongFile = `${scene.keyFile}-wrong`;
    const wrongKey = `sk-wrong-${randomBytes(12).toString('hex')}`;
    await writeFile(wrongFile, wrongKey);
    const config = `${scene.keyFile}.yaml`;
    await writeFile(config, `litellm-url: http://x:${masterKey}@127.0.0.1\nlitellm-key: ${masterKey}\n`);

    const cluster = [`--kubeconfig=${scene.bed.kubernetes.kubeconfigPath}`, `--owner-id=${scene.ownerId}`];
    const access = [...cluster, `--litellm-url=${url}`];
    const env = { MODEL_REGISTRAR_LITELLM_KEY: masterKey, MODEL_REGISTRAR_LOG_LEVEL: 'trace' };
    const keyFile = `--litellm-key-file=${scene.keyFile}`;
    const runs: [string[], number][] = [
      [['plan', ...access, keyFile], 2],
      [['plan', ...access, '-o', 'json'], 2],
      [['sync', ...access, keyFile, '--dry-run'], 0],
      [['sync', ...access, keyFile], 0],
      [['plan', ...access, `--litellm-key-file=${wrongFile}`], 1],
      [['sync', ...access, `--litellm-key-file=${wrongFile}`], 1],
      // What people do by mistake.
      [['plan', ...access, `--litellm-key-file=${masterKey}`], 1],
      [['plan', ...access, `--litellm-key=${masterKey}`], 1],
      [['plan', ...access, '--litellm-key', masterKey], 1],
      [['plan', ...cluster, `--litellm-url=http://x:${masterKey}@127.0.0.1:4000`], 1],
      [['run', ...cluster, `--litellm-url=${masterKey}`], 1],
      [['plan', ...cluster, `--config=${config}`], 1],
    ];
    for (const [args, code] of runs) {
      const ended = await runProgram(args, { env });
      const said = `${ended.stdout}\n${ended.stderr}`;
      const told = args.map((arg) => arg.replace(masterKey, 'KEY')).join(' ');
      expect({
        told,
        code: ended.code,
        masterKey: formsIn(said, masterKey),
        wrongKey: formsIn(said, wrongKey),
      }).toEqual({
        told,
        code,
        masterKey: [],
        wrongKey: [],
      });
    }
    const rows = await scene.bed.postgres.psql('SELECT * FROM "LiteLLM_ProxyModelTable"');
    expect(rows).toContain('qwen');
    expect(formsIn(rows, masterKey)).toEqual([]);
    expect(formsIn(JSON.stringify(await everyEvent()), masterKey)).toEqual([]);
  });
});

const NOTES = 'model-registrar.io/notes';

/** The forms of a key that stand in a text: itself, its hash as LiteLLM stores and tells it, and what one could turn back. */
function formsIn(text: string, key: string): string[] {
  const hash = createHash('sha256').update(key).digest();
  const forms = {
    key,
    end: key.slice(-8),
    hash: hash.toString('hex'),
    'hash in base64': hash.toString('base64'),
    'in base64': Buffer.from(key).toString('base64').replace(/=+$/, ''),
    'as LiteLLM shortens it': `sk-...${key.slice(-4)}`,
  };
  return Object.entries(forms).flatMap(([name, form]) => (text.includes(form) ? [name] : []));
}

/** What LiteLLM 1.106.0 answers to a key that it does not know. */
function refusalOf(key: string): object {
  const hash = createHash('sha256').update(key).digest('hex');
  const message = `Authentication Error, Invalid proxy server token passed. Received API Key = sk-...${key.slice(-4)}, Key Hash (Token) =${hash}. Unable to find token in cache or \`LiteLLM_VerificationTokenTable\``;
  return { error: { message, type: 'token_not_found_in_db', param: 'key', code: '401' } };
}

async function everyEvent(): Promise<unknown> {
  return scene.cluster.call('GET', `/api/v1/namespaces/${scene.namespace}/events`);
}
