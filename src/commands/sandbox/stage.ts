import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ConfigError, readSettings } from '../../config/index.ts';
import { type SandboxKubernetes, type SandboxLiteLlm, startKubernetes, startLiteLlm } from '../../sandbox/index.ts';
import type { Logger } from '../../telemetry/index.ts';
import { runController } from '../run.ts';
import { BY_HAND } from './by-hand.ts';
import { inferenceService } from './manifest.ts';
import { manifests, SETTLE } from './scenes.ts';

/** A key that is good for this LiteLLM alone, and for as long as it runs; it is there to be typed. */
const KEY = 'sk-sandbox';

/** Names the installation in LiteLLM's rows, and so in messages about them. */
const OWNER = 'sandbox';

/** Waiting times that let a reader see in a second what takes minutes in a cluster. */
const WAITING_TIMES = {
  settle: SETTLE,
  'resync-interval': '500ms',
  'rollout-wait': '500ms',
  'backoff-min': '100ms',
  'backoff-max': '2s',
  'litellm-timeout': '5s',
};

export interface StageOptions {
  /** 0 takes a free port. */
  ports: { kubernetes: number; litellm: number };
  /** Where the controller serves its figures. */
  listen: string;
  log: Logger;
}

/** Both servers, the controller between them, and a folder with all that one needs to join in. */
export interface Stage {
  kubernetes: SandboxKubernetes;
  litellm: SandboxLiteLlm;
  controllerUrl: string;
  folder: string;
  kubeconfig: string;
  /** Settings for the other commands: `--config`. */
  configFile: string;
  /** When the model that was added by hand was written. */
  handMadeAt: string;
  /** Rejects when the controller ends before it is told to. */
  failure: Promise<never>;
  /** Stops the controller, then the servers, and removes the folder. */
  close(): Promise<void>;
}

/**
 * Starts everything.
 *
 * @throws ConfigError, ListenError: a port is taken
 */
export async function openStage({ ports, listen, log }: StageOptions): Promise<Stage> {
  const opened: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const undo of opened.splice(0).reverse()) await undo();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'model-registrar-sandbox-'));
    opened.push(() => rm(folder, { recursive: true, force: true }));
    const kubernetes = await onPort('kubernetes', ports.kubernetes, (port) => startKubernetes({ port }));
    opened.push(() => kubernetes.stop());
    const litellm = await onPort('litellm', ports.litellm, (port) => startLiteLlm({ port, masterKey: KEY }));
    opened.push(() => litellm.stop());
    litellm.insert(BY_HAND);
    litellm.reload();
    const files = await writeFiles(folder, kubernetes, litellm);
    const controller = await startController(files.configFile, listen, log);
    opened.push(() => controller.stop());
    return {
      kubernetes,
      litellm,
      controllerUrl: controller.url,
      folder,
      ...files,
      handMadeAt: litellm.row(BY_HAND.id)?.updated_at ?? '',
      failure: controller.failure,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Starts a server; a port that is taken is said in a plain sentence. */
async function onPort<T>(name: string, port: number, start: (port: number) => Promise<T>): Promise<T> {
  try {
    return await start(port);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EADDRINUSE') throw error;
    throw new ConfigError(
      `Something else listens at 127.0.0.1:${port} already: stop it, or choose another port with --port-${name}.`,
      'port-in-use',
    );
  }
}

async function writeFiles(folder: string, kubernetes: SandboxKubernetes, litellm: SandboxLiteLlm) {
  const file = (name: string): string => join(folder, name);
  const kubeconfig = file('kubeconfig');
  const keyFile = file('litellm-key');
  const configFile = file('model-registrar.yaml');
  const settings = {
    kubeconfig,
    'litellm-url': litellm.url,
    'litellm-key-file': keyFile,
    'owner-id': OWNER,
    ...WAITING_TIMES,
  };
  await Promise.all([
    writeFile(kubeconfig, kubernetes.kubeconfig, { mode: 0o600 }),
    writeFile(keyFile, `${litellm.masterKey}\n`, { mode: 0o600 }),
    writeFile(configFile, stringify(settings)),
    ...manifests.map((manifest) => writeFile(file(manifest.file), stringify(inferenceService(manifest)))),
  ]);
  return { kubeconfig, configFile };
}

async function startController(configFile: string, listen: string, log: Logger) {
  const stopping = new AbortController();
  const listening = Promise.withResolvers<string>();
  // The environment is left out: what is set there is meant for real servers.
  const settings = readSettings({ flags: { listen }, environment: {}, file: configFile });
  const done = runController({ settings, log, signal: stopping.signal, onListening: listening.resolve });
  const failure = done.then((): never => {
    throw new Error('the controller has ended');
  });
  // It ends when it is stopped; whoever wants to know that it ended before awaits `failure` itself.
  failure.catch(listening.reject);
  return {
    url: await listening.promise,
    failure,
    async stop() {
      stopping.abort();
      // Why it ended before, if it did, is what `failure` tells.
      await Promise.allSettled([done]);
    },
  };
}
