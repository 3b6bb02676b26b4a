import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeError, guardFields, REDACTED } from '../../../src/telemetry/log-guard.ts';

describe('guardFields', () => {
  test.each([
    'authorization',
    'Proxy-Authorization',
    'api_key',
    'apiKey',
    'litellm-key',
    'masterKey',
    'password',
    'accessToken',
    'aws_secret_access_key',
    'client_secret',
    'vertex_credentials',
    'headers',
    'requestHeaders',
    'body',
    'set-cookie',
  ])('replaces the value of %s', (name) => {
    expect(guardFields({ [name]: 'canary', deep: [{ [name]: { x: 'canary' } }] })).toEqual({
      [name]: REDACTED,
      deep: [{ [name]: REDACTED }],
    });
  });

  test('leaves what a line is about', () => {
    const fields = {
      key: 'inference-service/llm/qwen',
      max_tokens: 8192,
      ready: true,
      gone: null,
      names: ['a', 'b'],
      at: new Date(0),
    };
    expect(guardFields(fields)).toEqual(fields);
  });

  test('replaces a credential inside a text', () => {
    expect(
      guardFields({
        url: new URL('https://user:canary@litellm.example.com/v1'),
        text: 'sent "Bearer canary" to http://canary@host:4000/x',
      }),
    ).toEqual({
      url: `https://${REDACTED}@litellm.example.com/v1`,
      text: `sent "Bearer ${REDACTED}" to http://${REDACTED}@host:4000/x`,
    });
  });

  test('ends on an object that holds itself', () => {
    const loop: Record<string, unknown> = { name: 'loop' };
    loop.self = loop;
    expect(JSON.stringify(guardFields({ loop }))).toContain('[deeper]');
  });

  test('never lets a credential through, however deep it lies', () => {
    const holder = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.record({ api_key: fc.constant('canary'), n: fc.integer() }),
        fc.dictionary(fc.string(), tie('tree')),
        fc.array(tie('tree'), { maxLength: 3 }),
      ),
    })).tree;
    fc.assert(
      fc.property(holder, (value) => {
        expect(JSON.stringify(guardFields({ value })) ?? '').not.toContain('canary');
      }),
    );
  });
});

describe('describeError', () => {
  test('keeps code, status and message of a coded error, without its stack', () => {
    const error = Object.assign(new Error('LiteLLM refused the key: check --litellm-key-file.'), {
      code: 'LITELLM_UNAUTHORIZED',
      status: 401,
    });
    error.name = 'LitellmError';
    expect(describeError(error)).toEqual({
      name: 'LitellmError',
      code: 'LITELLM_UNAUTHORIZED',
      status: 401,
      message: error.message,
    });
  });

  test('says where an error without a code came from', () => {
    const { stack } = describeError(new TypeError('x is undefined'));
    expect(stack?.[0]).toMatch(/^at .*log-guard\.test\.ts/);
  });

  test('describes causes, and those of causes, without their answers', () => {
    const inner = Object.assign(new Error('first line\nBody: canary'), { body: 'canary', statusCode: 500 });
    const outer = new Error('outer', { cause: new Error('middle', { cause: inner }) });
    const described = describeError(outer);
    expect(described).toMatchObject({
      message: 'outer',
      cause: { message: 'middle', cause: { message: 'first line', status: 500 } },
    });
    expect(JSON.stringify(described)).not.toContain('canary');
  });

  test('ends on a chain of causes that never ends', () => {
    const error = new Error('again');
    error.cause = error;
    expect(JSON.stringify(describeError(error)).match(/again/g)).toHaveLength(4);
  });

  test('speaks for the addresses behind an error without a message', () => {
    const refused = new Error('connect ECONNREFUSED 127.0.0.1:4000');
    expect(describeError(new AggregateError([refused], '')).message).toBe(refused.message);
  });

  test('makes one bounded line of a message', () => {
    const { message } = describeError(new Error(`two\n  lines ${'x'.repeat(5000)}`));
    expect(message).toMatch(/^two lines x+…$/);
    expect(message.length).toBeLessThan(1100);
  });

  test('takes what is thrown and no error', () => {
    expect(describeError('just text')).toEqual({ name: 'Thrown', message: 'just text' });
  });
});
