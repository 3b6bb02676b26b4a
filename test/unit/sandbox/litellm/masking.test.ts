import { describe, expect, it } from 'vitest';
import { shownParams } from '../../../../src/sandbox/litellm/masking.ts';

describe('the params that LiteLLM shows', () => {
  it('hold no credentials', () => {
    expect(shownParams({ api_key: 'a', client_secret: 'b', aws_secret_access_key: 'c', model: 'm' })).toEqual({
      model: 'm',
    });
  });

  it.each([
    ['my_token', 'abcdefghijkl', 'abcd****ijkl'],
    ['x-api-key', 'abcdefgh', '********'],
    ['Authorization', 'Bearer abcdef', 'Bear*****cdef'],
    ['max_tokens', 'abcdefghijkl', 'abcdefghijkl'],
    ['input_cost_per_token', 1, 1],
    ['litellm_credential_name', 'abcdefghijkl', 'abcdefghijkl'],
    ['default_api_key_rpm_limit', 100, 100],
    ['auth_list', ['abcdefghijkl', 5], ['abcd****ijkl', 5]],
    ['plain', [null, { token: 'short' }], ['None', { token: '*****' }]],
  ])('show %s: %j as %j', (key, value, expected) => {
    expect(shownParams({ outer: { [key]: value } })).toEqual({ outer: { [key]: expected } });
  });
});
