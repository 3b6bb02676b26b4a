/** An object whose identity cannot be read, so that nothing can be said about it. */
export class UnreadableObjectError extends Error {
  readonly code = 'UNREADABLE_OBJECT';

  /** @param what the part that is missing or of a wrong type, for example `metadata.uid`. */
  constructor(kind: string, what: readonly string[]) {
    super(
      `An object of kind ${kind} cannot be read: ${what.join(', ')} is missing or malformed. Look at it with kubectl get -o yaml.`,
    );
    this.name = 'UnreadableObjectError';
  }
}
