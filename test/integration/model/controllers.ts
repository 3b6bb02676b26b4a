import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type FaultProxy, startFaultProxy } from '../../bed/index.ts';
import type { Controllers } from '../../support/model/machine.ts';
import { FAST } from '../../support/model/settings.ts';
import type { Controller, Stage } from '../controller/harness.ts';

const ELECTS = { 'leader-elect': true, 'lease-namespace': 'ours', 'lease-duration': '2s' };

interface Process {
  controller: Controller;
  ways: FaultProxy[];
}

/** Controllers within this process. A kill cuts all their connections at once: what was sent may still arrive, and no more is. */
export async function startControllers(
  stage: Stage,
  { replicas }: { replicas: number },
): Promise<Controllers & { close(): Promise<void> }> {
  const processes: Process[] = [];
  const ending: Promise<unknown>[] = [];
  let started = 0;

  async function begin(): Promise<void> {
    started += 1;
    const ways = [await startFaultProxy(stage.kubernetes.url), await startFaultProxy(...stage.litellm.urls)] as const;
    const kubeconfig = join(dirname(stage.keyFile), `kubeconfig-${started}`);
    await writeFile(kubeconfig, stage.kubernetes.kubeconfig.replace(stage.kubernetes.url, ways[0].url));
    const elects = replicas > 1 ? ELECTS : {};
    const controller = await stage.start({ ...FAST, ...elects, kubeconfig, 'litellm-url': ways[1].url });
    const process = { controller, ways: [...ways] };
    processes.push(process);
    // One that lost its Lease ends, and is started again as a Deployment does.
    void controller.ended.then(
      (how) => (how === 'lost' ? again(process) : undefined),
      () => undefined,
    );
  }

  async function again(process: Process): Promise<void> {
    if (!processes.includes(process)) return;
    processes.splice(processes.indexOf(process), 1);
    await begin();
  }

  async function end(how: 'crash' | 'stop'): Promise<void> {
    const process = processes.shift();
    if (!process) return;
    const cut = () => Promise.all(process.ways.map((way) => way.stop()));
    if (how === 'crash') {
      await cut();
      ending.push(process.controller.stop().catch(() => undefined));
    } else {
      ending.push(process.controller.stop().then(cut));
      if (replicas === 1) await ending.at(-1);
    }
    await begin();
  }

  for (let count = 0; count < replicas; count += 1) await begin();
  return {
    crash: () => end('crash'),
    restart: () => end('stop'),
    logs: () => processes.flatMap(({ controller }) => ['one controller:', ...controller.logs.slice(-40)]),
    async close() {
      const left = processes.splice(0);
      await Promise.all([...ending, ...left.map(({ controller }) => controller.stop())]);
      await Promise.all(left.flatMap(({ ways }) => ways.map((way) => way.stop())));
    },
  };
}
