import { describe, expect, it } from 'vitest';
import { showable } from '../../../src/registration/showable.ts';

describe('what may be printed of a value that somebody else set', () => {
  it.each([
    ['a number', 'rpm', 600],
    ['a plain text', 'description', 'Run by team A; ask sk, or the token office.'],
    ['a list', 'tags', ['gpu', 'eu-west']],
    ['a text with an address and a mail address', 'note', 'see https://h/p, ask team@example.org?'],
    ['an address', 'api_base', 'http://x.llm.svc.cluster.local/v1'],
    ['nested settings', 'limits', { a: { b: [1, true, null] } }],
  ])('is all of %s', (_, key, value) => {
    expect(showable(key, value)).toEqual(value);
  });

  it.each([
    ['a key by its name', 'api_key', 'canary'],
    ['a nested key by its name', 'litellm_extra', { client_secret: 'canary' }],
    ['headers, whatever they are called', 'extra_headers', { 'x-tenant': 'canary' }],
    ['a body', 'extra_body', { user: 'canary' }],
    ['a key of OpenAI', 'organization', 'sk-canary-2'],
    ['LiteLLM’s usual key', 'note', 'sk-1234'],
    ['one in the midst of a text', 'note', 'use sk-canary-5 here'],
    ['one deep in an object', 'config', { a: [{ b: 'sk-proj-canary' }] }],
    ['a token of GitHub', 'note', 'ghp_canary123456'],
    ['a token of Hugging Face', 'note', 'hf_canary123456'],
    ['a key of AWS', 'note', 'AKIACANARY123456'],
    ['a key of Google', 'note', 'AIzacanary1234567'],
    ['a web token', 'note', 'eyJcanary12345.x.y'],
    ['a bearer', 'note', 'Bearer canary'],
    ['a private key', 'note', '-----BEGIN CANARY KEY-----'],
  ])('is nothing of %s', (_, key, value) => {
    expect(showable(key, value)).toBeUndefined();
  });

  it('is an address without user, password and query, at any depth', () => {
    const shown = JSON.stringify(showable('webhook', { urls: ['https://u:canary@h/p', 'https://h/p?sig=canary'] }));
    expect(shown).toContain('//…@h/p');
    expect(shown).not.toContain('canary');
  });

  it.each([
    ['by https://u:canary@h/p?key=canary now', 'by https://…@h/p?… now'],
    ['proxy: http://u:can@nary@h:3128', 'proxy: http://…@h:3128'],
    ['note: see https://h/p?sig=canary', 'note: see https://h/p?…'],
    ['user:canary@proxy:3128', '…@proxy:3128'],
  ])('is a text without those of the addresses in it: %s', (text, shown) => {
    expect(showable('note', text)).toBe(shown);
  });
});
