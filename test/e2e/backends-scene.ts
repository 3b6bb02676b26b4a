import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BackendKind, type BackendServer, type StubModel, startBackend } from '../support/backend-server.ts';
import { until } from '../support/wait.ts';
import type { Controller } from './controller.ts';
import { openScene, type Scene } from './scene.ts';

/** A scene with endpoints outside Kubernetes, and the file that lists them. */
export interface BackendsScene extends Scene {
  /** Path of the file of `--backends`. */
  file: string;
  /** Starts a stub; it is stopped with the scene. */
  backend(kind: BackendKind, models: readonly StubModel[]): Promise<BackendServer>;
  /** Writes the file: each entry is asked every second unless it says otherwise. */
  list(...entries: object[]): Promise<void>;
  /** Starts the controller for listed backends, unless told otherwise. */
  start(settings?: Record<string, string | readonly string[]>): Promise<Controller>;
  /** The names of LiteLLM's rows, sorted. */
  names(): Promise<string[]>;
  become(wanted: readonly string[], withinMs?: number): Promise<unknown>;
  /** A figure of the controller's with these labels; 0 where it has none. */
  figure(controller: Controller, name: string, labels: string): Promise<number>;
  /** Waits until a backend was asked so many more times with this outcome. */
  askedAgain(controller: Controller, name: string, outcome: string, times: number, withinMs?: number): Promise<unknown>;
  /** Flags by which a command reaches both servers. */
  access(): string[];
}

export async function openBackendsScene(): Promise<BackendsScene> {
  const scene = await openScene();
  const file = join(dirname(scene.keyFile), 'backends.yaml');
  const backends: BackendServer[] = [];

  const names = async () => (await scene.gateway.models()).map((row) => row.model_name).sort();

  async function figure(controller: Controller, name: string, labels: string): Promise<number> {
    const line = (await controller.metrics()).split('\n').find((one) => one.startsWith(`${name}{${labels}}`));
    return line === undefined ? 0 : Number(line.split(' ').at(-1));
  }

  const asked = (controller: Controller, name: string, outcome: string) =>
    figure(controller, 'model_registrar_backend_requests_total', `backend="${name}",outcome="${outcome}"`);

  return {
    ...scene,
    file,
    async backend(kind, models) {
      const started = await startBackend(kind, models);
      backends.push(started);
      return started;
    },
    // JSON is YAML.
    list: (...entries) => {
      const asListed = entries.map((entry) => ({ interval: '1s', timeout: '2s', ...entry }));
      return writeFile(file, JSON.stringify({ backends: asListed }));
    },
    start: (settings = {}) => scene.controller({ settings: { source: 'backend', backends: file, ...settings } }),
    names,
    become: (wanted, withinMs) =>
      until(
        `LiteLLM holds ${wanted.join()}`,
        async () => (await names()).join() === [...wanted].sort().join(),
        withinMs,
      ),
    figure,
    async askedAgain(controller, name, outcome, times, withinMs = 30_000) {
      const before = await asked(controller, name, outcome);
      const isSo = async () => (await asked(controller, name, outcome)) >= before + times;
      return until(`${name} was asked: ${outcome}`, isSo, withinMs);
    },
    access: () => [
      `--kubeconfig=${scene.bed.kubernetes.kubeconfigPath}`,
      `--owner-id=${scene.ownerId}`,
      `--litellm-url=${scene.bed.litellm.url}`,
      `--litellm-key-file=${scene.keyFile}`,
    ],
    async close() {
      await scene.close();
      await Promise.all(backends.map((one) => one.stop()));
    },
  };
}
