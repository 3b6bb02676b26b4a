import { DEFAULT_LITELLM, type Settings } from '../../config/index.ts';
import { examineBackends } from './backends.ts';
import { type Check, type DoctorDocument, type Finding, skipped } from './check.ts';
import { examineKubernetes } from './kubernetes.ts';
import { examineLiteLlm } from './litellm.ts';

/**
 * Looks at the cluster, then at one LiteLLM, then at listed backends; what goes wrong on the way is a finding. Nothing is written.
 *
 * @param litellm - which of them it is
 */
export async function examine(
  settings: Settings,
  kserveNamespace: string | undefined,
  litellm: string,
): Promise<DoctorDocument> {
  const checks: Check[] = [];
  const noting = (about: Check['about']) => (id: string, title: string, finding: Finding) =>
    void checks.push({ id, about, title, ...finding });
  const owner = await examineKubernetes(settings, kserveNamespace, noting('kubernetes'));
  await examineLiteLlm(settings, owner, noting('litellm'));
  const litellms = [...new Set([DEFAULT_LITELLM, ...settings.litellms.map(({ name }) => name)])];
  const others = litellms.filter((name) => name !== litellm);
  if (others.length > 0) {
    const finding = skipped(`${others.join(', ')}: not looked at.`, 'Look at each with --litellm NAME.');
    noting('litellm')('litellm-others', 'Other LiteLLMs', finding);
  }
  if (settings.backends !== undefined) await examineBackends(settings.backends, litellms, noting('backends'));
  const count = (status: Check['status']): number => checks.filter((check) => check.status === status).length;
  return { checks, failed: count('failed'), warnings: count('warning') };
}
