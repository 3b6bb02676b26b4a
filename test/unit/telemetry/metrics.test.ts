import { describe, expect, test } from 'vitest';
import { createMetrics, METRICS, VERSION } from '../../../src/telemetry/index.ts';

function lineOf(text: string, start: string): string | undefined {
  return text.split('\n').find((line) => line.startsWith(start));
}

describe('the table', () => {
  test('is what is exposed, no more and no less', async () => {
    const text = await createMetrics({ processMetrics: false }).text();
    const exposed = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
    const described = Object.values(METRICS).map(({ name, type }) => `${name} ${type}`);
    expect(exposed.sort()).toEqual(described.sort());
    for (const { name, help } of Object.values(METRICS)) expect(text).toContain(`# HELP ${name} ${help}\n`);
  });

  test.each(Object.values(METRICS))('$name keeps the conventions of Prometheus', ({ name, type, help }) => {
    expect(name).toMatch(/^model_registrar_[a-z_]+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(help).toMatch(/\.$/);
  });
});

test('what two LiteLLMs tell of the same is one figure', async () => {
  const metrics = createMetrics({ processMetrics: false });
  metrics.readAtScrape({
    registrations: () => [1, 2].map((count) => ({ source: 'service', state: 'live', count })),
    rightsViolations: () => [1, 2].map((count) => ({ namespace: 'llm', rule: 'public-names', count })),
  });
  // A second scrape starts anew.
  await metrics.text();
  const text = await metrics.text();
  expect(text).toContain('model_registrar_registrations{source="service",state="live"} 3\n');
  expect(text).toContain('model_registrar_rights_violations{namespace="llm",rule="public-names"} 3\n');
});

describe('what is told', () => {
  test('is counted under its labels', async () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.reconciled('inference-service', 'changed');
    metrics.reconciled('inference-service', 'changed');
    metrics.litellmCalled({ litellm: 'gpu', operation: 'list', code: 200, seconds: 0.2 });
    metrics.litellmCalled({ litellm: 'gpu', operation: 'create', code: 'timeout', seconds: 10 });
    metrics.litellmUp('gpu', true);
    metrics.sourceSynced('inference-service', true);
    metrics.watchMissed('inference-service', 4);
    metrics.becameVisible(0.3);
    const text = await metrics.text();
    for (const line of [
      'model_registrar_reconciles_total{source="inference-service",outcome="changed"} 2',
      'model_registrar_litellm_requests_total{litellm="gpu",operation="list",code="200"} 1',
      'model_registrar_litellm_requests_total{litellm="gpu",operation="create",code="timeout"} 1',
      'model_registrar_litellm_up{litellm="gpu"} 1',
      'model_registrar_source_synced{source="inference-service"} 1',
      'model_registrar_watch_misses_total{source="inference-service"} 4',
      `model_registrar_build_info{version="${VERSION}"} 1`,
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(lineOf(text, 'model_registrar_time_to_visible_seconds_bucket{le="0.25"')).toMatch(/ 0$/);
    expect(lineOf(text, 'model_registrar_time_to_visible_seconds_bucket{le="0.5"')).toMatch(/ 1$/);
    expect(
      lineOf(text, 'model_registrar_litellm_request_duration_seconds_sum{litellm="gpu",operation="create"'),
    ).toMatch(/ 10$/);
  });

  test('a state that ends is said to have ended', async () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.litellmUp('gpu', true);
    metrics.litellmUp('gpu', false);
    metrics.sourceSynced('inference-service', false);
    const text = await metrics.text();
    expect(text).toContain('model_registrar_litellm_up{litellm="gpu"} 0\n');
    expect(text).toContain('model_registrar_source_synced{source="inference-service"} 0\n');
  });
});

describe('what is asked at a scrape', () => {
  test('is read anew each time, with a zero for states that nobody is in', async () => {
    const metrics = createMetrics({ processMetrics: false });
    let depth = 7;
    let state: 'live' | 'held' = 'live';
    metrics.readAtScrape({ queueDepth: () => depth });
    metrics.readAtScrape({
      staleness: () => [{ source: 'inference-service', seconds: 1.5 }],
      registrations: () => [
        { source: 'inference-service', state, count: 2 },
        { source: 'inference-service', state: 'conflict', count: 1 },
      ],
    });
    const before = await metrics.text();
    expect(before).toContain('model_registrar_queue_depth 7\n');
    expect(before).toContain('model_registrar_source_staleness_seconds{source="inference-service"} 1.5\n');
    expect(before).toContain('model_registrar_registrations{source="inference-service",state="live"} 2\n');
    expect(before).toContain('model_registrar_registrations{source="inference-service",state="held"} 0\n');

    depth = 0;
    state = 'held';
    const after = await metrics.text();
    expect(after).toContain('model_registrar_queue_depth 0\n');
    expect(after).toContain('model_registrar_registrations{source="inference-service",state="live"} 0\n');
    expect(after).toContain('model_registrar_registrations{source="inference-service",state="held"} 2\n');
    expect(after).toContain('model_registrar_registrations{source="inference-service",state="conflict"} 1\n');
  });

  test('fails the scrape when it cannot be read', async () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.readAtScrape({
      queueDepth: () => {
        throw new Error('no queue');
      },
    });
    await expect(metrics.text()).rejects.toThrow('no queue');
  });
});

test('two sets of metrics in one process do not meet; the process tells its memory too', async () => {
  const [first, second] = [createMetrics(), createMetrics({ processMetrics: false })];
  first.watchMissed('inference-service');
  expect(await second.text()).not.toContain('inference-service');
  expect(await first.text()).toMatch(/^process_resident_memory_bytes \d+$/m);
});
