import { allowsName, nameRefusal, type Rights, SHARE_PARAMS, USUAL_RIGHTS } from '../../registration/index.ts';
import type { ExplainedObject } from './document.ts';

/** An object that was explained, with what it wants to be called. */
export interface Explained {
  object: ExplainedObject;
  namespace: string;
  /** Public names that it declares, whatever else is wrong. */
  names: string[];
}

/** Names that the administrator does not let the namespace have. */
function refuseNames({ object, namespace, names }: Explained, rights: Rights): void {
  for (const name of names) {
    if (allowsName(rights.of(namespace), name)) continue;
    const message = nameRefusal(name, namespace, rights.of(namespace));
    object.problems.push({ reason: 'NotAllowed', message, rule: 'public-name' });
    object.models = object.models.filter((model) => model.name !== name);
  }
}

/** Parameters that would say who gets the calls for a name that several namespaces hold: they are not written. */
function refuseShares({ object, namespace }: Explained, rights: Rights): void {
  for (const { name, params } of object.models) {
    const asked = SHARE_PARAMS.filter((key) => Object.hasOwn(params, key));
    if (asked.length === 0 || !rights.isShared(name, namespace)) continue;
    for (const key of asked) delete params[key];
    const message = `"${name}" is shared with other namespaces: ${asked.join(' and ')} of litellm-params would not be written.`;
    object.problems.push({ reason: 'NotAllowed', message, rule: 'litellm-params' });
  }
}

/** Names that several objects of the input declare: across namespaces only one can have them, unless they share them; within one it is a group. */
export function compareNames(explained: readonly Explained[], rights: Rights = USUAL_RIGHTS): void {
  for (const one of explained) {
    refuseNames(one, rights);
    refuseShares(one, rights);
  }
  const byName = Map.groupBy(
    // Who may not have a name keeps nobody from it.
    explained.flatMap((one) =>
      one.names.filter((name) => allowsName(rights.of(one.namespace), name)).map((name) => ({ name, one })),
    ),
    ({ name }) => name,
  );
  for (const [name, declarers] of byName) {
    for (const { one } of declarers) {
      const isFellow = (other: Explained): boolean =>
        other.namespace === one.namespace || rights.share(name, one.namespace, other.namespace);
      const rivals = declarers.flatMap(({ one: other }) => (isFellow(other) ? [] : other.object.source));
      const fellows = declarers.flatMap(({ one: other }) =>
        isFellow(other) && other.object.source !== one.object.source ? other.object.source : [],
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
