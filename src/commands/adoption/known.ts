import type { ModelRecord, Projection, Registration, SourceRef } from '../../registration/index.ts';

/** What is known when it is chosen what is taken over. */
export interface Known {
  /** The owner id that rows are taken over by. */
  owner: string;
  /** Every row of LiteLLM. */
  rows: readonly ModelRecord[];
  objects: readonly { source: SourceRef; uid: string; projection: Projection }[];
}

/** An object that serves under a name. */
export interface Serving {
  source: SourceRef;
  uid: string;
  registration: Registration;
}

/** The objects that want a name, in whichever state they are. */
export function declarers(name: string, { objects }: Known): Known['objects'] {
  return objects.filter(({ projection }) => projection.state !== 'ignore' && projection.names.includes(name));
}

/** Those of them that serve. */
export function serving(name: string, known: Known): Serving[] {
  return declarers(name, known).flatMap(({ source, uid, projection }): Serving[] => {
    if (projection.state !== 'serve' || projection.waitingFor !== undefined) return [];
    const registration = projection.registrations.find((one) => one.publicName === name);
    return registration ? [{ source, uid, registration }] : [];
  });
}
