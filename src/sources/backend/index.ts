import type { Source } from '../source.ts';
import { BACKEND_KIND, type BackendModel } from './backend-model.ts';
import { projectBackendModel } from './project.ts';

export { type BackendModel, backendModel, backendOf, type EntryKey, modelIdOf, objectName } from './backend-model.ts';
export { type BackendEntry, BackendsFile, readBackends } from './entry.ts';
export { type ListedModel, type ModelsAnswer, readModels } from './models.ts';
export { countsModel, mayCallFunctions } from './rules.ts';

/** The models of an endpoint outside Kubernetes' knowledge, which an administrator lists in a file. */
export const backend: Source<BackendModel> = { kind: BACKEND_KIND, project: projectBackendModel };
