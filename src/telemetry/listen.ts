/** A place to listen at; without a host, every address of the machine. */
export interface ListenAddress {
  host?: string;
  port: number;
}

/** Why the server for metrics and health did not start. The reference page is made from this table. */
export const LISTEN_ERRORS = {
  LISTEN_ADDRESS_INVALID: { says: 'the address of `--listen` is none', next: 'write host:port, for example `:8080`' },
  LISTEN_PORT_IN_USE: {
    says: 'something else listens at the address of `--listen`',
    next: 'stop it, or choose another address',
  },
  LISTEN_FAILED: {
    says: 'the address of `--listen` cannot be listened at',
    next: 'choose another; ports below 1024 need a right of their own',
  },
} as const satisfies Record<string, { says: string; next: string }>;

export type ListenErrorCode = keyof typeof LISTEN_ERRORS;

/** The metrics and health server could not start; the message says what to do next. */
export class ListenError extends Error {
  readonly code: ListenErrorCode;

  constructor(code: ListenErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ListenError';
    this.code = code;
  }
}

/**
 * Reads `:8080`, `127.0.0.1:8080`, `localhost:8080` or `[::1]:8080`; port 0 takes a free one.
 *
 * @throws ListenError `LISTEN_ADDRESS_INVALID`
 */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[(?<six>[0-9a-f:.]+)\]|(?<host>[^:\s[\]]*)):(?<port>\d{1,5})$/i.exec(text);
  const port = Number(match?.groups?.port);
  if (!match?.groups || port > 65_535) {
    throw new ListenError(
      'LISTEN_ADDRESS_INVALID',
      `"${text}" is not an address to listen at: write host:port, for example :8080 or 127.0.0.1:8080.`,
    );
  }
  const host = match.groups.six ?? match.groups.host;
  return host ? { host, port } : { port };
}

/** Puts what Node says about a failed listen into one plain sentence. */
export function listenFailure(address: string, error: NodeJS.ErrnoException): ListenError {
  if (error.code === 'EADDRINUSE') {
    return new ListenError(
      'LISTEN_PORT_IN_USE',
      `Something else listens at ${address} already: stop it, or choose another address with --listen.`,
      { cause: error },
    );
  }
  return new ListenError(
    'LISTEN_FAILED',
    `Cannot listen at ${address} (${error.code ?? error.message}): choose another address with --listen.`,
    { cause: error },
  );
}
