import { describe, expect, it } from 'vitest';
import { readSecretName, readTags } from '../../../src/registration/short-values.ts';

describe('readTags', () => {
  it('takes a list, without repeats', () => {
    expect(readTags('gpu, eu-west ,gpu,Team A/x')).toEqual({ tags: ['gpu', 'eu-west', 'Team A/x'], problems: [] });
  });

  it.each([
    ['', 'a tag is empty'],
    ['gpu,', 'a tag is empty'],
    ['!gpu', 'a tag holds a character that is not allowed'],
    ['gpu&eu', 'a tag holds a character that is not allowed'],
    ['a\nb', 'a tag holds a character that is not allowed'],
    ['os.environ/KEY', 'it begins with "os.environ/"'],
    ['x'.repeat(65), 'a tag is longer than 64 characters'],
    [Array.from({ length: 33 }, (_, at) => `t${at}`).join(','), 'it holds 33 tags'],
    ['模型', 'LiteLLM fails every call for a name with "模": it takes Latin-1 characters only'],
  ])('refuses %j', (text, problem) => {
    expect(readTags(text)).toEqual({ tags: [], problems: [problem] });
  });
});

describe('readSecretName', () => {
  it.each([
    ['backend', { name: 'backend' }],
    ['my.backend-1/api_key.txt', { name: 'my.backend-1', key: 'api_key.txt' }],
  ])('takes %j', (text, name) => {
    expect(readSecretName(text)).toEqual(name);
  });

  it.each([
    '',
    '/key',
    'name/',
    'a/b/c',
    'Name',
    '../other/x',
    '..',
    'a/..',
    'a/b c',
    'other-ns:name',
    'a..b',
    `${'x'.repeat(254)}`,
  ])('refuses %j', (text) => {
    expect(readSecretName(text)).toBeUndefined();
  });
});
