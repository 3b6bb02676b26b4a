import type { ExplainedObject } from './document.ts';

/** An object that was explained, with what it wants to be called. */
export interface Explained {
  object: ExplainedObject;
  namespace: string;
  /** Public names that it declares, whatever else is wrong. */
  names: string[];
}

/** Names that several objects of the input declare: across namespaces only one can have them, within one it is a group. */
export function compareNames(explained: readonly Explained[]): void {
  const byName = Map.groupBy(
    explained.flatMap((one) => one.names.map((name) => ({ name, one }))),
    ({ name }) => name,
  );
  for (const [name, declarers] of byName) {
    for (const { one } of declarers) {
      const rivals = declarers.flatMap(({ one: other }) =>
        other.namespace === one.namespace ? [] : other.object.source,
      );
      const fellows = declarers.flatMap(({ one: other }) =>
        other.namespace === one.namespace && other.object.source !== one.object.source ? other.object.source : [],
      );
      if (rivals.length > 0) {
        one.object.problems.push({
          reason: 'NameConflict',
          message: `"${name}" is declared by ${rivals.join(', ')} too. A public name belongs to one namespace, and the oldest object keeps it: choose another name with model-registrar.io/model-name.`,
        });
      }
      if (fellows.length > 0) {
        one.object.notes.push(
          `"${name}" is shared with ${fellows.join(', ')}: LiteLLM divides the calls between them.`,
        );
      }
    }
  }
}
