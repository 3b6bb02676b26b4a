import { describe, expect, it } from 'vitest';
import { settleDoubt } from '../../../src/registration/doubt.ts';
import type { Doubt } from '../../../src/registration/projection.ts';
import { registration, row } from './builders.ts';

const none: Doubt = { servedName: false, names: false, basePath: false, mode: false, length: false };
const wish = registration('qwen', { servedName: 'guess', apiBase: 'http://new/openai/v1', info: { notes: 'new' } });
const stands = registration('qwen', {
  servedName: 'org/true',
  apiBase: 'http://old/v1',
  info: { mode: 'embedding', max_tokens: 8, max_input_tokens: 8, notes: 'old' },
});
const rows = [row({ registration: stands })];

describe('settleDoubt', () => {
  it('takes the wish where nothing stands', () => {
    const all = { ...none, servedName: true, names: true, basePath: true, mode: true, length: true };
    expect(settleDoubt([wish], all, [])).toEqual([wish]);
  });

  it('takes the wish where nothing is doubtful', () => {
    expect(settleDoubt([wish], none, rows)).toEqual([wish]);
  });

  it('keeps the served name of the row', () => {
    expect(settleDoubt([wish], { ...none, servedName: true }, rows)).toEqual([{ ...wish, servedName: 'org/true' }]);
  });

  it('keeps the public names that are served names, of which there may be several', () => {
    const called = (name: string) => row({ registration: { ...stands, publicName: name, servedName: name } });
    const names = settleDoubt([wish], { ...none, names: true }, [called('a'), called('b')]).map(
      (one) => one.publicName,
    );
    expect(names.toSorted((one, another) => one.localeCompare(another))).toEqual(['a', 'b']);
  });

  it('takes the wish for names that an annotation had given', () => {
    expect(settleDoubt([wish], { ...none, names: true }, rows)).toEqual([wish]);
  });

  it('keeps the path of the row, at the address of today', () => {
    expect(settleDoubt([wish], { ...none, basePath: true }, rows)).toEqual([{ ...wish, apiBase: 'http://new/v1' }]);
  });

  it('keeps mode and length of the row, and their absence', () => {
    expect(settleDoubt([wish], { ...none, mode: true, length: true }, rows)).toMatchObject([
      { info: { mode: 'embedding', max_tokens: 8, max_input_tokens: 8, notes: 'new' } },
    ]);
    const guessed = { ...wish, info: { mode: 'chat' } };
    const bare = [row({ registration: { ...stands, info: {} } })];
    expect(settleDoubt([guessed], { ...none, mode: true, length: true }, bare)).toMatchObject([{ info: {} }]);
  });
});
