import { expect, test } from 'vitest';
import { sameBackend } from '../../../../src/commands/adoption/same-backend.ts';
import { handMade, registration } from '../../registration/builders.ts';

const BASE = 'http://qwen-predictor.llm.svc.cluster.local/openai/v1';

const same = (params: Record<string, string>, servedName = 'qwen') =>
  sameBackend(
    handMade('any', { params: { model: 'openai/qwen', api_base: BASE, ...params } }),
    registration('qwen', { servedName, apiBase: BASE }),
  );

test.each<[string, Record<string, string>]>([
  ['another provider', { model: 'hosted_vllm/qwen' }],
  ['no provider', { model: 'qwen' }],
  ['a slash at the end', { api_base: `${BASE}/` }],
  ['the usual port and capitals', { api_base: 'http://QWEN-predictor.llm.svc.cluster.local:80/openai/v1' }],
  ['the short name of the Service', { api_base: 'http://qwen-predictor.llm.svc/openai/v1' }],
])('the same in another spelling: %s', (_case, params) => {
  expect(same(params)).toBe(true);
});

test.each<[string, Record<string, string>]>([
  ['model', { model: 'openai/qwen2' }],
  ['path', { api_base: BASE.replace('/openai', '') }],
  ['host', { api_base: BASE.replace('qwen-', 'qwen2-') }],
  ['port', { api_base: 'http://qwen-predictor.llm.svc.cluster.local:8080/openai/v1' }],
  ['scheme', { api_base: BASE.replace('http', 'https') }],
  ['address that is none', { api_base: 'nonsense' }],
])('another %s', (_case, params) => {
  expect(same(params)).toBe(false);
});

test('a served name with slashes is taken whole', () => {
  expect(same({ model: 'openai/Qwen/Qwen3' }, 'Qwen/Qwen3')).toBe(true);
  expect(same({ model: 'Qwen/Qwen3' }, 'Qwen/Qwen3')).toBe(true);
  expect(same({ model: 'openai/Qwen3' }, 'Qwen/Qwen3')).toBe(false);
});

test('a row without an address is nobody’s', () => {
  expect(sameBackend(handMade('qwen', { params: { model: 'bedrock/qwen' } }), registration())).toBe(false);
});
