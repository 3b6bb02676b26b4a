import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { KubeconfigError } from './errors.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

const execPlugin = z.looseObject({ command: z.string() });

const userEntry = z.looseObject({
  name: z.string(),
  user: z.looseObject({ tokenFile: z.string().optional(), exec: execPlugin.nullish() }).nullish(),
});
const clusterEntry = z.looseObject({
  name: z.string(),
  cluster: z.looseObject({ server: z.string(), 'certificate-authority': z.string().optional() }),
});
const contextEntry = z.looseObject({
  name: z.string(),
  context: z.looseObject({ cluster: z.string(), user: z.string().optional(), namespace: z.string().optional() }),
});

const kubeconfigFile = z.looseObject({
  'current-context': z.string().nullish(),
  clusters: z.array(clusterEntry).nullish(),
  users: z.array(userEntry).nullish(),
  contexts: z.array(contextEntry).nullish(),
});

type UserEntry = z.infer<typeof userEntry>;
type ClusterEntry = z.infer<typeof clusterEntry>;
type ContextEntry = z.infer<typeof contextEntry>;

/** A kubeconfig, merged from its files, every path in it absolute; or the service account of the pod we run in. */
export type ClusterSource =
  | { kind: 'in-cluster' }
  | {
      kind: 'kubeconfig';
      /** Where it was read, for messages. */
      origin: string;
      context: ContextEntry;
      cluster: ClusterEntry;
      user: UserEntry;
    };

/**
 * Finds the cluster to talk to: the named file; else the files of KUBECONFIG; else the service account of the pod that
 * we run in; else ~/.kube/config. A named context is looked for in kubeconfig files alone, a pod has none. The order is
 * that of kubectl and of controllers in Go. Of several files the first that defines a name has it, and files of KUBECONFIG
 * that do not exist are passed over, as kubectl does.
 *
 * @throws KubeconfigError
 */
export function findCluster(options: { kubeconfig?: string; context?: string }): ClusterSource {
  if (options.kubeconfig !== undefined) return pick([options.kubeconfig], options.kubeconfig, options.context);
  const listed = (process.env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (listed.length > 0) {
    const present = listed.filter((file) => existsSync(file));
    return pick(present.length > 0 ? present : listed, 'KUBECONFIG', options.context);
  }
  if (options.context === undefined && isInCluster()) return { kind: 'in-cluster' };
  const usual = join(homedir(), '.kube', 'config');
  if (existsSync(usual)) return pick([usual], usual, options.context);
  throw new KubeconfigError(
    'no-cluster',
    'No Kubernetes cluster was found: there is no --kubeconfig, no KUBECONFIG, no ~/.kube/config, and this is not a pod with a service account; name a kubeconfig file.',
  );
}

function isInCluster(): boolean {
  return Boolean(process.env.KUBERNETES_SERVICE_HOST) && existsSync(join(SERVICE_ACCOUNT, 'token'));
}

function pick(files: readonly string[], origin: string, wanted: string | undefined): ClusterSource {
  const configs = files.map(readKubeconfig);
  const name = wanted ?? configs.map((config) => config.current).find((current) => current !== undefined);
  const contexts = configs.flatMap((config) => config.contexts);
  if (name === undefined) {
    throw new KubeconfigError(
      'unknown-context',
      `${origin} has no current-context; name one with --context${known(contexts)}.`,
    );
  }
  const context = byName(contexts, name);
  if (!context) {
    throw new KubeconfigError(
      'unknown-context',
      `${origin} has no context ${name}; name another with --context${known(contexts)}.`,
    );
  }
  const cluster = byName(
    configs.flatMap((config) => config.clusters),
    context.context.cluster,
  );
  if (!cluster) {
    throw new KubeconfigError(
      'bad-kubeconfig',
      `${origin}: context ${name} names the cluster ${context.context.cluster}, which is not there; add it.`,
    );
  }
  checkServer(origin, cluster);
  const userName = context.context.user;
  if (userName === undefined || userName === '') {
    return { kind: 'kubeconfig', origin, context, cluster, user: { name: 'anonymous' } };
  }
  const user = byName(
    configs.flatMap((config) => config.users),
    userName,
  );
  if (!user) {
    throw new KubeconfigError(
      'bad-kubeconfig',
      `${origin}: context ${name} names the user ${userName}, who is not there; add the user.`,
    );
  }
  return { kind: 'kubeconfig', origin, context, cluster, user };
}

function readKubeconfig(file: string) {
  const text = readText(file);
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    // The parser's own message quotes the text, which may hold a token.
    const line = error instanceof YAMLParseError ? error.linePos?.[0].line : undefined;
    throw new KubeconfigError('bad-yaml', `${file} is not valid YAML${line ? ` (line ${line})` : ''}; correct it.`);
  }
  const parsed = kubeconfigFile.safeParse(content);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join('.');
    throw new KubeconfigError(
      'bad-kubeconfig',
      `${file} is not a kubeconfig${path ? ` (look at ${path})` : ''}; name another file.`,
    );
  }
  const folder = dirname(resolve(file));
  return {
    current: parsed.data['current-context'] || undefined,
    contexts: parsed.data.contexts ?? [],
    clusters: (parsed.data.clusters ?? []).map((entry) => absoluteCluster(entry, folder)),
    users: (parsed.data.users ?? []).map((entry) => absoluteUser(entry, folder)),
  };
}

