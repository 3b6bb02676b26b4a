import { z } from 'zod';
import { runController } from '../../../src/commands/run.ts';
import { readSettings } from '../../../src/config/index.ts';
import type { SandboxKubernetes, SandboxLiteLlm } from '../../../src/sandbox/index.ts';
import { createLogger } from '../../../src/telemetry/index.ts';
import { inferenceService, type StatusWish, status, type Wish } from '../../support/inference-services.ts';
import { openSandboxPair, type SandboxPairOptions } from '../../support/sandbox-pair.ts';

const Told = z.object({ reason: z.string(), message: z.string() });

/** Waiting times that let a test see in a second what takes minutes in a cluster. */
const FAST = {
  settle: '300ms',
  'resync-interval': '250ms',
  'name-cooldown': '600ms',
  'rollout-wait': '100ms',
  'backoff-min': '50ms',
  'backoff-max': '400ms',
  'litellm-timeout': '2s',
  listen: '127.0.0.1:0',
};

export interface Controller {
  /** Where it serves its figures. */
  url: string;
  /** What it logged, as JSON lines. */
  logs: string[];
  /** As SIGTERM. */
  stop(): Promise<void>;
  /** How it ended. */
  ended: Promise<'stopped' | 'lost'>;
}

/** A sandbox of both servers, and controllers that are started between them. */
export interface Stage {
  kubernetes: SandboxKubernetes;
  litellm: SandboxLiteLlm;
  /** The path of a kubeconfig. */
  kubeconfig: string;
  keyFile: string;
  /** Starts a controller and waits until it listens. @param file - its `--config` */
  start(settings?: Record<string, unknown>, file?: string): Promise<Controller>;
  apply(wish: Wish): void;
  /** Applies an object that serves already. */
  serve(wish: Wish & Partial<StatusWish>): void;
  setStatus(wish: StatusWish): void;
  remove(name: string, namespace?: string): void;
  /** `reason: message` of the Events about an object, oldest first. */
  events(name: string, namespace?: string, kind?: string): string[];
  close(): Promise<void>;
}

export async function startStage(options: SandboxPairOptions = {}): Promise<Stage> {
  const pair = await openSandboxPair(options);
  const { kubernetes, litellm, kubeconfig, keyFile } = pair;
  const controllers: Controller[] = [];

  async function start(settings: Record<string, unknown> = {}, file?: string): Promise<Controller> {
    const stopping = new AbortController();
    const logs: string[] = [];
    const log = createLogger({ level: 'debug', format: 'json', destination: { write: (line) => logs.push(line) } });
    const listening = Promise.withResolvers<string>();
    const flags = { ...FAST, kubeconfig, 'litellm-url': litellm.url, 'litellm-key-file': keyFile, ...settings };
    const done = runController({
      settings: readSettings({ flags, environment: {}, file }),
      log,
      signal: stopping.signal,
      onListening: listening.resolve,
    });
    done.catch(listening.reject);
    const controller: Controller = {
      url: await listening.promise,
      logs,
      ended: done,
      async stop() {
        stopping.abort();
        await done;
      },
    };
    controllers.push(controller);
    return controller;
  }

  return {
    kubernetes,
    litellm,
    kubeconfig,
    keyFile,
    start,
    apply: (wish) => void kubernetes.apply(inferenceService(wish)),
    serve: (wish) => void kubernetes.apply(inferenceService({ ...wish, status: status(wish) })),
    setStatus: (wish) => void kubernetes.setStatus(reference(wish.name, wish.namespace), status(wish)),
    remove: (name, namespace) => kubernetes.delete(reference(name, namespace)),
    events: (name, namespace, kind = 'InferenceService') =>
      kubernetes.events({ ...reference(name, namespace), kind }).map((event) => {
        const { reason, message } = Told.parse(event);
        return `${reason}: ${message}`;
      }),
    async close() {
      await Promise.all(controllers.map((controller) => controller.stop()));
      await pair.close();
    },
  };
}

/** An InferenceService by name. */
export function reference(name: string, namespace = 'llm') {
  return { kind: 'InferenceService', namespace, name };
}
