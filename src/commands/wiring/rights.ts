import type { Settings } from '../../config/index.ts';
import { createRights, type Rights } from '../../registration/index.ts';

/** What the file of `--config` lets namespaces ask for. */
export function rightsOf(settings: Pick<Settings, 'tenants' | 'shared-names'>): Rights {
  const tenants = settings.tenants.map((entry) => ({
    namespace: entry.namespace,
    publicNames: entry['public-names'],
    accessGroups: entry['access-groups'],
    params: entry['litellm-params'],
    info: entry['model-info'],
    credentials: entry.credentials,
  }));
  return createRights(tenants, settings['shared-names']);
}
