import { describe, expect, it } from 'vitest';
import { readBackends } from '../../../../src/sources/backend/index.ts';
import { entry } from './builders.ts';

function problems(text: string): string[] {
  const read = readBackends(text, 'backends.yaml');
  return 'problems' in read ? read.problems : [];
}

/** What is wrong with an entry, a line each. */
const wrong = (lines: string) =>
  problems(`backends:\n  - name: lab\n    url: http://a/v1\n${lines.replaceAll(/^/gm, '    ')}\n`);

describe('an entry', () => {
  it('needs a name and an address, and has defaults for the rest', () => {
    expect(entry()).toEqual({
      name: 'lab',
      url: 'http://10.0.0.5:11434/v1',
      interval: 60_000,
      timeout: 10_000,
      exclude: [],
      'model-name': '{id}',
      provider: 'hosted_vllm',
      modes: [],
      'litellm-params': {},
      'model-info': {},
      tags: [],
      'access-groups': [],
      cleanup: 'withdraw',
      probe: false,
    });
    expect(problems('backends:\n  - url: http://a\n  - name: b\n')).toEqual([
      'backends.yaml:2: backends[0].name must be a name',
      'backends.yaml:3: backends[1].url must be an http:// or https:// address',
    ]);
  });

  it('has its address without the slash at the end', () => {
    expect(entry({ url: 'https://vllm.example:8443/v1/' }).url).toBe('https://vllm.example:8443/v1');
  });

  it.each([
    ['url: ftp://a/v1', 'must be an http:// or https:// address'],
    ['url: http://user:pass@a/v1', 'must not hold credentials, a query or a fragment: a key belongs in api-key-file'],
    ['url: http://a/v1?key=x', 'must not hold credentials, a query or a fragment: a key belongs in api-key-file'],
    ['url: http://a/v1/models', 'must have a plain path: it ends in "/models", which LiteLLM adds itself'],
    ['url: http://a//v1', 'must have a plain path: it contains "//"'],
  ])('is refused for %s', (line, message) => {
    expect(problems(`backends:\n  - name: lab\n    ${line}\n`)).toEqual([
      `backends.yaml:3: backends[0].url ${message}`,
    ]);
  });

  it.each([
    ['interval: 0s', 'interval must be a duration from 1s to 3600s, such as 60s'],
    ['interval: 60', 'interval must be a duration from 1s to 3600s, such as 60s'],
    ['timeout: 3m', 'timeout must be a duration from 1s to 120s, such as 10s'],
    ['include: llama*', 'include must be a list of patterns such as "llama*"'],
    ['model-name: all', 'model-name must hold {id} or {name}'],
    [
      'model-name: "{id}-{size}"',
      'model-name must hold no other parts in braces than {id}, {name} (the id behind its last slash) and {backend}',
    ],
    ['provider: Not/One', 'provider must be the name of a provider of LiteLLM, such as hosted_vllm or openai'],
    ['modes: [{match: "*", mode: talk}]', 'modes[0].mode must be one of chat,'],
    ['litellm-params: {api_key: sk-canary}', 'litellm-params.api_key must not be set here: use api-key-file'],
    ['litellm-params: {api_base: "http://b"}', 'litellm-params.api_base must not be set here: it is url'],
    ['model-info: {model_registrar: {}}', 'model-info.model_registrar must not be set here: it is the ownership mark'],
    ['model-info: {created_at: x}', 'model-info.created_at must not be set here: LiteLLM sets it'],
    [
      'model-info: {input_cost_per_token: 1}',
      'model-info.input_cost_per_token must not be set here: LiteLLM keeps prices in',
    ],
    ['litellm-params: {stop: [null]}', 'litellm-params.stop must hold no null, which LiteLLM does not keep'],
    ['tags: ["a!"]', 'tags must be plain tags:'],
    ['cleanup: keep', 'cleanup must be withdraw or retain'],
    ['probe: "yes"', 'probe must be true or false'],
    ['api-key: sk-canary', 'api-key is not known'],
  ])('is refused for %s, on its line, without the value', (line, message) => {
    const [problem, ...more] = wrong(line);
    expect(problem).toContain(`backends.yaml:4: backends[0].${message}`);
    expect(problem).not.toContain('canary');
    expect(more).toEqual([]);
  });
});

describe('the file', () => {
  it('may list none', () => {
    expect(readBackends('backends: []', 'f')).toMatchObject({ value: [] });
  });

  it.each(['', '\n# only words\n', '---\n'])('that is empty says nothing: %j', (text) => {
    expect(problems(text)).toEqual(['backends.yaml:1: the file is empty: to list no backends, write "backends: []"']);
  });

  it('has each name once', () => {
    expect(problems('backends:\n- {name: a, url: "http://a"}\n- {name: a, url: "http://b"}\n')).toEqual([
      'backends.yaml:3: backends[1].name must not be the name of two backends',
    ]);
  });
});
