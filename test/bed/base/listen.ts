import type { AddressInfo, Server } from 'node:net';

/** Opens a server on 127.0.0.1 and gives its port: the one asked for, or any that is free. */
export async function listen(server: Server, port = 0): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', () => {
    server.off('error', reject);
    resolve();
  });
  await promise;
  return portOf(server.address());
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('Not a server on a port.');
  return address.port;
}
