import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Granted, loadAuthenticator } from './authenticator.ts';
import type { Cluster, Material, User } from './cluster.ts';
import { KubernetesError } from './errors.ts';

/** What TLS needs to know, in the form of Node's tls.connect. */
export interface TlsMaterial {
  ca?: Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  servername?: string;
  rejectUnauthorized?: boolean;
}

/** What one call carries. Never logged. */
export interface Credentials {
  headers: Record<string, string | string[]>;
  tls: TlsMaterial;
  /** Equal for equal TLS material: a hash, so that it can be kept and compared. */
  tlsFingerprint: string;
}

/**
 * The credentials of a cluster's user. Files are read again for each call, since whoever renews them tells nobody; what a
 * plug-in gave is kept until it expires. After a 401 it is best made anew.
 *
 * @returns a function that gives what the next call carries; it throws KubernetesError `unauthorized`, whose message names
 *   what to look at and quotes nothing.
 * @throws KubeconfigError
 */
export async function openCredentials(cluster: Cluster): Promise<() => Promise<Credentials>> {
  const authenticate = await loadAuthenticator(cluster.user);
  return async () => {
    const granted = authenticate ? await attempt(cluster, commandOf(cluster.user), authenticate) : {};
    const { user } = cluster;
    const read = (what: string, material: Material) => readMaterial(cluster, what, material);
    const ca = await read('certificate-authority', cluster.authority);
    const cert = granted.certificate ?? (await read('client certificate', user.certificate));
    const key = granted.key ?? (await read('client key', user.key));
    const tls: TlsMaterial = {
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(cluster.serverName !== undefined && { servername: cluster.serverName }),
      ...(cluster.skipVerify && { rejectUnauthorized: false }),
    };
    return { headers: await readHeaders(cluster, granted), tls, tlsFingerprint: fingerprint(tls) };
  };
}

async function readHeaders(cluster: Cluster, granted: Granted): Promise<Record<string, string | string[]>> {
  const { user } = cluster;
  const authorization = granted.authorization ?? (await readAuthorization(cluster));
  return {
    ...(authorization !== undefined && { authorization }),
    ...(user.impersonate !== undefined && { 'impersonate-user': user.impersonate }),
    ...(user.impersonateGroups !== undefined && { 'impersonate-group': [...user.impersonateGroups] }),
  };
}

async function readAuthorization(cluster: Cluster): Promise<string | undefined> {
  const { user } = cluster;
  const { tokenFile } = user;
  if (tokenFile !== undefined) {
    const token = await attempt(cluster, `the token file ${tokenFile}`, () => readFile(tokenFile, 'utf8'));
    return `Bearer ${token.trim()}`;
  }
  if (user.token !== undefined) return `Bearer ${user.token.trim()}`;
  if (user.username === undefined) return undefined;
  return `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`;
}

function readMaterial(cluster: Cluster, what: string, { file, data }: Material): Promise<Buffer | undefined> {
  if (file !== undefined) return attempt(cluster, `the ${what} ${file}`, () => readFile(file));
  return Promise.resolve(data === undefined ? undefined : Buffer.from(data, 'base64'));
}

/** Lets nothing of the error out but its code: a plug-in's words may hold secrets. */
async function attempt<T>(cluster: Cluster, what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new KubernetesError(
      'unauthorized',
      `No credentials for ${new URL(cluster.server).origin}: ${what} cannot be used${code}; check user ${cluster.user.name} in ${cluster.origin}.`,
    );
  }
}

function commandOf({ exec, authProvider }: User): string {
  return exec ? `the command ${basename(exec.command)}` : `the auth-provider ${authProvider?.name ?? ''}`;
}

function fingerprint(tls: TlsMaterial): string {
  const hash = createHash('sha256');
  for (const part of [tls.ca, tls.cert, tls.key, tls.servername, String(tls.rejectUnauthorized)]) {
    hash.update(part ?? '').update('\0');
  }
  return hash.digest('hex');
}
