import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { inject } from 'vitest';
import { parseAllDocuments } from 'yaml';
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

/** The objects of a folder of `manifests/`, rendered by the bed's `kubectl kustomize`. */
export function render(folder: string): Rendered[] {
  const { kubectl } = inject('bed').kubernetes;
  const text = execFileSync(kubectl, ['kustomize', join(MANIFESTS, folder)], { encoding: 'utf8' });
  return parseAllDocuments(text).map((document) => schema.parse(document.toJS()));
}

/** The one object of a kind. @throws Error when there is none, or more than one */
export function only(objects: Rendered[], kind: string): Rendered {
  const [object, ...more] = objects.filter((one) => one.kind === kind);
  if (!object || more.length > 0) throw new Error(`expected one ${kind}, found ${object ? more.length + 1 : 0}`);
  return object;
}
