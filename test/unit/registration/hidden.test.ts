import { describe, expect, it } from 'vitest';
import { holdsHidden, isHidden } from '../../../src/registration/hidden.ts';

describe('isHidden', () => {
  it.each([
    'api_key',
    'client_secret',
    'vertex_credentials',
    'aws_access_key_id',
    'x-api-key',
    'Authorization',
    'Cookie',
    'hf_token',
    'PRIVATE_NOTE',
    'tls-certificate',
  ])('knows that LiteLLM does not show %s', (key) => {
    expect(isHidden(key)).toBe(true);
  });

  it.each([
    'model',
    'api_base',
    'max_tokens',
    'max_input_tokens',
    'rpm',
    'input_cost_per_token',
    'litellm_credential_name',
    'keyboard',
    'X-Custom',
  ])('knows that LiteLLM shows %s', (key) => {
    expect(isHidden(key)).toBe(false);
  });
});

describe('holdsHidden', () => {
  it.each([
    ['extra_headers', { Authorization: 'x' }],
    ['extra_headers', { nested: { list: [{ 'x-api-key': 1 }] } }],
    ['api_key', undefined],
  ])('finds a hidden key in %s: %j', (key, value) => {
    expect(holdsHidden(key, value)).toBe(true);
  });

  it.each([
    ['extra_headers', { 'X-Custom': 'token' }],
    ['tags', ['key', 'secret']],
    ['rpm', null],
    ['rpm', 6],
  ])('finds none in %s: %j', (key, value) => {
    expect(holdsHidden(key, value)).toBe(false);
  });
});
