/** What a command cannot do, in a plain sentence with the next step: it is printed as it is, without a stack. */
export class PlainError extends Error {
  override readonly name = 'PlainError';
}
