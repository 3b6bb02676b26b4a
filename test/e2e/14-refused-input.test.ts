import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FaultProxy } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import { resyncs, writesAt } from './proxy-calls.ts';
import { openScene, type Scene } from './scene.ts';
import { readStored } from './stored.ts';

let scene: Scene;
let proxy: FaultProxy;

beforeEach(async () => {
  scene = await openScene();
  proxy = await scene.bed.startProxy();
});

afterEach(() => scene.close());

const bomb = [
  'a: &a [x,x,x,x,x,x,x,x,x]',
  ...Array.from('bcdefghi', (key, at) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[at]}`).join()}]`),
].join('\n');

/** What a tenant may try, and what the Event has to say: what is wrong, and what is allowed. */
const TRIES: Record<string, { annotations: Record<string, string>; told: RegExp; reason?: string }> = {
  'a name of LiteLLM’s environment': {
    annotations: { 'litellm-params': 'rpm: os.environ/LITELLM_MASTER_KEY' },
    told: /rpm must be a whole number from 1 to 2147483647\. Allowed: a YAML map .* rpm, tpm, /,
  },
  'a key out of LiteLLM’s environment': {
    annotations: { 'litellm-params': 'api_key: os.environ/LITELLM_MASTER_KEY' },
    told: /"api_key" may not be set here \(use the annotation api-key-secret\)\. Allowed: /,
  },
  'an api_base': {
    annotations: { 'litellm-params': 'api_base: http://evil.example.com/v1' },
    told: /"api_base" may not be set here \(the address is that of the object.*Allowed: /,
  },
  'a credential of LiteLLM’s': {
    annotations: { 'litellm-params': 'litellm_credential_name: company' },
    reason: 'NotAllowed',
    told: /litellm-params: the credential that litellm_credential_name names is not allowed for the namespace/,
  },
  'a provider in the parameters': {
    annotations: { 'litellm-params': 'custom_llm_provider: azure' },
    told: /"custom_llm_provider" may not be set here \(use the annotation provider\)\. Allowed: /,
  },
  'a provider that is not listed': {
    annotations: { provider: 'azure' },
    told: /provider is "azure": it is not in the list\. Allowed: hosted_vllm, openai/,
  },
  'a name of LiteLLM’s environment in notes': {
    annotations: { notes: 'os.environ/LITELLM_MASTER_KEY' },
    told: /notes is "os\.environ\/LITELLM_MASTER_KEY": .*Allowed: /,
  },
  'a name of LiteLLM’s environment as served name': {
    annotations: { 'served-name': 'os.environ/LITELLM_MASTER_KEY' },
    told: /served-name is .*Allowed: /,
  },
  'a NUL': {
    annotations: { 'model-info': 'description: "a\\0b"' },
    told: /description must be one line of up to 500 characters\. Allowed: /,
  },
  'a plain NUL': { annotations: { notes: 'a\0b' }, told: /notes is "a\\u\{0\}b": it contains a NUL.* Allowed: / },
  '200 KiB of YAML': {
    annotations: { 'model-info': `description: ${'x'.repeat(200 * 1024)}` },
    told: /model-info: it is longer than 8192 characters\. Allowed: /,
  },
  'a YAML bomb': {
    annotations: { 'litellm-params': bomb },
    told: /litellm-params: it holds an anchor or an alias\. Allowed: /,
  },
  'a served name with a newline': {
    annotations: { 'served-name': 'qwen\nX-Injected: 1' },
    told: /served-name is "qwen\\nX-Injected: 1": it contains a control character or a line end\. Allowed: /,
  },
  'a grant': {
    annotations: { 'model-info': 'access_groups: [everybody]' },
    told: /"access_groups" may not be set here \(use the annotation access-groups\)\. Allowed: /,
  },
  'a grant by its annotation': {
    annotations: { 'access-groups': 'everybody' },
    reason: 'NotAllowed',
    told: /access-groups: "everybody" may not be joined from this namespace/,
  },
  'another team’s mark': {
    annotations: { 'model-info': 'team_id: theirs' },
    told: /"team_id" may not be set here\. Allowed: /,
  },
  'a mode that changes others’ calls': {
    annotations: { mode: 'responses' },
    told: /mode is "responses": LiteLLM would send the chat calls of other entries .* Allowed: chat, completion/,
  },
  'a Secret elsewhere': {
    annotations: { 'api-key-secret': 'kube-system/theirs/token' },
    told: /api-key-secret is "kube-system\/theirs\/token": it names no Secret\. Allowed: name or name\/key/,
  },
};

test('14: what a tenant may not set is refused with an Event that says what is allowed; nothing reaches LiteLLM, others go on', async () => {
  await scene.controller({ litellmUrl: proxy.url });
  const names = await Promise.all(
    Object.values(TRIES).map(async ({ annotations }, at) => {
      const name = `try-${at}`;
      await scene.serve({ name, annotations: { 'model-name': name, ...annotations } });
      return name;
    }),
  );
  await scene.serve({ name: 'honest', annotations: { 'model-name': 'honest', 'litellm-params': 'rpm: 600' } });
  await until('the honest one is registered', () => scene.gateway.model('honest'), 60_000);
  for (const [at, [what, { told, reason = 'InvalidAnnotation' }]] of Object.entries(TRIES).entries()) {
    const events = await until(`an Event about ${what}`, async () => {
      const seen = await scene.events(names[at] ?? '');
      return seen.length > 0 && seen;
    });
    expect(events, what).toEqual([expect.stringMatching(new RegExp(`^${reason}: .*${told.source}`, 's'))]);
  }
  await resyncs(proxy, 2);
  expect(writesAt(proxy)).toEqual(['POST /model/new']);
  expect((await readStored(scene.bed)).map(({ model_name }) => model_name)).toEqual(['honest']);
  expect(await scene.gateway.chat('honest')).toMatchObject({ status: 200 });
});

test('14: an edit to something refused changes nothing of what is registered', async () => {
  await scene.controller({ litellmUrl: proxy.url });
  await scene.serve({ name: 'qwen', annotations: { 'model-name': 'qwen', 'litellm-params': 'rpm: 600' } });
  await until('it is registered', () => scene.gateway.model('qwen'), 30_000);
  const before = await readStored(scene.bed);
  await scene.apply({ name: 'qwen', annotations: { 'model-name': 'qwen', 'litellm-params': 'api_base: http://evil' } });
  await until('it is told', async () => (await scene.events('qwen')).find((one) => one.includes('"api_base" may not')));
  await resyncs(proxy, 2);
  expect(await readStored(scene.bed)).toEqual(before);
  expect(await scene.gateway.chat('qwen')).toMatchObject({ status: 200 });
});
