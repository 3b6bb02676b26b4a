import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANNOTATIONS, MODES, PROVIDERS } from '../../../src/registration/annotations.ts';
import { readOptions, servedNameProblem } from '../../../src/registration/options.ts';

/** What holds where nothing is said. */
const DEFAULTS = { provider: 'hosted_vllm', params: {}, info: {}, unreadyPolicy: 'Retain', unreadyGraceMs: 0 };

/** Any text, with what is seldom in one; fast-check's own `binary` unit takes a second to set up. */
const anyText = fc.string({
  unit: fc.oneof(fc.nat(0x7f), fc.nat(0xffff)).map((code) => String.fromCharCode(code)),
});

/** Reads annotations of ours, given without their prefix. */
function read(annotations: Record<string, string>) {
  return readOptions(
    Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`model-registrar.io/${key}`, value])),
  );
}

function messages(annotations: Record<string, string>): string[] {
  return read(annotations).problems.map(({ message }) => message);
}

describe('readOptions', () => {
  it('has defaults where nothing is said, and passes over annotations of others', () => {
    expect(readOptions({ 'serving.kserve.io/stop': 'true', 'model-registrar.io.example/mode': 'x' })).toEqual({
      options: DEFAULTS,
      problems: [],
    });
  });

  it('reads everything', () => {
    const { options, problems } = read({
      enabled: 'true',
      'model-name': 'a, b',
      'served-name': 'org/a',
      mode: 'embedding',
      embedding: 'true',
      'max-model-len': '32k',
      notes: 'two\nlines',
      provider: 'openai',
      'base-path': '/v3/',
      'api-key-secret': 'backend/token',
      tags: 'gpu, eu',
      'litellm-params': 'rpm: 600',
      'model-info': '{supports_vision: true}',
      'unready-policy': 'Block',
      'unready-grace': '1h30m',
    });
    expect(problems).toEqual([]);
    expect(options).toEqual({
      enabled: true,
      names: ['a', 'b'],
      servedName: 'org/a',
      mode: 'embedding',
      embedding: true,
      maxModelLen: 32_000,
      notes: 'two\nlines',
      provider: 'openai',
      basePath: '/v3',
      apiKeySecret: { name: 'backend', key: 'token' },
      tags: ['gpu', 'eu'],
      params: { rpm: 600 },
      info: { supports_vision: true },
      unreadyPolicy: 'Block',
      unreadyGraceMs: 5_400_000,
    });
  });

  it('names all problems at once, each with annotation, value and what is allowed', () => {
    expect(
      messages({ enabled: 'yes', mode: 'Chat', 'max-model-len': '0', provider: 'azure', 'base-path': 'v1' }),
    ).toEqual([
      'model-registrar.io/enabled is "yes": it is neither. Allowed: "true" or "false".',
      `model-registrar.io/mode is "Chat": it is not a mode of LiteLLM. Allowed: ${MODES.join(', ')}.`,
      'model-registrar.io/max-model-len is "0": it is no such number. Allowed: a whole number from 1 to 2147483647, also as 32k (32000) or 32K (32768).',
      `model-registrar.io/provider is "azure": it is not in the list. Allowed: ${PROVIDERS.join(', ')}.`,
      expect.stringMatching(/^model-registrar\.io\/base-path is "v1": it does not begin with "\/". Allowed: a path /),
    ]);
  });

  it('gives every problem the reason InvalidAnnotation', () => {
    const { problems } = read({ enabled: '', port: '1', nonsense: 'b', 'model-name': '*' });
    expect(problems.map(({ reason }) => reason)).toEqual(Array.from({ length: 4 }, () => 'InvalidAnnotation'));
  });

  it('tells five keys that are none, and counts the others', () => {
    const told = messages(Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`none-${at}`, 'x'])));
    expect(told).toHaveLength(6);
    expect(told[5]).toMatch(/^8995 more annotations that begin with model-registrar\.io\/ are not known\. Allowed/);
  });

  it('reads the annotations of an object once, and hands out problems that may be added to', () => {
    const annotations = { 'model-registrar.io/mode': 'x', 'model-registrar.io/litellm-params': 'rpm: 7' };
    const first = readOptions(annotations);
    first.problems.push({ reason: 'NotRoutable', message: 'more' });
    const second = readOptions(annotations);
    expect(second.options).toBe(first.options);
    expect(second.problems).toHaveLength(1);
  });

  it('cuts a long value to 80 characters and writes out what cannot be seen', () => {
    const [message] = messages({ mode: `a\n\u0007\u202e${'x'.repeat(1000)}` });
    expect(message).toContain(`"a\\n\\u{7}\\u{202e}${'x'.repeat(76)}…"`);
  });

  it('takes the port for Services alone', () => {
    const annotations = { 'model-registrar.io/port': 'http' };
    expect(readOptions({ ...annotations }, 'service')).toMatchObject({ options: { port: 'http' }, problems: [] });
    expect(readOptions({ ...annotations }, 'inference-service').problems).toMatchObject([
      { message: expect.stringContaining('model-registrar.io/port is for the source service alone; remove it.') },
    ]);
  });

  it.each(['Drop', 'block', ''])('refuses the unready-policy %j', (policy) => {
    expect(messages({ 'unready-policy': policy })).toEqual([
      `model-registrar.io/unready-policy is "${policy}": it is none of them. Allowed: Retain, Block or Withdraw.`,
    ]);
  });

  it.each(['10', '-1s', '1d', '25h', '1.5h', '', '9999999s', 's'])('refuses the unready-grace %j', (grace) => {
    expect(messages({ 'unready-policy': 'Block', 'unready-grace': grace })).toEqual([
      expect.stringMatching(/unready-grace is ".*": it is no such duration\. Allowed: a duration such as 30s/),
    ]);
  });

  it('refuses a grace that nothing follows', () => {
    expect(messages({ 'unready-grace': '10m' })).toEqual([
      'model-registrar.io/unready-grace says nothing without model-registrar.io/unready-policy.',
    ]);
  });

  it('refuses a key that is none, and suggests the one that was meant', () => {
    expect(messages({ modelname: 'sk-value' })).toEqual([
      'model-registrar.io/modelname is not a known annotation; did you mean model-registrar.io/model-name? Allowed after model-registrar.io/: enabled, model-name, served-name, mode, embedding, max-model-len, notes, provider, base-path, api-key-secret, tags, access-groups, litellm-params, model-info, litellm, unready-policy, unready-grace.',
    ]);
    expect(messages({ frobnicate: 'x' })[0]).toMatch(/frobnicate is not a known annotation; remove it\. Allowed/);
    expect(messages({ constructor: 'x' })).toHaveLength(1);
  });

  it.each(['id', 'team-id', 'api-base', 'api-key', 'db-model'])('has no way to set %s', (key) => {
    expect(messages({ [key]: 'x' })).toHaveLength(1);
  });

  describe('embedding and mode', () => {
    it('takes embedding "true" as a mode', () => {
      expect(read({ embedding: 'true' }).options.mode).toBe('embedding');
      expect(read({ embedding: 'false' }).options).toMatchObject({ embedding: false, mode: undefined });
      expect(read({ embedding: 'false', mode: 'rerank' }).problems).toEqual([]);
    });

    it.each([
      ['true', 'chat'],
      ['false', 'embedding'],
    ])('embedding "%s" contradicts mode "%s"', (embedding, mode) => {
      expect(messages({ embedding, mode })).toEqual([
        `model-registrar.io/embedding is "${embedding}": model-registrar.io/mode says "${mode}". Allowed: "true" or "false", in agreement with the mode where both are set.`,
      ]);
    });

    it.each(MODES)('takes mode %s', (mode) => {
      expect(read({ mode }).options.mode).toBe(mode);
    });

    it('refuses the mode that changes where others’ calls go, and says why', () => {
      expect(messages({ mode: 'responses' })).toEqual([
        expect.stringMatching(/mode is "responses": LiteLLM would send the chat calls of other entries /),
      ]);
    });

    it.each(PROVIDERS)('takes provider %s', (provider) => {
      expect(read({ provider }).options.provider).toBe(provider);
    });
  });

  describe('model-name', () => {
    it('trims and collapses', () => {
      expect(read({ 'model-name': ' a ,b,a, b' }).options.names).toEqual(['a', 'b']);
    });

    it.each([
      ['', '""', 'it is empty'],
      ['a,', '""', 'it is empty'],
      ['a,,b', '""', 'it is empty'],
      ['a,gpt-*', '"gpt-*"', 'it contains "*"'],
      ['a,all-proxy-models', '"all-proxy-models"', 'reserved'],
      ['a\u0000b', '"a\\u{0}b"', 'control character'],
    ])('%j is a problem', (value, shown, why) => {
      const [message, ...others] = messages({ 'model-name': value });
      expect(others).toEqual([]);
      expect(message).toContain(`model-registrar.io/model-name is ${shown}: `);
      expect(message).toContain(why);
    });

    it('takes 16 names, not 17', () => {
      const names = Array.from({ length: 17 }, (_, index) => `n${index}`);
      expect(read({ 'model-name': names.slice(1).join() }).problems).toEqual([]);
      const { options, problems } = read({ 'model-name': names.join() });
      expect(problems.map(({ message }) => message)).toEqual([
        expect.stringContaining('it holds 17 names. Allowed: 1 to 16'),
      ]);
      expect(options.names).toEqual(names.slice(0, 16));
    });

    it('keeps the good names beside bad ones and other mistakes', () => {
      expect(read({ 'model-name': 'a,*,b', mode: 'x' }).options.names).toEqual(['a', 'b']);
      expect(read({ 'model-name': '*' }).options.names).toEqual([]);
    });
  });

  describe('texts', () => {
    it.each([
      ['it is empty', ''],
      ['control character or a line end', 'a\nb'],
      ['control character or a line end', 'a\u2028b'],
      ['begins or ends with a space', 'a '],
      ['longer than 256', 'x'.repeat(257)],
      ['environment of LiteLLM', 'os.environ/OPENAI_API_KEY'],
      ['Latin-1', 'モデル'],
    ])('served-name has a problem: %s', (why, value) => {
      expect(messages({ 'served-name': value })).toEqual([expect.stringContaining(why)]);
      expect(servedNameProblem(value)).toContain(why);
    });

    it.each(['/mnt/models', 'Org/Model:1 (large)', 'modèle'])('served-name %j is fine', (value) => {
      expect(read({ 'served-name': value })).toMatchObject({ options: { servedName: value }, problems: [] });
    });

    it.each([
      ['longer than 4096', 'x'.repeat(4097)],
      ['NUL', 'a\u0000'],
      ['half a character', 'a\ud800'],
      ['environment of LiteLLM', ' os.environ/X'],
    ])('notes have a problem: %s', (why, value) => {
      expect(messages({ notes: value })).toEqual([expect.stringContaining(why)]);
    });

    it('takes a served-name of 256 characters', () => {
      expect(read({ 'served-name': 'x'.repeat(256) }).problems).toEqual([]);
    });

    it('takes notes of 4096 characters, with lines and emoji, and leaves empty ones out', () => {
      expect(read({ notes: 'x'.repeat(4096) }).problems).toEqual([]);
      expect(read({ notes: 'see os.environ/X\n\t🦜' }).options.notes).toBe('see os.environ/X\n\t🦜');
      expect(read({ notes: '' })).toEqual({ options: DEFAULTS, problems: [] });
    });
  });
});

it('never throws, and never both takes a value and names a problem with it', () => {
  const key = fc.oneof(fc.constantFrom(...ANNOTATIONS.map((annotation) => annotation.key)), fc.string());
  const value = fc.oneof(anyText, fc.constantFrom('true', 'false', 'embedding', 'a,b', '/v1', '1k'));
  fc.assert(
    fc.property(fc.dictionary(key, value, { maxKeys: 6 }), (annotations) => {
      const { options, problems } = read(annotations);
      for (const { message } of problems) expect(message.length).toBeLessThan(1024);
      if (problems.some(({ message }) => message.startsWith('model-registrar.io/base-path is'))) {
        expect(options.basePath).toBeUndefined();
      }
    }),
  );
});
