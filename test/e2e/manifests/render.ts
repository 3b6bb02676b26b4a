import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { inject } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';

const schema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
});

/** A Kubernetes object as it was rendered. */
export type Rendered = z.infer<typeof schema>;

export const MANIFESTS = join(import.meta.dirname, '../../../manifests');

/**
 * The objects of a kustomization that somebody lays above these manifests.
 *
 * @param wish - a kustomization, whose `resources` and `components` are folders of `manifests/`
 */
export async function overlay({ resources = [], components = [], ...wish }: Overlay): Promise<Rendered[]> {
  const folder = await mkdtemp(join(tmpdir(), 'model-registrar-overlay-'));
  // kustomize wants paths that lead there from the folder itself.
  const there = (name: string): string => relative(realpathSync(folder), join(MANIFESTS, name));
  const kustomization = { ...wish, resources: resources.map(there), components: components.map(there) };
  await writeFile(join(folder, 'kustomization.yaml'), stringify(kustomization));
  try {
    return renderFolder(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Overlay {
  namespace?: string;
  resources?: string[];
  components?: string[];
  [field: string]: unknown;
}

/** The objects of a folder of `manifests/`, rendered by the bed's `kubectl kustomize`. */
export function render(folder: string): Rendered[] {
  return renderFolder(join(MANIFESTS, folder));
}

function renderFolder(folder: string): Rendered[] {
  const { kubectl } = inject('bed').kubernetes;
  const text = execFileSync(kubectl, ['kustomize', folder], { encoding: 'utf8' });
  return parseAllDocuments(text).map((document) => schema.parse(document.toJS()));
}

/** The one object of a kind. @throws Error when there is none, or more than one */
export function only(objects: Rendered[], kind: string): Rendered {
  const [object, ...more] = objects.filter((one) => one.kind === kind);
  if (!object || more.length > 0) throw new Error(`expected one ${kind}, found ${object ? more.length + 1 : 0}`);
  return object;
}
