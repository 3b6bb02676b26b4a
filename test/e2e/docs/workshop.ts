import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { Scene } from '../scene.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** How a script ended. */
export interface Ran {
  code: number;
  /** Both streams, as a terminal shows them. */
  output: string;
}

/** A folder in which somebody follows a page: `key.txt`, the manifests, and the commands of the pages on the path. */
export interface Workshop {
  /** Puts a file into the folder. */
  write(name: string, text: string): Promise<void>;
  run(script: string): Promise<Ran>;
  close(): Promise<void>;
}

/** Opens a workshop on the scene's cluster and LiteLLM; the current namespace is `models`. */
export async function openWorkshop({ bed, keyFile, ownerId }: Scene): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'model-registrar-docs-'));
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const main = join(ROOT, 'src', 'main.ts');
  await writeFile(join(bin, 'model-registrar'), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`, {
    mode: 0o755,
  });
  await symlink(inject('bed').kubernetes.kubectl, join(bin, 'kubectl'));
  for (const name of ['manifests', 'src']) await symlink(join(ROOT, name), join(folder, name));
  await copyFile(keyFile, join(folder, 'key.txt'));

  const env = {
    PATH: `${bin}:${process.env.PATH ?? ''}`,
    HOME: folder,
    KUBECONFIG: await bed.kubernetes.kubeconfigFor(bed.kubernetes.adminToken),
    MODEL_REGISTRAR_LITELLM_URL: bed.litellm.url,
    MODEL_REGISTRAR_LITELLM_KEY_FILE: 'key.txt',
    MODEL_REGISTRAR_OWNER_ID: ownerId,
    MODEL_REGISTRAR_SETTLE: '5s',
    LITELLM_URL: bed.litellm.url,
    MASTER_KEY: bed.litellm.masterKey,
  };
  const run: Workshop['run'] = (script) => {
    const { promise, resolve } = Promise.withResolvers<Ran>();
    const options = { cwd: folder, env, timeout: 60_000 };
    execFile('bash', ['--norc', '-euo', 'pipefail', '-c', script], options, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : -1;
      resolve({ code: error ? code : 0, output: `${stdout}${stderr}` });
    }).stdin?.end();
    return promise;
  };
  await run('kubectl config set-context --current --namespace=models');
  return {
    run,
    write: (name, text) => writeFile(join(folder, name), text),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
