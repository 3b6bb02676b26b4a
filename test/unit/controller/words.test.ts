import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/controller/engine.ts';
import { describeError } from '../../../src/controller/failures.ts';
import { describeFields, isRefusal, noteOf, warningsOf } from '../../../src/controller/words.ts';
import { LiteLlmError } from '../../../src/litellm/errors.ts';
import type { Applied } from '../../../src/litellm/registry.ts';
import type { Change, DeleteReason } from '../../../src/registration/plan.ts';
import { CANARY } from '../litellm/builders.ts';
import { entry, registration, row, SOURCE } from '../registration/builders.ts';

const full = entry({ registration: registration('qwen', { info: { mode: 'chat', max_tokens: 8192 } }) });
const create: Change = { kind: 'create', entry: full, why: 'new' };
const update: Change = {
  kind: 'update',
  record: row(),
  entry: full,
  fields: [{ field: 'model_info.max_tokens', from: 4096, to: 8192 }],
};
const replace: Change = { ...update, kind: 'replace', fallback: full };
const remove = (why: DeleteReason): Change => ({ kind: 'delete', record: row(), why, needs: [] });

function outcome(more: Partial<Outcome> = {}): Outcome {
  const decision: Outcome['decision'] = {
    source: SOURCE,
    uid: 'u',
    state: 'live',
    plan: { changes: [] },
    problems: [],
  };
  return { key: 'k', decision, applied: [], gated: false, ...more };
}

describe('noteOf', () => {
  it.each<[string, Applied, string, string]>([
    [
      'a new row',
      { change: create, result: 'live' },
      'Registered',
      `LiteLLM serves "qwen" with hosted_vllm/qwen at ${full.params.api_base as string} (mode chat, 8192 tokens)`,
    ],
    [
      'a row with few settings',
      { change: { ...create, entry: entry() }, result: 'live' },
      'Registered',
      `LiteLLM serves "qwen" with hosted_vllm/qwen at ${full.params.api_base as string}`,
    ],
    ['an update', { change: update, result: 'live' }, 'Updated', '"qwen": max_tokens 4096 → 8192'],
    ['a replacement', { change: replace, result: 'live' }, 'Updated', '"qwen": max_tokens 4096 → 8192'],
    [
      'a name that was given up',
      { change: remove('renamed'), result: 'deleted' },
      'Withdrawn',
      '"qwen" was taken out of LiteLLM: the name is no longer wanted',
    ],
    [
      'a name that was yielded',
      { change: remove('yielded'), result: 'deleted' },
      'Withdrawn',
      '"qwen" was taken out of LiteLLM: another registered the name earlier',
    ],
    [
      'a row of the predecessor',
      { change: remove('recreated'), result: 'deleted' },
      'Withdrawn',
      '"qwen" was taken out of LiteLLM: the object was deleted and made again',
    ],
  ])('tells of %s', (_case, applied, reason, message) => {
    expect(noteOf(applied, undefined)).toEqual({ type: 'Normal', reason, message });
  });

  it('tells why a model was withdrawn', () => {
    const applied: Applied = { change: remove('withdrawn'), result: 'deleted' };
    expect(noteOf(applied, 'it was stopped')?.message).toBe('"qwen" was taken out of LiteLLM: it was stopped');
    expect(noteOf(applied, undefined)?.message).toBe('"qwen" was taken out of LiteLLM: it is no longer wanted');
  });

  it.each<[string, Applied]>([
    ['a superseded row that went', { change: remove('superseded'), result: 'deleted' }],
    ['a delete that has to wait', { change: remove('renamed'), result: 'skipped' }],
    ['a row that does not serve', { change: create, result: 'saved' }],
    ['a row that was kept', { change: replace, result: 'kept' }],
  ])('says nothing of %s', (_case, applied) => {
    expect(noteOf(applied, undefined)).toBeUndefined();
  });
});

