import { afterEach, describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { attachBed, CANARIES, CONFIG_MODELS, canariesIn, waitFor } from '../bed/index.ts';

const bed = attachBed(inject('bed'));

const modelListSchema = z.object({ data: z.array(z.looseObject({ model_name: z.string() })) });

let count = 0;

/** A name that no other test has. */
function fresh(prefix: string): string {
  count += 1;
  return `${prefix}-${process.pid}-${count}`;
}

interface RowOptions {
  model?: string;
  api_key?: string | undefined;
  api_base?: string;
}

/** Makes a row in LiteLLM, its id its name. */
async function addRow(name: string, options: RowOptions): Promise<void> {
  const { status, body } = await bed.litellm.request('POST', '/model/new', {
    model_name: name,
    litellm_params: { model: `hosted_vllm/${name}`, api_key: 'not-needed', ...options },
    model_info: { id: name },
  });
  expect(status, JSON.stringify(body)).toBe(200);
}

function chat(name: string, replica = bed.litellm.first) {
  const messages = [{ role: 'user', content: 'hello' }];
  return replica.request('POST', '/v1/chat/completions', { model: name, messages });
}

async function modelNames(replica = bed.litellm.first): Promise<string[]> {
  const { body } = await replica.request('GET', '/model/info');
  return modelListSchema.parse(body).data.map((row) => row.model_name);
}

afterEach(() => bed.close());

describe('Kubernetes', () => {
  test('KServe’s CRDs are there, and a status can be set by hand', async () => {
    const namespace = fresh('crds');
    await bed.kubernetes.createNamespace(namespace);
    await bed.kubernetes.apply({
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: { name: 'qwen', namespace },
      spec: { predictor: { model: { modelFormat: { name: 'huggingface' }, args: ['--model_name=qwen'] } } },
    });
    const target = ['inferenceservice', 'qwen', '--namespace', namespace];
    const status = { status: { url: 'http://qwen.example', conditions: [{ type: 'Ready', status: 'True' }] } };
    await bed.kubernetes.kubectl([
      'patch',
      ...target,
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify(status),
    ]);
    expect(await bed.kubernetes.kubectl(['get', ...target, '-o', 'jsonpath={.status.url}'])).toBe(
      'http://qwen.example',
    );
  });

  test('a ServiceAccount’s token has exactly its rights', async () => {
    const namespace = fresh('rights');
    await bed.kubernetes.createNamespace(namespace);
    const name = 'reader';
    await bed.kubernetes.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name, namespace },
        rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name, namespace },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
      },
    );
    const token = await bed.kubernetes.serviceAccountToken(namespace, name);
    const kubeconfig = await bed.kubernetes.kubeconfigFor(token);
    const as = (...args: string[]) =>
      bed.kubernetes.kubectl([...args, '--kubeconfig', kubeconfig, '--namespace', namespace]);
    expect(await as('get', 'configmaps', '-o', 'name')).toBe('');
    await expect(as('get', 'secrets')).rejects.toThrow(/cannot list resource "secrets"/);
    const nobody = await bed.kubernetes.kubeconfigFor(bed.kubernetes.nobodyToken);
    await expect(bed.kubernetes.kubectl(['get', 'configmaps', '--kubeconfig', nobody])).rejects.toThrow(
      /User "nobody" cannot/,
    );
  });

  test('the API server comes back on its port with all that it held', async () => {
    const namespace = fresh('restart');
    await bed.kubernetes.createNamespace(namespace);
    await bed.kubernetes.apiserver.kill();
    expect(await bed.kubernetes.apiserver.status()).toMatchObject({ state: 'stopped' });
    await expect(bed.kubernetes.kubectl(['get', 'namespace', namespace])).rejects.toThrow();
    await bed.kubernetes.restart();
    expect(await bed.kubernetes.kubectl(['get', 'namespace', namespace, '-o', 'name'])).toBe(
      `namespace/${namespace}\n`,
    );
  });
});

