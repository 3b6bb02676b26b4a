import type { ChildProcess } from 'node:child_process';
import {
  BedError,
  type ChildSpec,
  killGroup,
  type ServiceStatus,
  signalFamily,
  spawnChild,
  tail,
} from '../base/index.ts';

export interface ServiceSpec extends ChildSpec {
  name: string;
  /** Whether it answers; looked at until it does. */
  isReady(): Promise<boolean>;
  /** In milliseconds. */
  readyWithinMs: number;
  /** What asks it to end. Default SIGTERM. */
  stopSignal?: NodeJS.Signals;
}

/** One server of the bed, that can be stopped, started again on the same port, frozen and killed. */
export interface Service {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Freezes it: connections are accepted by the kernel and never answered. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  status(): ServiceStatus;
}

/** All services of a bed, in the order in which they were made. */
export interface Services {
  add(spec: ServiceSpec): Service;
  /** Throws BedError `control-failed` for a name that none has. */
  get(name: string): Service;
  all(): Service[];
  /** Ends every one, and lets none start any more. */
  endAll(): Promise<void>;
}

const LOOK_MS = 100;
const STOP_WITHIN_MS = 10_000;

/** Makes a service, not yet started. Its actions must be called one after another. */
function createService(spec: ServiceSpec, isOver: () => boolean): Service {
  let child: ChildProcess | undefined;
  let exited: Promise<void> = Promise.resolve();
  let state: ServiceStatus['state'] = 'stopped';

  const start = async (): Promise<void> => {
    if (state === 'running' || state === 'paused') return;
    const started = await spawnChild(spec);
    if (isOver()) {
      if (started.pid !== undefined) killGroup(started.pid, 'SIGKILL');
      throw new BedError('start-failed', `${spec.name} was not started: the bed is ending.`);
    }
    child = started;
    state = 'running';
    const { promise, resolve } = Promise.withResolvers<void>();
    exited = promise;
    const ended = (): void => {
      if (child === started && state !== 'stopped') state = 'crashed';
      resolve();
    };
    started.once('exit', ended);
    started.once('error', ended);
    await untilReady();
  };

  const untilReady = async (): Promise<void> => {
    const deadline = performance.now() + spec.readyWithinMs;
    for (;;) {
      if (status().state !== 'running') throw await notStarted('ended instead of starting');
      if (await spec.isReady().catch(() => false)) return;
      if (performance.now() > deadline) throw await notStarted(`was not ready within ${spec.readyWithinMs / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  };

  const notStarted = async (what: string): Promise<BedError> =>
    new BedError('start-failed', `${spec.name} ${what}. The end of ${spec.logFile}:\n${await tail(spec.logFile)}`);

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const pid = child?.pid;
    if (pid === undefined || state === 'stopped') return;
    const wasPaused = state === 'paused';
    const hasCrashed = state === 'crashed';
    state = 'stopped';
    if (!hasCrashed) {
      process.kill(pid, signal);
      if (wasPaused) await signalFamily(pid, 'SIGCONT'); // A frozen process sees no signal but KILL.
      const deadline = setTimeout(() => killGroup(pid, 'SIGKILL'), STOP_WITHIN_MS);
      await exited;
      clearTimeout(deadline);
    }
    killGroup(pid, 'SIGKILL'); // What it left behind of its own children.
  };

  const status = (): ServiceStatus => ({
    name: spec.name,
    state,
    ...(child?.pid === undefined || state === 'stopped' ? {} : { pid: child.pid }),
  });

  const pauseOrResume = async (
    from: ServiceStatus['state'],
    to: ServiceStatus['state'],
    signal: NodeJS.Signals,
  ): Promise<void> => {
    if (state !== from || child?.pid === undefined) {
      throw new BedError('control-failed', `${spec.name} is ${state}, not ${from}.`);
    }
    await signalFamily(child.pid, signal);
    state = to;
  };

  return {
    name: spec.name,
    start,
    stop: () => end(spec.stopSignal ?? 'SIGTERM'),
    kill: () => end('SIGKILL'),
    pause: () => pauseOrResume('running', 'paused', 'SIGSTOP'),
    resume: () => pauseOrResume('paused', 'running', 'SIGCONT'),
    status,
  };
}

/** An empty list of services. */
export function createServices(): Services {
  const services = new Map<string, Service>();
  let over = false;
  return {
    add: (spec) => {
      const service = createService(spec, () => over);
      services.set(spec.name, service);
      return service;
    },
    get: (name) => {
      const service = services.get(name);
      if (service !== undefined) return service;
      throw new BedError('control-failed', `The bed has no "${name}", only: ${[...services.keys()].join(', ')}.`);
    },
    all: () => [...services.values()],
    endAll: async () => {
      over = true;
      // All state is thrown away, so nothing needs time to end well, but for PostgreSQL, which gives shared memory back.
      const ends = [...services.values()].map((service) =>
        service.name === 'postgres' ? service.stop() : service.kill(),
      );
      await Promise.allSettled(ends);
    },
  };
}
