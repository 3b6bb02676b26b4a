import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { METRICS } from '../../../src/telemetry/index.ts';
import { run } from '../../bed/base/index.ts';
import { needPromtool } from '../../bed/build/index.ts';
import { anchorsOf } from '../../support/markdown.ts';
import { only, overlay } from './render.ts';

const rule = z.object({
  alert: z.string(),
  expr: z.string(),
  for: z.string(),
  labels: z.object({ severity: z.enum(['info', 'warning', 'critical']) }),
  annotations: z.object({ summary: z.string(), description: z.string(), runbook_url: z.string() }),
});
const ruleSpec = z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(rule) })) });

const rendered = await overlay({ resources: ['default'], components: ['components/monitoring'] });
const { groups } = ruleSpec.parse(only(rendered, 'PrometheusRule').spec);
const rules = groups.flatMap((group) => group.rules);

let folder: string;
let promtool: string;

beforeEach(async () => {
  promtool = await needPromtool((line) => process.stderr.write(`${line}\n`));
  folder = await mkdtemp(join(tmpdir(), 'model-registrar-alerts-'));
  await writeFile(join(folder, 'alerts.yaml'), stringify({ groups }));
});

afterEach(() => rm(folder, { recursive: true }));

test('the PodMonitor finds the controller’s pod and its port', () => {
  const pod = only(rendered, 'Deployment').spec as {
    template: { metadata: { labels: object }; spec: { containers: { ports: { name: string }[] }[] } };
  };
  const monitor = only(rendered, 'PodMonitor');
  const { selector, podMetricsEndpoints } = monitor.spec as {
    selector: { matchLabels: object };
    podMetricsEndpoints: { port: string; path: string }[];
  };
  expect(monitor.metadata.namespace).toBe(only(rendered, 'Deployment').metadata.namespace);
  expect(pod.template.metadata.labels).toMatchObject(selector.matchLabels);
  expect(pod.template.spec.containers[0]?.ports.map(({ name }) => name)).toContain(podMetricsEndpoints[0]?.port);
  expect(podMetricsEndpoints[0]?.path).toBe('/metrics');
});

test('the alerts are good PromQL, on metrics that exist', async () => {
  await run(promtool, ['check', 'rules', join(folder, 'alerts.yaml')]);
  const known: string[] = Object.values(METRICS).map(({ name }) => name);
  for (const { expr } of rules) {
    const [metric = ''] = /model_registrar_\w+/.exec(expr) ?? [];
    expect(known).toContain(metric.replace(/_bucket$/, ''));
  }
});

test('each alert leads to a heading of the page on troubleshooting', async () => {
  const page = 'docs/troubleshooting.md';
  const anchors = anchorsOf(join(import.meta.dirname, '../../..', page));
  for (const { annotations } of rules) {
    const [path, anchor] = annotations.runbook_url.split('#');
    expect(path).toMatch(new RegExp(`/blob/main/${page}$`));
    expect(anchors).toContain(anchor);
  }
});

/** Series by minute, as promtool writes them, and when an alert fires. */
const CASES: Record<
  string,
  { series: Record<string, string>; quietAt: string; firesAt: string; labels: Record<string, string> }
> = {
  ModelRegistrarAbsent: {
    series: { 'model_registrar_build_info{version="1"}': '1x10 _x60' },
    quietAt: '10m',
    firesAt: '40m',
    labels: {},
  },
  ModelRegistrarLiteLLMDown: {
    series: { 'model_registrar_litellm_up{pod="p"}': '1x10 0x3 1x10 0x60' },
    quietAt: '15m',
    firesAt: '40m',
    labels: { pod: 'p' },
  },
  ModelRegistrarSourceNotSynced: {
    series: { 'model_registrar_source_synced{pod="p",source="s"}': '1x10 0x60' },
    quietAt: '15m',
    firesAt: '25m',
    labels: { pod: 'p', source: 's' },
  },
  ModelRegistrarSourceStale: {
    series: { 'model_registrar_source_staleness_seconds{pod="p",source="s"}': '100x10 200+60x60' },
    quietAt: '15m',
    firesAt: '40m',
    labels: { pod: 'p', source: 's' },
  },
  ModelRegistrarChangesFail: {
    series: { 'model_registrar_reconciles_total{namespace="n",source="s",outcome="failed"}': '0x10 0+1x60' },
    quietAt: '15m',
    firesAt: '50m',
    labels: { namespace: 'n', source: 's' },
  },
  ModelRegistrarModelsRefused: {
    series: { 'model_registrar_registrations{namespace="n",source="s",state="conflict"}': '0x5 2x90' },
    quietAt: '30m',
    firesAt: '40m',
    labels: { namespace: 'n', source: 's', state: 'conflict' },
  },
  ModelRegistrarModelsNotLive: {
    series: { 'model_registrar_registrations{namespace="n",source="s",state="saved"}': '0x5 1x90' },
    quietAt: '15m',
    firesAt: '25m',
    labels: { namespace: 'n', source: 's' },
  },
  ModelRegistrarQueueDoesNotEmpty: {
    series: { 'model_registrar_queue_depth{pod="p"}': '0x5 3x20 0x1 3x60' },
    quietAt: '30m',
    firesAt: '65m',
    labels: { pod: 'p' },
  },
  ModelRegistrarSlow: {
    series: {
      'model_registrar_time_to_visible_seconds_bucket{namespace="n",le="60"}': '0x5 0+0x90',
      'model_registrar_time_to_visible_seconds_bucket{namespace="n",le="300"}': '0x5 0+1x90',
      'model_registrar_time_to_visible_seconds_bucket{namespace="n",le="+Inf"}': '0x5 0+1x90',
    },
    quietAt: '10m',
    firesAt: '60m',
    labels: { namespace: 'n' },
  },
};

test('there is a case for each alert', () => {
  expect(rules.map(({ alert }) => alert).sort()).toEqual(Object.keys(CASES).sort());
});

test.each(Object.entries(CASES))(
  '%s fires when it should, and not before',
  async (alertname, { series, quietAt, firesAt, labels }) => {
    const severity = rules.find(({ alert }) => alert === alertname)?.labels.severity;
    const check = (eval_time: string, exp_alerts: object[]) => ({ eval_time, alertname, exp_alerts });
    const found = await run(promtool, ['test', 'rules', await written(check(quietAt, []))]).catch(
      (error: Error) => error,
    );
    expect(found).not.toBeInstanceOf(Error);
    // What the annotations say depends on the value: that the alert fires, with these labels, is what counts here.
    const fires = await run(promtool, ['test', 'rules', await written(check(firesAt, []))]).catch(
      (error: Error) => error,
    );
    expect(fires).toBeInstanceOf(Error);
    const told = fires instanceof Error ? fires.message : '';
    expect(told).toContain(`alertname="${alertname}"`);
    for (const [name, value] of Object.entries({ ...labels, severity })) expect(told).toContain(`${name}="${value}"`);

    async function written(wanted: object): Promise<string> {
      const input_series = Object.entries(series).map(([name, values]) => ({ series: name, values }));
      const file = join(folder, 'test.yaml');
      await writeFile(
        file,
        stringify({
          rule_files: ['alerts.yaml'],
          evaluation_interval: '1m',
          tests: [{ interval: '1m', input_series, alert_rule_test: [wanted] }],
        }),
      );
      return file;
    }
  },
);
