import { describe, expect, it } from 'vitest';
import { environmentName, settings, table } from '../../../src/config/table.ts';
import { complaints, read } from './builders.ts';

describe('the table', () => {
  it('names environment variables after the flags', () => {
    expect(environmentName('litellm-url')).toBe('MODEL_REGISTRAR_LITELLM_URL');
    expect(environmentName('source')).toBe('MODEL_REGISTRAR_SOURCE');
    for (const { name, env } of settings) expect(env).toBe(environmentName(name));
    expect(new Set(settings.map(({ env }) => env)).size).toBe(settings.length);
  });

  it('has every setting once, in its order', () => {
    expect(settings.map(({ name }) => name)).toEqual(Object.keys(table));
  });

  it.each(settings.map((row) => [row.name, row] as const))('describes %s for the help text', (name, row) => {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(row.help).toMatch(/^\S.*\.$/);
  });

  it('has defaults that its own checks let pass', () => {
    expect(complaints({})).toEqual([]);
  });

  it('has the defaults that are promised', () => {
    expect(read({})).toEqual({
      kubeconfig: undefined,
      context: undefined,
      'litellm-url': undefined,
      'litellm-key-file': undefined,
      'litellm-ca-file': undefined,
      'owner-id': undefined,
      source: ['inference-service'],
      backends: undefined,
      namespace: [],
      selector: undefined,
      selection: 'annotated',
      address: 'cluster',
      policy: 'sync',
      'dry-run': false,
      'resync-interval': 60_000,
      settle: 60_000,
      'name-cooldown': 600_000,
      'rollout-wait': 3_000,
      'warning-refresh': 1_800_000,
      'backoff-min': 1_000,
      'backoff-max': 300_000,
      'litellm-timeout': 30_000,
      'leader-elect': undefined,
      'lease-name': 'model-registrar',
      'lease-namespace': undefined,
      'lease-duration': 15_000,
      deployment: undefined,
      'max-delete-share': 0.5,
      listen: ':8080',
      'log-level': 'info',
      'log-format': undefined,
      litellms: [],
      tenants: [],
      'shared-names': [],
    });
  });
});
