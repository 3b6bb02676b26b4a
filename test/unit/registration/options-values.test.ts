import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { basePathProblem, openAiBaseProblem, parseTokenCount, readOptions } from '../../../src/registration/options.ts';
import { quoted, visible } from '../../../src/registration/visible.ts';

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

describe('base-path', () => {
  it.each([
    ['/', ''],
    ['/v1', '/v1'],
    ['/v1/', '/v1'],
    ['/openai/v1', '/openai/v1'],
    ['/a_b-c.d~e/v1', '/a_b-c.d~e/v1'],
    ['/@team:x', '/@team:x'],
  ])('%s is taken as %j', (value, path) => {
    expect(read({ 'base-path': value })).toMatchObject({ options: { basePath: path }, problems: [] });
  });

  it.each([
    ['', 'does not begin'],
    ['v1', 'does not begin'],
    ['http://evil.example/v1', 'does not begin'],
    ['@evil.example/v1', 'does not begin'],
    ['//evil.example/v1', '"//"'],
    ['/v1//', '"//"'],
    ['/v1/../admin', '".."'],
    ['/./v1', '"/./"'],
    ['/v1/.', '"/./"'],
    ['/v1?x=1', 'query or a fragment'],
    ['/v1#x', 'query or a fragment'],
    ['/v1\n', 'not allowed'],
    ['/v1\u0000', 'not allowed'],
    ['/v 1', 'not allowed'],
    ['/\\evil.example', 'not allowed'],
    ['/%2e%2e/x', 'not allowed'],
  ])('%j is a problem', (value, why) => {
    expect(messages({ 'base-path': value })).toEqual([expect.stringContaining(why)]);
    expect(basePathProblem(value)).toContain(why);
  });

  it.each(['/v1/chat/completions', '/chat/completions/', '/v1/embeddings', '/openai/v1/models', '/v2/responses'])(
    'is the base alone, not %s',
    (value) => {
      expect(messages({ 'base-path': value })).toEqual([expect.stringContaining('which LiteLLM adds itself')]);
      expect(openAiBaseProblem(value)).toContain('it ends in "/');
      // A part of one may be called like that.
      expect(basePathProblem(value)).toBeUndefined();
    },
  );

  it.each(['/models', '/embeddings', '/v1/models/x', '/completions/v1'])('may be %s', (value) => {
    expect(openAiBaseProblem(value)).toBeUndefined();
  });

  it('is at most 256 characters long', () => {
    expect(basePathProblem(`/${'x'.repeat(255)}`)).toBeUndefined();
    expect(basePathProblem(`/${'x'.repeat(256)}`)).toContain('longer than 256');
  });

  it('never changes where a call goes, whatever is written', () => {
    const piece = fc.constantFrom(
      '/',
      '.',
      '..',
      '@',
      ':',
      '\\',
      '%2e',
      '?',
      '#',
      'v1',
      'evil.example',
      '\t',
      ' ',
      '//',
    );
    const text = fc.oneof(
      anyText,
      fc.array(piece).map((pieces) => `/${pieces.join('')}`),
    );
    fc.assert(
      fc.property(text, (value) => {
        const { basePath } = read({ 'base-path': value }).options;
        if (basePath === undefined) return;
        const url = new URL(`http://model.ns.svc${basePath}/chat/completions`);
        expect(url.origin).toBe('http://model.ns.svc');
        expect(`${url.pathname}${url.search}${url.hash}`).toBe(`${basePath}/chat/completions`);
      }),
    );
  });
});

describe('parseTokenCount', () => {
  it.each([
    ['1', 1],
    ['8192', 8192],
    ['32k', 32_000],
    ['32K', 32_768],
    ['25.6k', 25_600],
    ['1m', 1_000_000],
    ['1M', 1_048_576],
    ['1g', 1_000_000_000],
    ['1G', 1_073_741_824],
    ['2147483647', 2_147_483_647],
    ['2147483648', undefined],
    ['2G', undefined],
    ['1t', undefined],
    ['1T', undefined],
    ['0', undefined],
    ['0k', undefined],
    ['0.0001k', undefined],
    ['-1', undefined],
    ['auto', undefined],
    ['', undefined],
    ['1.5', undefined],
    ['1.5K', undefined],
    ['32kb', undefined],
    ['32 k', undefined],
    ['0x10', undefined],
    ['1e3', undefined],
    ['٣٢', undefined],
  ])('%s -> %s', (text, tokens) => {
    expect(parseTokenCount(text)).toBe(tokens);
  });

  it('takes no number without end', () => {
    expect(parseTokenCount('9'.repeat(100_000))).toBeUndefined();
  });
});

describe('quoted and visible', () => {
  it('leaves a text of 80 characters whole', () => {
    expect(quoted('x'.repeat(80))).toBe(`"${'x'.repeat(80)}"`);
    expect(quoted('🦜'.repeat(81))).toBe(`"${'🦜'.repeat(80)}…"`);
  });

  it('leaves no character that could break or turn a line', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(visible(text)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
