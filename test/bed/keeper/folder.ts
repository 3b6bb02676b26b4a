import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'model-registrar-bed-';
const NAME = /^model-registrar-bed-(\d+)-/;

/**
 * Makes the folder of a new bed and gives its path; the keeper's process id is part of the name. Folders of beds whose keeper and whose starter were
 * both killed are swept away on this occasion.
 */
export async function makeFolder(): Promise<string> {
  await sweep();
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // PostgreSQL's user must be able to pass through.
  await chmod(folder, 0o711);
  return folder;
}

async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(NAME.exec(name)?.[1]);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined); // Another user's: not ours to remove.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
