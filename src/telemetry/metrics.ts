import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type PrometheusContentType,
  Registry,
} from '@prometheus-io/client';
import { METRICS, REGISTRATION_STATES, type RegistrationState } from './metric-table.ts';
import { VERSION } from './version.ts';

/** What came of one look at an object. */
export type ReconcileOutcome = 'in-step' | 'changed' | 'held' | 'refused' | 'failed';

/** One call to LiteLLM, as it is counted. */
export interface LitellmCall {
  /** Which of the LiteLLMs; `default` where there is one. */
  litellm: string;
  /** A word of a short list (`list`, `create`, `update`, …), never a URL: each one is a time series. */
  operation: string;
  /** The HTTP status or, where no answer came, the reason in a word (`timeout`). */
  code: number | string;
  seconds: number;
}

/** Figures that are asked for when somebody scrapes, not kept up to date all the while. */
export interface ScrapeReaders {
  queueDepth?: () => number;
  /** Whether this process may write. */
  leads?: () => boolean;
  /** Seconds since the Kubernetes API last said anything, by source. */
  staleness?: () => Iterable<{ source: string; seconds: number }>;
  /** Rights in Kubernetes that are missing. */
  rightsMissing?: () => Iterable<{ verb: string; resource: string }>;
  /** Objects that break a rule of the administrator's. */
  rightsViolations?: () => Iterable<{ namespace: string; rule: string; count: number }>;
  /** Models whose deletes are held. */
  deletesHeld?: () => number;
  /** Each backend of the file, and whether it says which models it has. */
  backendsUp?: () => Iterable<{ backend: string; up: boolean }>;
  /** Models by source and state; a state that is left out counts 0. */
  registrations?: () => Iterable<{ source: string; state: RegistrationState; count: number }>;
}

/** The program's metrics: one small function for each thing that can be told. */
export interface Metrics {
  reconciled(source: string, outcome: ReconcileOutcome): void;
  /** An object was seen to serve, and LiteLLM held its model so many seconds later. */
  becameVisible(seconds: number): void;
  litellmCalled(call: LitellmCall): void;
  litellmUp(litellm: string, up: boolean): void;
  sourceSynced(source: string, synced: boolean): void;
  /** A list brought changes to light that the watch did not deliver. */
  watchMissed(source: string, changes?: number): void;
  /** A backend was asked for its models: `answered`, or why there was no list. */
  backendAsked(backend: string, outcome: string): void;
  /** Names where figures are read at each scrape; a second call replaces what it names. */
  readAtScrape(readers: ScrapeReaders): void;
  /** All metrics in Prometheus' text format. @throws what a reader throws */
  text(): Promise<string>;
  contentType: string;
}

/**
 * Creates the metrics of one process, on a registry of their own.
 *
 * @param options.processMetrics Node's own figures too (memory, CPU, event loop); on unless told otherwise. They cost a
 *   timer that lasts as long as the process, so tests leave them out.
 */
export function createMetrics(options: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry<PrometheusContentType>();
  const registers = [registry];
  const readers: ScrapeReaders = {};

  const of = <const L extends readonly string[]>(description: { name: string; help: string; labels: L }) => ({
    name: description.name,
    help: description.help,
    labelNames: description.labels as readonly L[number][],
    registers,
  });

  const reconciles = new Counter(of(METRICS.reconciles));
  const timeToVisible = new Histogram({ ...of(METRICS.timeToVisible), buckets: [...METRICS.timeToVisible.buckets] });
  const requests = new Counter(of(METRICS.litellmRequests));
  const durations = new Histogram({
    ...of(METRICS.litellmRequestDuration),
    buckets: [...METRICS.litellmRequestDuration.buckets],
  });
  const up = new Gauge(of(METRICS.litellmUp));
  const synced = new Gauge(of(METRICS.sourceSynced));
  const misses = new Counter(of(METRICS.watchMisses));
  const backendRequests = new Counter(of(METRICS.backendRequests));
  new Gauge(of(METRICS.buildInfo)).set({ version: VERSION }, 1);
  new Gauge({
    ...of(METRICS.queueDepth),
    collect() {
      this.set(readers.queueDepth?.() ?? 0);
    },
  });
  new Gauge({
    ...of(METRICS.leader),
    collect() {
      this.set(readers.leads?.() ? 1 : 0);
    },
  });
  new Gauge({
    ...of(METRICS.deletesHeld),
    collect() {
      this.set(readers.deletesHeld?.() ?? 0);
    },
  });
  new Gauge({
    ...of(METRICS.sourceStaleness),
    collect() {
      this.reset();
      for (const { source, seconds } of readers.staleness?.() ?? []) this.set({ source }, seconds);
    },
  });
  new Gauge({
    ...of(METRICS.rightsMissing),
    collect() {
      this.reset();
      for (const { verb, resource } of readers.rightsMissing?.() ?? []) this.set({ verb, resource }, 1);
    },
  });
  new Gauge({
    ...of(METRICS.backendUp),
    collect() {
      this.reset();
      for (const { backend, up: isUp } of readers.backendsUp?.() ?? []) this.set({ backend }, isUp ? 1 : 0);
    },
  });
  new Gauge({
    ...of(METRICS.rightsViolations),
    collect() {
      this.reset();
      for (const { namespace, rule, count } of readers.rightsViolations?.() ?? []) this.inc({ namespace, rule }, count);
    },
  });
  new Gauge({
    ...of(METRICS.registrations),
    collect() {
      this.reset();
      const counts = [...(readers.registrations?.() ?? [])];
      // An alert on a state needs its 0 too, else the series ends when the trouble does.
      for (const { source } of counts) for (const state of REGISTRATION_STATES) this.set({ source, state }, 0);
      for (const { source, state, count } of counts) this.inc({ source, state }, count);
    },
  });
  if (options.processMetrics ?? true) {
    // By default it looks 110 times a second, which costs more than all else an idle controller does.
    const seldom = { eventLoopMonitoringPrecision: 100, eventLoopUtilizationTimeout: 1_000 };
    collectDefaultMetrics({ register: registry, ...seldom });
  }

  return {
    reconciled: (source, outcome) => reconciles.inc({ source, outcome }),
    becameVisible: (seconds) => timeToVisible.observe(seconds),
    litellmCalled: ({ litellm, operation, code, seconds }) => {
      requests.inc({ litellm, operation, code: String(code) });
      durations.observe({ litellm, operation }, seconds);
    },
    litellmUp: (litellm, isUp) => up.set({ litellm }, isUp ? 1 : 0),
    sourceSynced: (source, isSynced) => synced.set({ source }, isSynced ? 1 : 0),
    watchMissed: (source, changes = 1) => misses.inc({ source }, changes),
    backendAsked: (backend, outcome) => backendRequests.inc({ backend, outcome }),
    readAtScrape: (more) => void Object.assign(readers, more),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
