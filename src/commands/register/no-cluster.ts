import type { Connection } from '../../kubernetes/index.ts';
import { PlainError } from '../plain-error.ts';

/** Stands in for a connection where nothing is asked of a cluster: one that has none can register an address all the same. */
export function noCluster(namespace: string): Connection {
  const refuse = async (): Promise<never> => {
    throw new PlainError('This command was not connected to a cluster.');
  };
  return {
    server: 'no cluster',
    namespace,
    inPod: false,
    request: refuse,
    list: refuse,
    lines: refuse,
    close: async () => undefined,
  };
}
