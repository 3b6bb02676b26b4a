import { BACKEND_ERRORS } from '../../src/backends/index.ts';
import { CONFIG_ERRORS, settings } from '../../src/config/index.ts';
import { EVENTS } from '../../src/controller/index.ts';
import { KUBECONFIG_ERRORS, KUBERNETES_ERRORS } from '../../src/kubernetes/index.ts';
import { LITELLM_ERRORS } from '../../src/litellm/index.ts';
import { LISTEN_ERRORS, METRICS } from '../../src/telemetry/index.ts';
import { code, marked, page, sentence, table } from './markdown.ts';

/** Every setting, by group. */
export function settingsPage(): string {
  const groups = [...new Set(settings.map((row) => row.group))];
  const tables = groups.map((group) => {
    const rows = settings
      .filter((row) => row.group === group)
      .map((row) => [
        code(row.argument ? `--${row.name} ${row.argument}` : `--${row.name}`),
        code(row.env),
        row.argument && row.default ? code(row.default) : '–',
        row.repeatable ? `${row.help} May be given several times; separated by commas in the environment.` : row.help,
      ]);
    return `## ${group}\n\n${table(['flag', 'environment', 'default', ''], rows)}`;
  });
  return page(
    'Settings',
    'Flags beat the environment, which beats the file of `--config` (YAML, settings by name without `--`). LiteLLM’s key can stand in the environment as `MODEL_REGISTRAR_LITELLM_KEY`, for local use; it has no flag. [Which command takes which](commands.md).',
    ...tables,
  );
}

/** Every metric. */
export function metricsPage(): string {
  const rows = Object.values(METRICS).map(({ name, type, labels, help }) => [
    code(name),
    type,
    labels.map(code).join(', ') || '–',
    help,
  ]);
  return page(
    'Metrics',
    'Served at `/metrics` of `--listen`, beside Node’s own (`process_*`, `nodejs_*`).',
    table(['metric', 'type', 'labels', ''], rows),
  );
}

/** Every reason of an Event. */
export function eventsPage(): string {
  const rows = Object.entries(EVENTS).map(([reason, { type, meaning, next }]) => [
    `[${code(reason)}](../troubleshooting.md#${reason.toLowerCase()})`,
    type,
    meaning,
    next,
  ]);
  return page(
    'Events',
    'Written on the object that serves the model, when something changes; a Warning that stands is told again every `--warning-refresh`. The reason leads to what can be done about it.',
    table(['reason', 'type', 'meaning', 'what to do'], rows),
  );
}

type Coded = Record<string, { says: string; next?: string; more?: string }>;

/** Every code of every coded error. */
export function errorsPage(): string {
  return page(
    'Errors',
    'A command that fails prints one sentence: what is wrong, and what to do next. The code is the short word for it in logs (`code`) and, for calls to LiteLLM that had no answer, in the metric `model_registrar_litellm_requests_total`.',
    errorTable('Settings', '', 'They end a command before it has begun.', CONFIG_ERRORS),
    errorTable(
      'Kubeconfig',
      '',
      'No way to a cluster could be read from the settings of this machine.',
      KUBECONFIG_ERRORS,
    ),
    errorTable(
      'Kubernetes',
      '',
      'A call to the API server that did not succeed. The controller tries again by itself.',
      KUBERNETES_ERRORS,
    ),
    errorTable(
      'LiteLLM',
      'LiteLLM ',
      'A call to LiteLLM that did not do what it was for. The controller tries again by itself; what stands in the way of one model is told on its object ([`RegistrationFailed`](../troubleshooting.md#registrationfailed), [`Rejected`](../troubleshooting.md#rejected)).',
      LITELLM_ERRORS,
    ),
    errorTable(
      'Backends',
      '',
      'An endpoint of `--backends` did not say which models it has: they stay as they are, and it is asked again. The code is the `outcome` of `model_registrar_backend_requests_total`.',
      BACKEND_ERRORS,
    ),
    errorTable('Metrics and health checks', '', 'The small server of `--listen` did not start.', LISTEN_ERRORS),
  );
}

function errorTable(title: string, subject: string, about: string, errors: Coded): string {
  const rows = Object.entries(errors).map(([word, { says, next = '', more = '' }]) => [
    code(word),
    marked(sentence(`${subject}${says}`)),
    [next, more]
      .filter((part) => part !== '')
      .map((part) => marked(sentence(part)))
      .join(' ') || '–',
  ]);
  return `## ${title}\n\n${about}\n\n${table(['code', 'meaning', 'what to do'], rows)}`;
}
