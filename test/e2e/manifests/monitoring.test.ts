import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { METRICS, REGISTRATION_STATES } from '../../../src/telemetry/index.ts';
import { run } from '../../bed/base/index.ts';
import { needPromtool, prometheusCrds } from '../../bed/build/index.ts';
import { attachBed } from '../../bed/index.ts';
import { anchorsOf } from '../../support/markdown.ts';
import { until } from '../../support/wait.ts';
import { CASES } from './alert-cases.ts';
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

const progress = (line: string): void => void process.stderr.write(`${line}\n`);

let folder: string;
let promtool: string;

beforeEach(async () => {
  promtool = await needPromtool(progress);
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

test('what the alerts select and speak of exists', () => {
  const words: string[] = [...REGISTRATION_STATES, 'failed'];
  for (const { alert, expr, annotations } of rules) {
    const metric = Object.values(METRICS).find(({ name }) => expr.includes(name));
    // Prometheus adds the first two when it scrapes.
    const labels: string[] = ['namespace', 'pod', 'le', ...(metric?.labels ?? [])];
    for (const [, given = ''] of expr.matchAll(/by \(([^)]*)\)/g))
      expect(labels).toEqual(expect.arrayContaining(given.split(', ')));
    for (const [, label, values = ''] of expr.matchAll(/(\w+)=~?"([^"]*)"/g)) {
      expect(labels).toContain(label);
      expect(words).toEqual(expect.arrayContaining(values.split('|')));
    }
    const spoken = [...annotations.description.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label);
    expect(Object.keys(CASES[alert]?.labels ?? {})).toEqual(expect.arrayContaining(spoken));
  }
});

test('the Prometheus operator’s own definitions take both objects, field by field', async () => {
  const { kubernetes } = attachBed(inject('bed'));
  const files = await prometheusCrds(['podmonitors', 'prometheusrules'], progress);
  const monitoring = rendered.filter(({ apiVersion }) => apiVersion.startsWith('monitoring.coreos.com/'));
  expect(monitoring).toHaveLength(2);
  await kubernetes.createNamespace('model-registrar');
  for (const file of files) await kubernetes.kubectl(['apply', '--server-side', '-f', file]);
  try {
    const taken = () => kubernetes.apply(...monitoring).then(() => true);
    await until('the API server takes them, once it knows their kinds', taken, 20_000);
  } finally {
    for (const file of files) await kubernetes.kubectl(['delete', '-f', file]);
  }
});

test('each alert leads to a heading that says what to do', async () => {
  for (const { annotations } of rules) {
    const [, page = '', anchor] = /\/blob\/main\/(docs\/[\w-]+\.md)#(.+)$/.exec(annotations.runbook_url) ?? [];
    expect(anchorsOf(join(import.meta.dirname, '../../..', page)), annotations.runbook_url).toContain(anchor);
  }
});

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
    expect(told).not.toMatch(/error expanding|no value/);
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
