import { describe, expect, it } from 'vitest';
import { LiteLlmError } from '../../../src/litellm/errors.ts';
import type { Change } from '../../../src/registration/plan.ts';
import { CANARY } from '../litellm/builders.ts';
import { entry, registration, row, SOURCE, UID } from '../registration/builders.ts';
import { KEY } from './builders.ts';
import { conflict, create, created, REFRESH_MS, useReport, type Wish, wrong } from './report-stage.ts';

const stage = useReport();
const { tell } = stage;

const invalid = { reason: 'InvalidAnnotation', message: 'mode is wrong' } as const;

describe('Events', () => {
  it('are about the object, in Kubernetes’ terms', () => {
    tell({ applied: [created] });
    expect(stage.events).toEqual([
      {
        involved: {
          apiVersion: 'serving.kserve.io/v1beta1',
          kind: 'InferenceService',
          namespace: 'llm',
          name: 'qwen',
          uid: UID,
        },
        type: 'Normal',
        reason: 'Registered',
        message: expect.stringContaining('LiteLLM serves "qwen"'),
      },
    ]);
  });

  it('tell of what was done once, and of nothing where nothing was', () => {
    expect(tell({ applied: [created] })).toHaveLength(1);
    expect(tell()).toEqual([]);
  });

  it('are about no object that nobody knows', () => {
    expect(tell({ applied: [created], decision: { uid: undefined } })).toEqual([]);
    const elsewhere = { ...SOURCE, kind: 'register' };
    expect(tell({ applied: [created], decision: { source: elsewhere } })).toEqual([]);
    expect(stage.lines).toHaveLength(2);
  });
});

describe('a standing Warning', () => {
  it('is told on the transition, and not on each look', () => {
    expect(tell(wrong(conflict))).toEqual(['Warning NameConflict: "qwen" is taken']);
    expect(tell(wrong(conflict))).toEqual([]);
    expect(stage.lines).toEqual([
      {
        level: 'warn',
        fields: { source: KEY, reason: 'NameConflict', problem: '"qwen" is taken' },
        message: 'something is wrong with an object',
      },
    ]);
  });

  it('is refreshed every so often, without another line in the log', () => {
    tell(wrong(conflict));
    stage.now += REFRESH_MS - 1;
    expect(tell(wrong(conflict))).toEqual([]);
    stage.now += 1;
    expect(tell(wrong(conflict))).toHaveLength(1);
    stage.now += REFRESH_MS - 1;
    expect(tell(wrong(conflict))).toEqual([]);
    expect(stage.lines).toHaveLength(1);
  });

  it('is told anew when it was over in between', () => {
    tell(wrong(conflict));
    tell();
    expect(tell(wrong(conflict))).toHaveLength(1);
  });

  it('is told for itself where several stand', () => {
    expect(tell(wrong(conflict))).toHaveLength(1);
    expect(tell(wrong(conflict, invalid))).toEqual(['Warning InvalidAnnotation: mode is wrong']);
    expect(tell(wrong(invalid))).toEqual([]);
    expect(tell(wrong({ ...invalid, message: 'port is wrong' }))).toEqual(['Warning InvalidAnnotation: port is wrong']);
  });

  it('is told for each object', () => {
    tell(wrong(conflict));
    expect(tell({ key: 'inference-service/b/qwen', ...wrong(conflict) })).toHaveLength(1);
  });

  it('stands on while LiteLLM cannot be asked', () => {
    tell({ error: new LiteLlmError('timeout') });
    expect(tell({ gated: true })).toEqual([]);
    expect(tell({ error: new LiteLlmError('timeout') })).toEqual([]);
    expect(tell()).toEqual([]);
    expect(tell({ error: new LiteLlmError('timeout') })).toHaveLength(1);
  });

  it('is refreshed while LiteLLM cannot be asked, where it concerns the object', () => {
    tell(wrong(conflict));
    stage.now += REFRESH_MS;
    expect(tell({ gated: true, ...wrong(conflict) })).toHaveLength(1);
  });
});