describe('describeFields', () => {
  it('tells what was, what is, and what is no more', () => {
    expect(
      describeFields([
        { field: 'model_name', from: 'old', to: 'new' },
        { field: 'litellm_params.drop_params', from: undefined, to: true },
        { field: 'litellm_params.tags', from: ['a'], to: ['a', 'b'] },
        { field: 'model_info.notes', from: 'x', to: undefined },
      ]),
    ).toBe('model_name old → new, drop_params true, tags ["a"] → ["a","b"], notes removed');
  });

  it('tells of what cannot be seen only that it changed', () => {
    const hashes = [{ field: 'model_info.model_registrar', from: '0123', to: '4567' }];
    expect(describeFields(hashes)).toBe('settings that LiteLLM does not show');
  });

  it('cuts long values: an Event has 1024 characters', () => {
    const text = describeFields([{ field: 'model_info.notes', from: 'a'.repeat(900), to: 'b'.repeat(900) }]);
    expect(text).toBe(`notes ${'a'.repeat(59)}… → ${'b'.repeat(59)}…`);
  });
});

describe('warningsOf', () => {
  it('has none where all is well', () => {
    expect(warningsOf(outcome({ applied: [{ change: create, result: 'live' }] }))).toEqual([]);
  });

  it('passes on what stands against the object', () => {
    const problems = [{ reason: 'NameConflict', message: 'taken' } as const];
    expect(warningsOf(outcome({ decision: { ...outcome().decision, problems } }))).toEqual([
      { type: 'Warning', reason: 'NameConflict', message: 'taken' },
    ]);
  });

  it('tells what could not be carried over, by name', () => {
    const [kept] = warningsOf(outcome({ applied: [{ change: replace, result: 'kept', hidden: ['hf_token'] }] }));
    expect(kept).toMatchObject({
      reason: 'RegistrationFailed',
      message: expect.stringContaining('its row cannot be replaced'),
    });
    const [lost] = warningsOf(
      outcome({ applied: [{ change: create, result: 'live', hidden: ['hf_token', 'x_key'] }] }),
    );
    expect(lost).toMatchObject({
      reason: 'RegistrationFailed',
      message: expect.stringContaining('hf_token, x_key, which somebody added to "qwen": they were not carried over'),
    });
  });

  it('tells what failed, and that it is tried again', () => {
    expect(warningsOf(outcome({ error: new LiteLlmError('timeout') }))).toEqual([
      {
        type: 'Warning',
        reason: 'RegistrationFailed',
        message: 'LiteLLM did not answer in time: look at its load and logs. It is tried again by itself.',
      },
    ]);
    expect(warningsOf(outcome({ error: new LiteLlmError('rejected', { hint: 'rpm: wrong' }) }))).toMatchObject([
      { reason: 'Rejected', message: expect.stringContaining('(rpm: wrong)') },
    ]);
  });

  it('ends each sentence once', () => {
    const known = Object.assign(new Error('The API server is away.'), { code: 'unreachable' });
    expect(warningsOf(outcome({ error: known }))).toMatchObject([
      { message: 'The API server is away. It is tried again by itself.' },
    ]);
  });

  it('says nothing of an object that was not tried', () => {
    expect(warningsOf(outcome({ error: new Error('closed'), gated: true }))).toEqual([]);
  });
});

describe('describeError', () => {
  it('has the words of errors that are made for people', () => {
    expect(describeError(new LiteLlmError('unreachable'))).toMatchObject({ code: 'unreachable' });
    const known = Object.assign(new Error('the API server is away'), { code: 'unreachable' });
    expect(describeError(known)).toEqual({ code: 'unreachable', message: 'the API server is away' });
  });

  it.each([
    new Error(CANARY),
    new TypeError(CANARY),
    CANARY,
    { message: CANARY },
    Object.assign(new Error(CANARY), { code: 7 }),
  ])('shows nothing of any other: %#', (error) => {
    expect(describeError(error)).toEqual({ code: 'internal', message: 'an unexpected error: see the log' });
  });

  it.each([undefined, null])('takes %s, which can be thrown too', (error) => {
    expect(describeError(error)).toMatchObject({ code: 'internal' });
  });
});

describe('isRefusal', () => {
  it('tells a model that LiteLLM refuses from trouble', () => {
    expect(isRefusal(new LiteLlmError('rejected'))).toBe(true);
    expect(isRefusal(new LiteLlmError('timeout'))).toBe(false);
    expect(isRefusal({ code: 'rejected' })).toBe(false);
  });
});
