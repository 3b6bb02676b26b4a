import type { RequestOptions } from 'node:https';
import type { User } from './cluster.ts';
import { KubeconfigError } from './errors.ts';

const LONGEST_RUN_MS = 60_000;

/** What a plug-in or a provider gives for the next call. */
export interface Granted {
  authorization?: string | undefined;
  certificate?: string | undefined;
  key?: string | undefined;
}

/**
 * The ways to credentials that take more than reading a file: plug-ins (`exec`) and the older providers. They are
 * client-node's, and only the one that is needed is loaded: the whole of client-node takes 0.6 s and 85 MB, its plug-in
 * runner 4 ms and 5 MB. Undefined for a user who needs none of them.
 *
 * @returns a function that gives the credentials; it keeps them until they expire, and throws what the plug-in throws,
 *   which may quote secrets.
 * @throws KubeconfigError when the provider is not known.
 */
export async function loadAuthenticator(user: User): Promise<(() => Promise<Granted>) | undefined> {
  const authenticator = await create(user);
  if (!authenticator) return undefined;
  const known = {
    name: user.name,
    exec: user.exec && { ...user.exec, env: [...(user.exec.env ?? []), execInfo(user.exec.apiVersion)] },
    // A copy: client-node writes renewed tokens into it.
    authProvider: user.authProvider && { ...user.authProvider, config: { ...user.authProvider.config } },
  };
  return shared(async () => {
    const headers: Record<string, string> = {};
    const options: RequestOptions & { cert?: unknown; key?: unknown } = { headers };
    await authenticator.applyAuthentication(known, options);
    return {
      authorization: headers.Authorization,
      certificate: typeof options.cert === 'string' ? options.cert : undefined,
      key: typeof options.key === 'string' ? options.key : undefined,
    };
  });
}

/**
 * Lets calls at the same time share one run, so that a slow plug-in is not started for each of them; one that hangs is given
 * up after a minute.
 */
function shared(ask: () => Promise<Granted>): () => Promise<Granted> {
  let running: { result: Promise<Granted>; since: number } | undefined;
  return () => {
    if (running && performance.now() - running.since < LONGEST_RUN_MS) return running.result;
    const started = { result: ask(), since: performance.now() };
    running = started;
    const end = () => {
      if (running === started) running = undefined;
    };
    started.result.then(end, end);
    return started.result;
  };
}

async function create({ name, exec, authProvider }: User) {
  if (exec) {
    const { ExecAuth } = await import('@kubernetes/client-node/dist/exec_auth.js');
    return new ExecAuth();
  }
  if (!authProvider) return undefined;
  if (authProvider.name === 'oidc') {
    const { OpenIDConnectAuth } = await import('@kubernetes/client-node/dist/oidc_auth.js');
    return new OpenIDConnectAuth();
  }
  if (authProvider.name === 'gcp') {
    const { GoogleCloudPlatformAuth } = await import('@kubernetes/client-node/dist/gcp_auth.js');
    return new GoogleCloudPlatformAuth();
  }
  if (authProvider.name === 'azure') {
    const { AzureAuth } = await import('@kubernetes/client-node/dist/azure_auth.js');
    return new AzureAuth();
  }
  throw new KubeconfigError(
    'bad-kubeconfig',
    `The auth-provider ${authProvider.name} of user ${name} is not known; use a token, a certificate or an exec plug-in.`,
  );
}

/** Plug-ins expect it (client-go sets it), client-node leaves it out. Nobody is there to answer questions. */
function execInfo(apiVersion = 'client.authentication.k8s.io/v1') {
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  return { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) };
}