describe('the log', () => {
  it('has what was done, as fields, with the names of what changed and no values', () => {
    const update: Change = {
      kind: 'update',
      record: row(),
      entry: entry(),
      fields: [{ field: 'model_info.notes', from: CANARY, to: 'x' }],
    };
    tell({ applied: [created, { change: update, result: 'live' }] });
    expect(stage.lines).toEqual([
      {
        level: 'info',
        fields: { source: KEY, model: 'qwen', id: entry().id, change: 'create', why: 'new', result: 'live' },
        message: 'model changed in LiteLLM',
      },
      {
        level: 'info',
        fields: {
          source: KEY,
          model: 'qwen',
          id: entry().id,
          change: 'update',
          fields: ['model_info.notes'],
          result: 'live',
        },
        message: 'model changed in LiteLLM',
      },
    ]);
  });

  it('has nothing of a delete that has to wait', () => {
    tell({ applied: [{ change: { kind: 'delete', record: row(), why: 'renamed', needs: ['x'] }, result: 'skipped' }] });
    expect([stage.lines, stage.reconciled]).toEqual([[], ['inference-service in-step']]);
  });

  it('has the plan of a dry run once, and anew when it is another', () => {
    const planned = (change: Change): Wish => ({ decision: { plan: { changes: [change] } } });
    tell(planned(create));
    tell(planned(create));
    expect(stage.lines).toEqual([
      {
        level: 'info',
        fields: { source: KEY, model: 'qwen', id: entry().id, change: 'create', why: 'new' },
        message: 'model would be changed in LiteLLM',
      },
    ]);
    tell(planned({ ...create, entry: entry({ registration: registration('b') }) }));
    tell();
    tell(planned(create));
    expect(stage.lines).toHaveLength(3);
    expect(stage.events).toEqual([]);
  });

  it('takes what failed or waits for no plan of a dry run', () => {
    const plan = { changes: [create] };
    tell({ decision: { plan }, gated: true });
    tell({ decision: { plan }, error: new LiteLlmError('timeout') });
    expect(stage.lines.filter(({ level }) => level === 'info')).toEqual([]);
  });
});

describe('a row whose making failed, so it seemed', () => {
  const failed: Wish = { decision: { state: 'down', plan: { changes: [create] } }, error: new LiteLlmError('timeout') };

  it('is announced when it is found to stand there', () => {
    tell(failed);
    expect(tell()).toEqual([expect.stringMatching(/^Normal Registered: /)]);
    expect(tell()).toEqual([]);
  });

  it('is announced once where it was made after all', () => {
    tell(failed);
    expect(tell({ applied: [created] })).toHaveLength(1);
    expect(tell()).toEqual([]);
  });

  it('is not announced where the object went, or waits', () => {
    tell(failed);
    expect(tell({ gated: true, decision: { plan: { changes: [create] } } })).toEqual([]);
    expect(tell({ decision: { state: 'none' } })).toEqual([]);
    expect(tell()).toEqual([]);
  });
});

describe('secrets', () => {
  it('are nowhere: not those of rows, nor of errors', () => {
    const secret = entry({ registration: registration('qwen', { params: { api_key: CANARY, hf_token: CANARY } }) });
    const fields = [{ field: 'model_info.model_registrar', from: 'a', to: 'b' }];
    const changes: Change[] = [
      { kind: 'create', entry: secret, why: 'new' },
      { kind: 'update', record: row(), entry: secret, fields },
      { kind: 'replace', record: row(), entry: secret, fallback: secret, fields },
    ];
    tell({ applied: changes.map((change) => ({ change, result: 'live' })) });
    tell({ applied: changes.map((change) => ({ change, result: 'kept', hidden: ['hf_token'] })) });
    tell({ decision: { plan: { changes } } });
    tell({ error: new Error(CANARY, { cause: CANARY }), decision: { plan: { changes } } });
    expect(stage.events.length).toBeGreaterThan(4);
    expect(JSON.stringify([stage.events, stage.lines])).not.toContain('canary');
  });
});
