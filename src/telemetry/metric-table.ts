/** One metric as it is exposed; units are in the name's last word, as Prometheus has it. */
export interface MetricDescription {
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in the metric's unit. */
  buckets?: number[];
}

/** What a registration, or the object that should have one, can be. */
export const REGISTRATION_STATES = ['live', 'saved', 'held', 'down', 'conflict', 'invalid', 'rejected'] as const;
export type RegistrationState = (typeof REGISTRATION_STATES)[number];

/** Every metric of this program, beside Node's own (`process_*`, `nodejs_*`). The reference page is made from this table. */
export const METRICS = {
  registrations: {
    name: 'model_registrar_registrations',
    type: 'gauge',
    help: `Models by the kind of object that serves them and by state: ${REGISTRATION_STATES.join(', ')}.`,
    labels: ['source', 'state'],
  },
  timeToVisible: {
    name: 'model_registrar_time_to_visible_seconds',
    type: 'histogram',
    help: 'Seconds from the moment an object was seen to serve until LiteLLM held its model.',
    labels: [],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
  },
  reconciles: {
    name: 'model_registrar_reconciles_total',
    type: 'counter',
    help: 'Looks at an object and its models, by what came of it.',
    labels: ['source', 'outcome'],
  },
  queueDepth: {
    name: 'model_registrar_queue_depth',
    type: 'gauge',
    help: 'Objects that wait to be looked at.',
    labels: [],
  },
  litellmRequests: {
    name: 'model_registrar_litellm_requests_total',
    type: 'counter',
    help: 'Calls to LiteLLM, by operation and by HTTP status or, where no answer came, the reason in a word.',
    labels: ['litellm', 'operation', 'code'],
  },
  litellmRequestDuration: {
    name: 'model_registrar_litellm_request_duration_seconds',
    type: 'histogram',
    help: 'Seconds that a call to LiteLLM took, answered or not.',
    labels: ['litellm', 'operation'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  litellmUp: {
    name: 'model_registrar_litellm_up',
    type: 'gauge',
    help: '1 when the last call to LiteLLM had a good answer, 0 when it had none or none was made yet.',
    labels: ['litellm'],
  },
  sourceSynced: {
    name: 'model_registrar_source_synced',
    type: 'gauge',
    help: '1 when every object of this source is known, 0 while the list was never read or the connection is lost.',
    labels: ['source'],
  },
  sourceStaleness: {
    name: 'model_registrar_source_staleness_seconds',
    type: 'gauge',
    help: 'Seconds since the Kubernetes API last said anything about this source.',
    labels: ['source'],
  },
  rightsMissing: {
    name: 'model_registrar_rights_missing',
    type: 'gauge',
    help: '1 for each right in Kubernetes that this process needs and was not given; gone when it is granted.',
    labels: ['verb', 'resource'],
  },
  watchMisses: {
    name: 'model_registrar_watch_misses_total',
    type: 'counter',
    help: 'Changes that the watch did not deliver and a later list brought to light.',
    labels: ['source'],
  },
  rightsViolations: {
    name: 'model_registrar_rights_violations',
    type: 'gauge',
    help: 'Objects that ask for what the administrator does not allow their namespace, by rule.',
    labels: ['namespace', 'rule'],
  },
  leader: {
    name: 'model_registrar_leader',
    type: 'gauge',
    help: '1 while this process is the one that writes, also where there is no election; 0 while it stands by.',
    labels: [],
  },
  deletesHeld: {
    name: 'model_registrar_deletes_held',
    type: 'gauge',
    help: 'Models that are kept though their objects are not there any more, until somebody confirms that they may go.',
    labels: [],
  },
  backendUp: {
    name: 'model_registrar_backend_up',
    type: 'gauge',
    help: '1 while a backend of --backends says which models it has, 0 while it does not: then they stay as they are.',
    labels: ['backend'],
  },
  backendRequests: {
    name: 'model_registrar_backend_requests_total',
    type: 'counter',
    help: 'Times that a backend of --backends was asked for its models: answered, or why there was no list in a word.',
    labels: ['backend', 'outcome'],
  },
  buildInfo: {
    name: 'model_registrar_build_info',
    type: 'gauge',
    help: 'Always 1; the label says which version runs.',
    labels: ['version'],
  },
} as const satisfies Record<string, MetricDescription>;
