import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { BedError } from './errors.ts';

/** Below what Linux and macOS hand out for outgoing connections: a server that is stopped finds its port free again. */
const LOWEST = 20_000;
const HIGHEST = 32_000;

const handedOut = new Set<number>();

/** A port on 127.0.0.1 that nothing listens on, chosen at random so that two beds hardly ever choose the same. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (handedOut.has(port) || !(await isFree(port))) continue;
    handedOut.add(port);
    return port;
  }
  throw new BedError(
    'start-failed',
    `No free port found on 127.0.0.1 between ${LOWEST} and ${HIGHEST}: end what listens there.`,
  );
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const probe = createServer();
  probe.once('error', () => resolve(false));
  probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  return promise;
}
