import { isAnnotated } from '../object/index.ts';
import type { WatchedSource } from '../source.ts';
import { endpointSlices } from './endpoints.ts';
import { projectService } from './project.ts';
import { parseService, type Service } from './schema.ts';

/** Kubernetes' own Service, with annotations of ours: a model server that was put there by hand or by Helm. */
export const service: WatchedSource<Service> = {
  kind: 'service',
  resource: { group: '', version: 'v1', plural: 'services', kind: 'Service' },
  isMeant: isAnnotated,
  parse: parseService,
  related: [endpointSlices],
  project: projectService,
};
