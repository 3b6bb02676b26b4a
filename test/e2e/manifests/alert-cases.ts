/** When one alert fires. */
export interface AlertCase {
  /** Values by the minute, as promtool writes them. */
  series: Record<string, string>;
  /** Minutes from the start, with their unit. */
  quietAt: string;
  firesAt: string;
  /** Of the alert that fires, beside its severity. */
  labels: Record<string, string>;
}

/** A case for each alert of `manifests/components/monitoring`. */
export const CASES: Record<string, AlertCase> = {
  ModelRegistrarAbsent: {
    series: { 'model_registrar_build_info{version="1"}': '1x10 _x60' },
    quietAt: '10m',
    firesAt: '40m',
    labels: {},
  },
  ModelRegistrarNoLeader: {
    series: {
      'model_registrar_leader{namespace="n",pod="p"}': '1x10 0x3 0x90',
      'model_registrar_leader{namespace="n",pod="q"}': '0x13 1x10 0x60',
    },
    quietAt: '25m',
    firesAt: '40m',
    labels: { namespace: 'n' },
  },
  ModelRegistrarDeletesHeld: {
    series: { 'model_registrar_deletes_held{namespace="n",pod="p"}': '0x10 5x3 0x10 5x60' },
    quietAt: '20m',
    firesAt: '40m',
    labels: { namespace: 'n' },
  },
  ModelRegistrarLiteLLMDown: {
    series: {
      'model_registrar_litellm_up{litellm="default",pod="p"}': '1x90',
      'model_registrar_litellm_up{litellm="gpu",pod="p"}': '1x10 0x3 1x10 0x60',
      'model_registrar_leader{pod="p"}': '1x90',
      // It stands by.
      'model_registrar_litellm_up{litellm="gpu",pod="q"}': '0x90',
      'model_registrar_leader{pod="q"}': '0x90',
    },
    quietAt: '15m',
    firesAt: '40m',
    labels: { litellm: 'gpu', pod: 'p' },
  },
  ModelRegistrarSourceNotSynced: {
    series: { 'model_registrar_source_synced{pod="p",source="s"}': '1x10 0x60' },
    quietAt: '15m',
    firesAt: '25m',
    labels: { pod: 'p', source: 's' },
  },
  ModelRegistrarBackendDown: {
    series: { 'model_registrar_backend_up{namespace="n",pod="p",backend="b"}': '1x10 0x60' },
    quietAt: '20m',
    firesAt: '40m',
    labels: { namespace: 'n', backend: 'b' },
  },
  ModelRegistrarSourceStale: {
    series: { 'model_registrar_source_staleness_seconds{pod="p",source="s"}': '100x10 200+60x60' },
    quietAt: '15m',
    firesAt: '40m',
    labels: { pod: 'p', source: 's' },
  },
  ModelRegistrarRightMissing: {
    series: {
      'model_registrar_rights_missing{pod="p",verb="watch",resource="inferenceservices"}': '_x5 1x3 _x10 1x60',
      'model_registrar_rights_missing{pod="p",verb="list",resource="clusterservingruntimes"}': '1x90',
    },
    quietAt: '15m',
    firesAt: '40m',
    labels: { pod: 'p', verb: 'watch', resource: 'inferenceservices' },
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
