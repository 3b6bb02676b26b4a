import { beforeEach, describe, expect, it } from 'vitest';
import { createHeldReport, type HeldReport, type OwnEvent } from '../../../src/controller/held-report.ts';
import { type Judgement, judgeTakeOuts } from '../../../src/registration/guard.ts';

const REFRESH_MS = 1_000;

let events: OwnEvent[];
let lines: { level: string; message: string; fields: object }[];
let now: number;
let report: HeldReport;

beforeEach(() => {
  events = [];
  lines = [];
  now = 0;
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, message, fields });
  report = createHeldReport({
    event: (event) => events.push(event),
    log: { info: at('info'), warn: at('warn') },
    refreshMs: REFRESH_MS,
    now: () => now,
  });
});

const gone = (count: number): Judgement =>
  judgeTakeOuts({
    takeOuts: Array.from({ length: count }, (_, index) => ({
      source: `inference-service/llm/m-${index}`,
      id: `llm.m-${index}.00000000`,
      publicName: `m-${index}`,
    })),
    owned: 14,
    recent: 0,
    maxShare: 0.5,
  });

describe('createHeldReport', () => {
  it('says once what is held and how it is confirmed', () => {
    const judgement = gone(12);
    report.tell(judgement);
    report.tell(judgement);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: 'Warning', reason: 'DeletesHeld' });
    expect(events[0]?.message).toMatch(
      /^12 of 14 models .* They are kept\. .* \(m-0, m-1, m-10, m-11, .* and 2 more\)$/,
    );
    expect(events[0]?.message).toContain(`model-registrar sync --confirm-deletes ${judgement.hash}`);
    expect(lines).toMatchObject([{ level: 'warn', fields: { models: 12, of: 14, hash: judgement.hash } }]);
  });

  it('refreshes the Event of what stands, without another line', () => {
    report.tell(gone(12));
    now += REFRESH_MS;
    report.tell(gone(12));
    expect(events).toHaveLength(2);
    expect(lines).toHaveLength(1);
  });

  it('says anew when another set is held, and that nothing is held any more', () => {
    report.tell(gone(12));
    report.tell(gone(13));
    report.tell(gone(1));
    report.tell(gone(1));
    expect(events).toHaveLength(2);
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'warn', 'info']);
  });
});
