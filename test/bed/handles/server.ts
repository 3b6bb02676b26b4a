import { z } from 'zod';
import { BedError, type ServiceStatus, serviceStatusSchema } from '../base/index.ts';
import type { Ask } from './ask.ts';

/** One server of the bed. It keeps its port over stop and start. */
export interface ServerHandle {
  readonly name: string;
  /** Starts it where it is stopped or crashed, and waits until it answers. */
  start(): Promise<void>;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Freezes it (SIGSTOP): it accepts connections and answers none. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  status(): Promise<ServiceStatus>;
}

/** A handle on the server of that name. */
export function createServerHandle(name: string, ask: Ask): ServerHandle {
  const act = async (action: 'start' | 'stop' | 'kill' | 'pause' | 'resume'): Promise<void> => {
    await ask({ op: 'service', name, action });
  };
  return {
    name,
    start: () => act('start'),
    stop: () => act('stop'),
    kill: () => act('kill'),
    pause: () => act('pause'),
    resume: () => act('resume'),
    status: async () => {
      const found = (await statuses(ask)).find((status) => status.name === name);
      if (found === undefined) throw new BedError('control-failed', `The bed has no "${name}".`);
      return found;
    },
  };
}

/** How all servers of the bed are. */
export async function statuses(ask: Ask): Promise<ServiceStatus[]> {
  return z.array(serviceStatusSchema).parse(await ask({ op: 'services' }));
}
