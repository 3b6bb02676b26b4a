import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import type { Cluster, ExecPlugin, User } from './cluster.ts';
import { KubeconfigError } from './errors.ts';

/** Empty strings stand for nothing, as in kubectl. */
const text = z
  .string()
  .nullish()
  .transform((value) => value || undefined);

const clusterEntry = z.object({
  name: z.string(),
  cluster: z.object({
    server: z.string(),
    'certificate-authority': text,
    'certificate-authority-data': text,
    'tls-server-name': text,
    'proxy-url': text,
    'insecure-skip-tls-verify': z.boolean().nullish(),
  }),
});

const execPlugin = z.object({
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  apiVersion: text,
});

const userEntry = z.object({
  name: z.string(),
  user: z
    .object({
      token: text,
      tokenFile: text,
      'client-certificate': text,
      'client-certificate-data': text,
      'client-key': text,
      'client-key-data': text,
      username: text,
      password: text,
      as: text,
      'as-groups': z.array(z.string()).nullish(),
      exec: execPlugin.nullish(),
      'auth-provider': z.object({ name: z.string(), config: z.record(z.string(), z.unknown()).nullish() }).nullish(),
    })
    .nullish(),
});

const contextEntry = z.object({
  name: z.string(),
  context: z.object({ cluster: z.string(), user: text, namespace: text }),
});

const kubeconfigFile = z.object({
  'current-context': text,
  clusters: z.array(clusterEntry).nullish(),
  users: z.array(userEntry).nullish(),
  contexts: z.array(contextEntry).nullish(),
});

/** A file's content and the folder that paths in it are relative to. */
type Kubeconfig = z.infer<typeof kubeconfigFile> & { folder: string };
type ClusterEntry = z.infer<typeof clusterEntry>;
type UserEntry = z.infer<typeof userEntry>;
type ContextEntry = z.infer<typeof contextEntry>;

/**
 * The cluster of a context in kubeconfig files. Of several files the first that defines a name has it, as in kubectl.
 *
 * @param origin what the files are called in messages.
 * @param wanted the context; the files' current one when left out.
 * @throws KubeconfigError
 */
export function readCluster(files: readonly string[], origin: string, wanted: string | undefined): Cluster {
  const configs = files.map(readKubeconfig);
  const context = pickContext(configs, origin, wanted);
  const place = `${origin}: context ${context.name}`;
  const cluster = find(configs, (config) => config.clusters, context.context.cluster);
  if (!cluster) {
    throw new KubeconfigError(
      'bad-kubeconfig',
      `${place} names the cluster ${context.context.cluster}, which is not there; add it.`,
    );
  }
  const userName = context.context.user;
  const user = userName === undefined ? undefined : find(configs, (config) => config.users, userName);
  if (userName !== undefined && !user) {
    throw new KubeconfigError('bad-kubeconfig', `${place} names the user ${userName}, who is not there; add the user.`);
  }
  checkServer(origin, cluster.entry);
  const { entry, folder } = cluster;
  return {
    origin,
    server: entry.cluster.server.replace(/\/+$/, ''),
    proxyUrl: entry.cluster['proxy-url'],
    namespace: context.context.namespace ?? 'default',
    authority: {
      file: absolute(entry.cluster['certificate-authority'], folder),
      data: entry.cluster['certificate-authority-data'],
    },
    serverName: entry.cluster['tls-server-name'],
    skipVerify: entry.cluster['insecure-skip-tls-verify'] ?? false,
    user: user ? readUser(user.entry, user.folder) : { name: 'anonymous', certificate: {}, key: {} },
  };
}

function pickContext(configs: readonly Kubeconfig[], origin: string, wanted: string | undefined): ContextEntry {
  const name = wanted ?? configs.map((config) => config['current-context']).find((current) => current !== undefined);
  const context = name === undefined ? undefined : find(configs, (config) => config.contexts, name)?.entry;
  if (context) return context;
  const names = configs.flatMap((config) => config.contexts ?? []).map((entry) => entry.name);
  const others = names.length === 0 ? '' : `: ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}`;
  const problem = name === undefined ? 'no current-context' : `no context ${name}`;
  throw new KubeconfigError('unknown-context', `${origin} has ${problem}; name one that it has${others}.`);
}

