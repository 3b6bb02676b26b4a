import type { FaultProxy } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import type { Controller } from './controller.ts';
import type { Scene } from './scene.ts';

/** One of several controllers that choose by a Lease which of them writes. */
export interface Replica extends Controller {
  /** Its own way to LiteLLM, where its calls alone are counted. */
  proxy: FaultProxy;
}

/** Starts one, with the Lease in the scene's namespace; waits until it is ready. */
export async function startReplica(scene: Scene, settings: Record<string, string> = {}): Promise<Replica> {
  const proxy = await scene.bed.startProxy();
  const elects = { 'leader-elect': 'true', 'lease-namespace': scene.namespace, ...settings };
  return { ...(await scene.controller({ litellmUrl: proxy.url, settings: elects })), proxy };
}

/** Whether it says of itself that it writes. */
export async function leads({ url }: Controller): Promise<boolean> {
  // One that is paused does not answer.
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(500) }).catch(() => undefined);
  return /^model_registrar_leader 1$/m.test((await answer?.text().catch(() => '')) ?? '');
}

/** Waits until one of them leads. */
export function leaderOf(replicas: readonly Replica[], withinMs = 30_000): Promise<Replica> {
  const find = async (): Promise<Replica | undefined> => {
    for (const one of replicas) if (await leads(one)) return one;
    return undefined;
  };
  return until('one of the replicas leads', find, withinMs);
}

/** Starts two, the leader first. */
export async function startPair(scene: Scene, settings: Record<string, string> = {}): Promise<[Replica, Replica]> {
  const first = await startReplica(scene, settings);
  await leaderOf([first]);
  return [first, await startReplica(scene, settings)];
}
