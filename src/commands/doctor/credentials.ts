import type { Settings } from '../../config/index.ts';
import { type CredentialState, createCredentials, type Http } from '../../litellm/index.ts';
import { counted } from '../output.ts';
import { type Finding, ok, skipped, warning } from './check.ts';
import type { Note } from './kubernetes.ts';

const LACKS: Partial<Record<CredentialState, string>> = {
  missing: 'is not there',
  doubtful: 'is not there',
  keyless: 'holds no api_key',
};

/** Whether LiteLLM has the credentials that objects may name, as the file of `--config` says. */
export async function examineCredentials(
  http: Http,
  { tenants }: Pick<Settings, 'tenants'>,
  note: Note,
): Promise<void> {
  const names = [...new Set(tenants.flatMap((entry) => entry.credentials))];
  if (names.length === 0) return;
  const credentials = createCredentials(http);
  await credentials.read();
  note(
    'credentials',
    'Credentials',
    judge(names, (name) => credentials.look(name), credentials.fault()),
  );
}

function judge(names: readonly string[], look: (name: string) => CredentialState, fault: string | undefined): Finding {
  if (fault !== undefined) return skipped(`${fault}.`);
  const lacking = names.flatMap((name) => {
    const lack = LACKS[look(name)];
    return lack ? [`"${name}" ${lack}`] : [];
  });
  if (lacking.length === 0) return ok(`LiteLLM has ${counted(names.length, 'credential')} that objects may name.`);
  return warning(
    `Of the credentials that objects may name, ${lacking.join(', ')}: objects that name one are not registered.`,
    'Add them in LiteLLM with an api_key, or take them out of the file of --config.',
  );
}
