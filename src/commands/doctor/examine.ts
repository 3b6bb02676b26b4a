import type { Settings } from '../../config/index.ts';
import { examineBackends } from './backends.ts';
import type { Check, DoctorDocument, Finding } from './check.ts';
import { examineKubernetes } from './kubernetes.ts';
import { examineLiteLlm } from './litellm.ts';

/** Looks at the cluster, then at LiteLLM, then at listed backends; what goes wrong on the way is a finding. Nothing is written. */
export async function examine(settings: Settings, kserveNamespace: string | undefined): Promise<DoctorDocument> {
  const checks: Check[] = [];
  const noting = (about: Check['about']) => (id: string, title: string, finding: Finding) =>
    void checks.push({ id, about, title, ...finding });
  const owner = await examineKubernetes(settings, kserveNamespace, noting('kubernetes'));
  await examineLiteLlm(settings, owner, noting('litellm'));
  if (settings.backends !== undefined) await examineBackends(settings.backends, noting('backends'));
  const count = (status: Check['status']): number => checks.filter((check) => check.status === status).length;
  return { checks, failed: count('failed'), warnings: count('warning') };
}