function readText(file: string): string {
  try {
    if (statSync(file).isDirectory()) {
      throw new KubeconfigError('unreadable-file', `${file} is a folder, not a kubeconfig; name the file.`);
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof KubeconfigError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown failure';
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new KubeconfigError(
      'unreadable-file',
      `The kubeconfig ${file} ${reason}; check the path and its permissions.`,
    );
  }
}

function checkServer(origin: string, entry: ClusterEntry): void {
  const { server } = entry.cluster;
  if (!URL.canParse(server) || !/^https?:/.test(server)) {
    throw new KubeconfigError(
      'bad-kubeconfig',
      `${origin}: the server of cluster ${entry.name} is not an http(s) URL; correct it.`,
    );
  }
  if (server.startsWith('https:') || entry.cluster['insecure-skip-tls-verify'] === true) return;
  const host = new URL(server).hostname;
  if (host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host)) return;
  throw new KubeconfigError(
    'insecure-server',
    `${origin}: the server of cluster ${entry.name} is plain http, where anybody on the way reads the credentials; use https, or set insecure-skip-tls-verify if you mean it.`,
  );
}

/** Paths in a kubeconfig are relative to its file (kubectl's rule); client-node leaves `tokenFile` out altogether. */
function absoluteCluster(entry: ClusterEntry, folder: string): ClusterEntry {
  const authority = entry.cluster['certificate-authority'];
  if (!authority) return entry;
  return { ...entry, cluster: { ...entry.cluster, 'certificate-authority': absolute(authority, folder) } };
}

function absoluteUser(entry: UserEntry, folder: string): UserEntry {
  if (!entry.user) return entry;
  const user: Record<string, unknown> = { ...entry.user };
  for (const key of ['client-certificate', 'client-key']) {
    const path = user[key];
    if (typeof path === 'string' && path !== '') user[key] = absolute(path, folder);
  }
  const { tokenFile, exec } = entry.user;
  if (tokenFile !== undefined && tokenFile !== '') {
    user['auth-provider'] = { name: 'tokenFile', config: { tokenFile: absolute(tokenFile, folder) } };
  }
  // A bare command name is looked up on the PATH.
  if (exec?.command.includes('/')) user.exec = { ...exec, command: absolute(exec.command, folder) };
  return { name: entry.name, user };
}

function absolute(path: string, folder: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

function byName<T extends { name: string }>(entries: readonly T[], name: string): T | undefined {
  return entries.find((entry) => entry.name === name);
}

function known(contexts: readonly ContextEntry[]): string {
  if (contexts.length === 0) return '';
  const names = contexts.slice(0, 10).map((entry) => entry.name);
  return ` (there is ${names.join(', ')}${contexts.length > 10 ? ', …' : ''})`;
}