describe('LiteLLM', () => {
  test('a chat call reaches the model server behind an in-cluster name; so do embeddings, completions and rerank', async () => {
    const name = fresh('qwen');
    const host = `${name}-predictor.llm`;
    const server = await bed.serve(host, { served: [name], basePath: '/openai/v1' });
    await addRow(name, { api_base: `http://${host}.svc.cluster.local/openai/v1` });

    const answer = await chat(name);
    expect(answer.body).toMatchObject({ choices: [{ message: { content: `hello from ${name}` } }] });
    expect(answer.headers.get('x-litellm-model-id')).toBe(name);
    const embeddings = await bed.litellm.request('POST', '/v1/embeddings', { model: name, input: ['a', 'b'] });
    expect(embeddings.status).toBe(200);
    const completion = await bed.litellm.request('POST', '/v1/completions', { model: name, prompt: 'a' });
    expect(completion.status).toBe(200);
    const rerank = await bed.litellm.request('POST', '/v1/rerank', { model: name, query: 'a', documents: ['b', 'c'] });
    expect(rerank.status).toBe(200);
    const paths = server.calls.map((call) => `${call.method} ${call.path} ${call.model} ${call.status}`);
    expect(paths).toEqual(
      ['chat/completions', 'embeddings', 'completions', 'rerank'].map((end) => `POST /openai/v1/${end} ${name} 200`),
    );
    expect((await bed.gatewayCalls()).filter((call) => call.host === `${host}.svc.cluster.local`)).toHaveLength(4);
  });

  test('a name that the model server does not serve is refused, and a host without a server too', async () => {
    const name = fresh('other');
    const server = await bed.serve(`${name}.llm`, { served: ['something-else'] });
    await addRow(name, { api_base: `http://${name}.llm.svc.cluster.local/v1` });
    const refused = await chat(name);
    expect(refused.status).toBe(404);
    expect(JSON.stringify(refused.body)).toContain(`The model \`${name}\` does not exist.`);
    server.serve([name]);
    expect((await chat(name)).status).toBe(200);
    server.failWith(429);
    expect((await chat(name)).status).toBe(429);
    await server.stop();
    expect((await chat(name)).status).toBe(503);
  });

  test('the canaries of a row without a key reach the model server: so a test that looks for them can fail', async () => {
    const [without, withKey] = [fresh('without'), fresh('with')];
    const server = await bed.startModelServer({ served: [without, withKey] });
    await addRow(without, { api_key: undefined, api_base: server.url });
    await addRow(withKey, { api_base: server.url });
    expect((await chat(withKey)).status).toBe(200);
    expect(canariesIn(server.calls)).toEqual([]);
    expect((await chat(without)).status).toBe(200);
    expect(canariesIn(server.calls)).toEqual(['HOSTED_VLLM_API_KEY']);
    expect(server.calls.at(-1)?.headers.authorization).toBe(`Bearer ${CANARIES.HOSTED_VLLM_API_KEY}`);
  });

  test('the config file’s models are served beside the database’s', async () => {
    const names = CONFIG_MODELS.map((model) => model.model_name);
    expect(await modelNames()).toEqual(expect.arrayContaining(names));
    await bed.serve('house.models', { served: ['house-chat'] });
    expect((await chat('house-chat')).headers.get('x-litellm-model-id')).toBe('house-chat-by-hand');
  });

  test('a second replica sees what the first was told', async () => {
    const name = fresh('shared');
    const server = await bed.startModelServer({ served: [name] });
    const second = await bed.litellm.startReplica();
    await addRow(name, { api_base: server.url });
    await waitFor('the second replica has loaded the row', async () => (await modelNames(second)).includes(name));
    expect((await chat(name, second)).status).toBe(200);
    await second.stop();
    expect(await second.status()).toMatchObject({ state: 'stopped' });
    await expect(second.request('GET', '/health/liveliness')).rejects.toThrow();
  });

  test('a frozen LiteLLM answers nothing until it is resumed', async () => {
    await bed.litellm.first.pause();
    const pending = bed.litellm.request('GET', '/health/liveliness');
    const impatient = fetch(`${bed.litellm.url}/health/liveliness`, { signal: AbortSignal.timeout(500) });
    await expect(impatient).rejects.toThrow(/timeout/i);
    await bed.litellm.first.resume();
    expect((await pending).status).toBe(200);
  });

  test('a database that was away is used again when it is back', async () => {
    const name = fresh('after');
    await bed.postgres.stop();
    const row = { model_name: name, litellm_params: { model: `hosted_vllm/${name}` }, model_info: { id: name } };
    expect((await bed.litellm.request('POST', '/model/new', row)).status).toBe(500);
    await bed.postgres.start();
    await waitFor(
      'LiteLLM writes rows again',
      async () => (await bed.litellm.request('POST', '/model/new', row)).status === 200,
      {
        withinMs: 60_000,
        everyMs: 500,
      },
    );
    const rows = await bed.postgres.psql(`SELECT count(*) FROM "LiteLLM_ProxyModelTable" WHERE model_id = '${name}'`);
    expect(rows).toBe('1');
  });

  test('a database that is frozen or killed comes back too', async () => {
    await bed.postgres.pause();
    const pending = bed.postgres.psql('SELECT 41 + 1');
    expect((await bed.postgres.status()).state).toBe('paused');
    await bed.postgres.resume();
    expect(await pending).toBe('42');
    await bed.postgres.kill();
    await expect(bed.postgres.psql('SELECT 1')).rejects.toThrow(/refused/);
    await bed.postgres.start();
    expect(await bed.postgres.psql('SELECT 42')).toBe('42');
    await waitFor(
      'LiteLLM reads its database again',
      async () => (await bed.litellm.request('GET', '/health/readiness')).status === 200,
    );
  });
});
