import type { SourceRef } from './registration.ts';

/** The source kind of rows that `model-registrar register` makes: no controller looks after them. */
export const REGISTER_KIND = 'register';

/** How people write a source's kind before a name: `inferenceservice` for `inference-service`. */
export function kindWord(kind: string): string {
  return kind.replaceAll('-', '');
}

/**
 * Whom the rows stand for that `register` makes for an object: `register/NAMESPACE/inferenceservice.NAME`. No kind's word holds a dot, so
 * that no two objects share one.
 */
export function registeredRef({ kind, namespace, name }: SourceRef): SourceRef {
  return { kind: REGISTER_KIND, namespace, name: `${kindWord(kind)}.${name}` };
}
