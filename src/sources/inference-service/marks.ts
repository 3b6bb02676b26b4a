import { templateValues } from '../template.ts';

/** What other people's labels and annotations on an InferenceService say. */
export interface Marks {
  /** By `serving.kserve.io/stop`: the status follows later, and lags after a restart. */
  stopped: boolean;
  /** By `serving.kserve.io/disable-auto-update`: KServe leaves a Ready object's pods and status as they are, whatever is edited. */
  frozen: boolean;
  /** By `opendatahub.io/model-type: predictive`: a classifier or the like. */
  predictive: boolean;
  /** By `security.opendatahub.io/enable-auth`: calls need a token. */
  authenticated: boolean;
  /** The label that keeps it inside the cluster. */
  clusterLocal: string | undefined;
  /** Those that a template in the arguments of a server can name. */
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

type Values = Readonly<Record<string, unknown>>;

/** KServe's in Standard mode, and Knative's. */
const VISIBILITY = ['networking.kserve.io/visibility', 'networking.knative.dev/visibility'];

/** Open Data Hub sets its marks as annotations or as labels, by version. */
export function readMarks(labels: Values, annotations: Values): Marks {
  const either = (key: string, value: string) => is(annotations, key, value) || is(labels, key, value);
  return {
    stopped: is(annotations, 'serving.kserve.io/stop', 'true'),
    frozen: is(annotations, 'serving.kserve.io/disable-auto-update', 'true'),
    predictive: either('opendatahub.io/model-type', 'predictive'),
    authenticated: either('security.opendatahub.io/enable-auth', 'true'),
    clusterLocal: VISIBILITY.find((key) => is(labels, key, 'cluster-local')),
    labels: templateValues(labels),
    annotations: templateValues(annotations),
  };
}

function is(values: Values, key: string, wanted: string): boolean {
  const value = Object.hasOwn(values, key) ? values[key] : undefined;
  return typeof value === 'string' && value.toLowerCase() === wanted;
}
