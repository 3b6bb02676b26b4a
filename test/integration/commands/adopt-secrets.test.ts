import { afterEach, beforeEach, expect, test } from 'vitest';
import { inferenceService, status } from '../../support/inference-services.ts';
import { type Bench, openBench } from './program.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
  const wish = { name: 'qwen', annotations: { 'model-name': 'qwen' } };
  bench.kubernetes.apply(inferenceService({ ...wish, status: status(wish) }));
});

afterEach(() => bench.close());

const PARAMS = {
  extra_headers: { 'x-tenant': 'canary-1' },
  headers: { 'x-tenant': 'canary-2' },
  organization: 'sk-canary-3',
  proxy: 'https://u:canary-4@proxy/',
  region: { hosts: ['http://u:canary-5@h/v1?k=canary-6'] },
  user: 'Bearer canary-7',
  aws_profile_name: 'AKIACANARY000008',
};
const INFO = {
  webhook: 'https://u:canary-9@hook/p?sig=canary-10',
  note: 'ask with sk-canary-11 at http://u:canary-12@h/',
  login: { word: 'eyJcanary-13.x.y' },
};

/** What the commands print of each of these, in every way that they print it. */
async function printed(...args: string[]): Promise<string> {
  const all: string[] = [];
  for (const format of ['table', 'json']) {
    const { stdout, stderr } = await bench.runBoth(...args, '--owner-id=prod', '--settle=300ms', '-o', format);
    all.push(stdout, stderr);
  }
  return all.join('\n');
}

test('adopt prints each setting that would be lost, and no value that may be a secret', async () => {
  const backend = { model: 'openai/qwen', api_base: 'http://u:canary-0@elsewhere/v1?k=canary-0' };
  bench.litellm.insert({ id: 'by-hand', name: 'qwen', params: { ...backend, ...PARAMS }, info: INFO });
  bench.litellm.reload();
  const text = await printed('adopt', 'qwen', '--dry-run');
  for (const key of [...Object.keys(PARAMS), ...Object.keys(INFO)]) expect(text).toContain(key);
  expect(text).toContain('https://…@hook/p');
  expect(text).not.toMatch(/canary/i);
});

test('plan prints no value that may be a secret, where somebody put one into a key of ours', async () => {
  expect(await bench.runBoth('sync', '--owner-id=prod')).toMatchObject({ code: 0 });
  const [ours] = bench.litellm.rows();
  const params = { api_base: 'http://u:canary@elsewhere/v1', model: 'openai/sk-canary' };
  bench.litellm.edit(ours?.model_id ?? '', { params });
  bench.litellm.reload();
  const text = await printed('plan');
  expect(text).toContain('http://…@elsewhere/v1');
  expect(text).toContain('litellm_params.model');
  expect(text).not.toContain('canary');
});
