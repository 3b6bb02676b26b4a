import { z } from 'zod';
import {
  duration,
  flag,
  httpUrl,
  interval,
  keyFile,
  labelSelector,
  leaseDuration,
  listenAddress,
  namespace,
  objectName,
  ownerId,
  share,
  text,
} from './values.ts';

/** One setting. The flag is `--<name>`, the environment variable follows from the name. */
export interface SettingRow {
  /** What stands after the flag in the help text; a switch takes none. */
  argument?: string;
  /** One or two sentences for the help text. */
  help: string;
  /** Read as if it had been typed; absent: no value. */
  default?: string;
  /** May be given several times; in the environment, values are separated by commas. */
  repeatable?: true;
  /** Shown under this heading of the help text. */
  group: 'Kubernetes' | 'LiteLLM' | 'What is registered' | 'How changes are made' | 'Operation' | 'Waiting times';
  schema: z.ZodType<unknown>;
}

const POLICIES = ['sync', 'upsert-only', 'create-only'] as const;

/** Every setting of every command: the one place for names, defaults, checks and help. */
export const table = {
  kubeconfig: {
    argument: '<file>',
    help: 'Kubeconfig file. Without it: $KUBECONFIG, else the service account of the pod, else ~/.kube/config.',
    group: 'Kubernetes',
    schema: text,
  },
  context: {
    argument: '<name>',
    help: 'Context of the kubeconfig.',
    group: 'Kubernetes',
    schema: text,
  },
  'litellm-url': {
    argument: '<url>',
    help: 'Address of the LiteLLM proxy, for example http://litellm.litellm.svc:4000.',
    group: 'LiteLLM',
    schema: httpUrl,
  },
  'litellm-key-file': {
    argument: '<file>',
    help: 'File with the key of a LiteLLM proxy_admin, read anew when it changes. For local use: the environment variable MODEL_REGISTRAR_LITELLM_KEY instead.',
    group: 'LiteLLM',
    schema: keyFile,
  },
  'litellm-ca-file': {
    argument: '<file>',
    help: 'PEM file of the authority that signed LiteLLM’s certificate. Without it: those that Node knows.',
    group: 'LiteLLM',
    schema: text,
  },
  'owner-id': {
    argument: '<id>',
    help: 'Names this installation in LiteLLM’s rows; rows of another owner are never touched. Set it to the cluster’s name in production. Without it: the uid of the namespace kube-system.',
    group: 'What is registered',
    schema: ownerId,
  },
  source: {
    argument: '<kind>',
    help: 'Kind of what serves models: inference-service, llm-inference-service, service, or backend for those of --backends alone.',
    default: 'inference-service',
    repeatable: true,
    group: 'What is registered',
    schema: text,
  },
  backends: {
    argument: '<file>',
    help: 'YAML file that lists endpoints outside Kubernetes: each model that they say they have is registered. Read anew when it changes; one that is empty or wrong changes nothing.',
    group: 'What is registered',
    schema: text,
  },
  namespace: {
    argument: '<name>',
    help: 'Only objects of this namespace. Without it: all.',
    repeatable: true,
    group: 'What is registered',
    schema: namespace,
  },
  selector: {
    argument: '<labels>',
    help: 'Only objects with these labels, for example team=search,stage!=test. What is registered of others is left as it is; a second process with another selector needs an owner id of its own.',
    group: 'What is registered',
    schema: labelSelector,
  },
  selection: {
    argument: '<which>',
    help: 'annotated: objects with an annotation of ours; all: every object that serves an OpenAI API.',
    default: 'annotated',
    group: 'What is registered',
    schema: z.enum(['annotated', 'all'], 'must be annotated or all'),
  },
  address: {
    argument: '<which>',
    help: 'cluster: LiteLLM runs in this cluster; external: it runs elsewhere, and gets the address that the source publishes outside.',
    default: 'cluster',
    group: 'What is registered',
    schema: z.enum(['cluster', 'external'], 'must be cluster or external'),
  },
  policy: {
    argument: '<which>',
    help: 'sync: all changes; upsert-only: no model is ever taken out; create-only: nothing but additions.',
    default: 'sync',
    group: 'How changes are made',
    schema: z.enum(POLICIES, `must be ${POLICIES.join(', ')}`),
  },
  'max-delete-share': {
    argument: '<share>',
    help: 'Share of the models, from 0 to 1, that may be taken out at once because their objects are not there any more though nobody saw them go; more are held until they are confirmed. 1: never held. Up to 3 models are not guarded.',
    default: '0.5',
    group: 'How changes are made',
    schema: share,
  },
  'dry-run': {
    help: 'Log the plan and write nothing, neither to LiteLLM nor to Kubernetes.',
    default: 'false',
    group: 'How changes are made',
    schema: flag,
  },
  'resync-interval': {
    argument: '<duration>',
    help: 'How often LiteLLM’s list is read and compared with what is wanted.',
    default: '60s',
    group: 'Waiting times',
    schema: interval,
  },
  settle: {
    argument: '<duration>',
    help: 'How long a list of LiteLLM’s may lag behind a write: longer than its reload interval on all replicas.',
    default: '60s',
    group: 'Waiting times',
    schema: duration,
  },
  'name-cooldown': {
    argument: '<duration>',
    help: 'How long a public name is kept for the namespace whose last row under it went.',
    default: '10m',
    group: 'Waiting times',
    schema: duration,
  },
  'rollout-wait': {
    argument: '<duration>',
    help: 'How long a changed served name or base path must have been wanted before it is taken over; 0: as soon as no rollout is seen.',
    default: '3s',
    group: 'Waiting times',
    schema: duration,
  },
  'warning-refresh': {
    argument: '<duration>',
    help: 'How often the Event of a standing Warning is refreshed; Kubernetes forgets Events after an hour.',
    default: '30m',
    group: 'Waiting times',
    schema: interval,
  },
  'backoff-min': {
    argument: '<duration>',
    help: 'First wait after a failure.',
    default: '1s',
    group: 'Waiting times',
    schema: interval,
  },
  'backoff-max': {
    argument: '<duration>',
    help: 'Longest wait after repeated failures.',
    default: '5m',
    group: 'Waiting times',
    schema: interval,
  },
  'litellm-timeout': {
    argument: '<duration>',
    help: 'Deadline of one call to LiteLLM.',
    default: '30s',
    group: 'Waiting times',
    schema: interval,
  },
  'lease-duration': {
    argument: '<duration>',
    help: 'How long the others wait after the last sign of a leader that died; it writes no more after two thirds of it. Whole seconds.',
    default: '15s',
    group: 'Waiting times',
    schema: leaseDuration,
  },
  'leader-elect': {
    argument: '[true|false]',
    help: 'Of several replicas only the one that holds the Lease writes, the others stand by. Without it: true in a pod with a service account, else false. A dry run takes no part.',
    group: 'Operation',
    schema: flag,
  },
  'lease-name': {
    argument: '<name>',
    help: 'Name of the Lease. The replicas of one installation share it, two installations in one namespace must not.',
    default: 'model-registrar',
    group: 'Operation',
    schema: objectName,
  },
  'lease-namespace': {
    argument: '<name>',
    help: 'Namespace of the Lease. Without it: the pod’s own, else that of the context.',
    group: 'Operation',
    schema: namespace,
  },
  deployment: {
    argument: '<name>',
    help: 'Name of the Deployment that this controller runs in, in the namespace of the Lease: what concerns the installation as a whole is told by Events on it. Without it: model-registrar in a pod, else none.',
    group: 'Operation',
    schema: objectName,
  },
  listen: {
    argument: '<address>',
    help: 'Where /metrics, /healthz and /readyz are served.',
    default: ':8080',
    group: 'Operation',
    schema: listenAddress,
  },
  'log-level': {
    argument: '<level>',
    help: 'trace, debug, info, warn, error or silent.',
    default: 'info',
    group: 'Operation',
    schema: z.enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
      'must be trace, debug, info, warn, error or silent',
    ),
  },
  'log-format': {
    argument: '<format>',
    help: 'json or pretty. Without it: pretty on a terminal, else json.',
    group: 'Operation',
    schema: z.enum(['json', 'pretty'], 'must be json or pretty'),
  },
} as const satisfies Record<string, SettingRow>;

export type SettingName = keyof typeof table;

/** The environment variable of a setting: `litellm-url` → `MODEL_REGISTRAR_LITELLM_URL`. */
export function environmentName(name: SettingName): string {
  return `MODEL_REGISTRAR_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** The table in its order. */
export const settings: readonly (SettingRow & { name: SettingName; env: string })[] = (
  Object.entries(table) as [SettingName, SettingRow][]
).map(([name, row]) => ({ ...row, name, env: environmentName(name) }));
