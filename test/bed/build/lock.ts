import { randomUUID } from 'node:crypto';
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** The holder touches its lock this often; one untouched for much longer belongs to a process that died. */
const TOUCH_MS = 2_000;
const STALE_MS = 20_000;
const LOOK_MS = 500;

/**
 * Runs `work` while holding a lock file. `waiting` is called once if another holds it. A lock whose holder died is taken over: should two do that at the
 * same moment, both work, which only costs time, since what they make is renamed into place.
 */
export async function withLock<T>(lockFile: string, waiting: () => void, work: () => Promise<T>): Promise<T> {
  const token = randomUUID();
  await take(lockFile, token, waiting);
  const touch = setInterval(() => {
    const now = new Date();
    utimes(lockFile, now, now).catch(() => undefined); // Taken over while we were suspended: harmless, see above.
  }, TOUCH_MS);
  try {
    return await work();
  } finally {
    clearInterval(touch);
    if ((await readFile(lockFile, 'utf8').catch(() => '')) === token) await rm(lockFile, { force: true });
  }
}

async function take(lockFile: string, token: string, waiting: () => void): Promise<void> {
  let told = false;
  for (;;) {
    try {
      await writeFile(lockFile, token, { flag: 'wx' });
      return;
    } catch (error) {
      if (!isExisting(error)) throw error;
    }
    if (await isStale(lockFile)) {
      await rm(lockFile, { force: true });
      continue;
    }
    if (!told) waiting();
    told = true;
    await pause(LOOK_MS);
  }
}

async function isStale(lockFile: string): Promise<boolean> {
  const found = await stat(lockFile).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > STALE_MS;
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
