import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { ask } from './http.ts';
import { describeChanges } from './kubernetes-changes.ts';
import { describeCreation } from './kubernetes-creation.ts';
import { describeDeletes } from './kubernetes-deletes.ts';
import { describeLists } from './kubernetes-lists.ts';
import { describeOthers } from './kubernetes-others.ts';
import { describeServices } from './kubernetes-services.ts';
import { type KubernetesSetting, type KubernetesTarget, namespaceOf } from './kubernetes-target.ts';
import { describeWatches } from './kubernetes-watches.ts';

/** What every Kubernetes API must do that the controller leans on. Run against the sandbox and against a real kube-apiserver. */
export function describeKubernetesContract(name: string, start: () => Promise<KubernetesTarget>): void {
  describe(`the Kubernetes API of ${name}`, () => {
    let target: KubernetesTarget | undefined;
    const namespace = `contract-${randomBytes(4).toString('hex')}`;
    const setting: KubernetesSetting = {
      namespace,
      target: () => {
        if (!target) throw new Error('the target is not started');
        return target;
      },
    };

    beforeAll(async () => {
      target = await start();
      await ask(target, 'POST', '/api/v1/namespaces', { body: namespaceOf(namespace) });
    });
    afterAll(async () => {
      await target?.stop?.();
    });

    describeCreation(setting);
    describeChanges(setting);
    describeDeletes(setting);
    describeLists(setting);
    describeWatches(setting);
    describeOthers(setting);
    describeServices(setting);
  });
}
