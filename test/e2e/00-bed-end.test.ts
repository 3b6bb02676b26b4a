import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { attachBed, type Bed, waitFor } from '../bed/index.ts';

const MAIN = join(import.meta.dirname, '..', 'bed', 'main.ts');

let owner: ChildProcess | undefined;

afterEach(() => {
  owner?.kill('SIGKILL');
  owner = undefined;
});

interface Started {
  process: ChildProcess;
  bed: Bed;
  pids: number[];
}

/** Starts a second bed beside that of the tests, in a process of its own. */
async function startBedProcess(): Promise<Started> {
  const child = spawn(process.execPath, [MAIN, '--json'], { stdio: ['ignore', 'pipe', 'ignore'] });
  owner = child;
  for await (const line of createInterface({ input: child.stdout })) {
    const bed = attachBed(JSON.parse(line));
    const servers = (await bed.status()).map((server) => server.pid ?? 0);
    const pids = [bed.coordinates.keeper.pid, ...servers, ...(await processesWith(bed.coordinates.folder))];
    return { process: child, bed, pids };
  }
  throw new Error('The bed ended before it was ready: start it by hand with "npm run bed".');
}

/** The processes that have a folder in their environment or command line: servers, and what the servers started (Linux only). */
async function processesWith(folder: string): Promise<number[]> {
  const pids = existsSync('/proc/self/environ') ? (await readdir('/proc')).filter((name) => /^\d+$/.test(name)) : [];
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [environment, command] = await Promise.all(
        ['environ', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
      );
      return `${environment}${command}`.includes(folder) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function nothingRemains({ bed, pids }: Started): Promise<void> {
  const { folder } = bed.coordinates;
  await waitFor(
    `nothing of ${folder} runs`,
    async () => !pids.some(isAlive) && (await processesWith(folder)).length === 0,
  );
}

describe('a bed ends with the process that started it', () => {
  test('in order, on Ctrl-C', async () => {
    const started = await startBedProcess();
    expect(started.pids.every(isAlive)).toBe(true);
    const exit = once(started.process, 'exit');
    started.process.kill('SIGINT');
    expect(await exit).toEqual([0, null]);
    await nothingRemains(started);
  });

  test('killed', async () => {
    const started = await startBedProcess();
    started.process.kill('SIGKILL');
    await nothingRemains(started);
  });

  test.runIf(process.platform === 'linux')('the keeper of its servers killed', async () => {
    const started = await startBedProcess();
    const exit = once(started.process, 'exit');
    process.kill(started.bed.coordinates.keeper.pid, 'SIGKILL');
    await exit;
    await nothingRemains(started);
  });

  test('and does not touch another bed', async () => {
    // Replicas that other tests started and stopped are not among them.
    const { kubernetes, postgres, litellm } = attachBed(inject('bed'));
    const servers = [kubernetes.etcd, kubernetes.apiserver, postgres, litellm.first];
    const states = await Promise.all(servers.map(async (server) => (await server.status()).state));
    expect(states).toEqual(servers.map(() => 'running'));
  });
});