function readKubeconfig(file: string): Kubeconfig {
  let content: unknown;
  try {
    content = parse(readText(file));
  } catch (error) {
    if (error instanceof KubeconfigError) throw error;
    // The parser's own message quotes the text, which may hold a token.
    const line = error instanceof YAMLParseError ? error.linePos?.[0].line : undefined;
    throw new KubeconfigError('bad-yaml', `${file} is not valid YAML${line ? ` (line ${line})` : ''}; correct it.`);
  }
  const parsed = kubeconfigFile.safeParse(content);
  if (parsed.success) return { ...parsed.data, folder: dirname(resolve(file)) };
  const path = parsed.error.issues[0]?.path.join('.');
  throw new KubeconfigError(
    'bad-kubeconfig',
    `${file} is not a kubeconfig${path ? ` (look at ${path})` : ''}; correct it or name another file.`,
  );
}

function readText(file: string): string {
  try {
    if (!statSync(file).isDirectory()) return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown failure';
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new KubeconfigError('unreadable-file', `The kubeconfig ${file} ${reason}; check the path and permissions.`);
  }
  throw new KubeconfigError('unreadable-file', `The kubeconfig ${file} is a folder; name the file in it.`);
}

function checkServer(origin: string, { name, cluster }: ClusterEntry): void {
  const { server } = cluster;
  const proxy = cluster['proxy-url'];
  if (proxy !== undefined && !(URL.canParse(proxy) && /^(https?|socks5h?):/.test(proxy))) {
    throw new KubeconfigError(
      'bad-kubeconfig',
      `${origin}: the proxy-url of cluster ${name} is no http, https or socks5 URL; correct it.`,
    );
  }
  const whose = `${origin}: the server of cluster ${name}`;
  if (!URL.canParse(server) || !/^https?:/.test(server)) {
    throw new KubeconfigError('bad-kubeconfig', `${whose} is not an http(s) URL; correct it.`);
  }
  if (server.startsWith('https:') || cluster['insecure-skip-tls-verify']) return;
  const host = new URL(server).hostname;
  if (host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host)) return;
  throw new KubeconfigError(
    'insecure-server',
    `${whose} is plain http, where anybody on the way reads the credentials; use https, or set insecure-skip-tls-verify if you mean it.`,
  );
}

function readUser({ name, user }: UserEntry, folder: string): User {
  if (!user) return { name, certificate: {}, key: {} };
  const { token, tokenFile, username, password, exec } = user;
  const provider = user['auth-provider'];
  return {
    name,
    token,
    tokenFile: absolute(tokenFile, folder),
    certificate: { file: absolute(user['client-certificate'], folder), data: user['client-certificate-data'] },
    key: { file: absolute(user['client-key'], folder), data: user['client-key-data'] },
    username,
    password,
    impersonate: user.as,
    impersonateGroups: user['as-groups'] ?? undefined,
    exec: exec ? readExec(exec, folder) : undefined,
    ...(provider && { authProvider: { name: provider.name, config: provider.config ?? undefined } }),
  };
}

function readExec(exec: z.infer<typeof execPlugin>, folder: string): ExecPlugin {
  return {
    // A bare name is looked up on the PATH.
    command: exec.command.includes('/') ? (absolute(exec.command, folder) ?? exec.command) : exec.command,
    args: exec.args ?? undefined,
    env: exec.env ?? undefined,
    apiVersion: exec.apiVersion,
  };
}

/** Paths in a kubeconfig are relative to its own folder. */
function absolute(path: string | undefined, folder: string): string | undefined {
  return path === undefined || isAbsolute(path) ? path : join(folder, path);
}

function find<T extends { name: string }>(
  configs: readonly Kubeconfig[],
  entries: (config: Kubeconfig) => readonly T[] | null | undefined,
  name: string,
): { entry: T; folder: string } | undefined {
  for (const config of configs) {
    const entry = entries(config)?.find((candidate) => candidate.name === name);
    if (entry) return { entry, folder: config.folder };
  }
  return undefined;
}
