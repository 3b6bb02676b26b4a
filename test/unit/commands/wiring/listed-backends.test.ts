import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ListedBackends, openBackends } from '../../../../src/commands/wiring/listed-backends.ts';
import type { Fellow } from '../../../../src/controller/index.ts';
import { createLogger } from '../../../../src/telemetry/index.ts';
import { type BackendServer, startBackend } from '../../../support/backend-server.ts';
import { until } from '../../../support/wait.ts';

let folder: string;
let server: BackendServer;
let listed: ListedBackends | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'model-registrar-listed-'));
  server = await startBackend('vllm', [{ id: 'a' }]);
});

afterEach(async () => {
  await listed?.backends.stop();
  await server.stop();
  await rm(folder, { recursive: true });
});

const NEVER = Number.NEGATIVE_INFINITY;

/** A LiteLLM without rows, and when its list was read. */
function fellow(name: string, listedAt: () => number): Fellow {
  return {
    name,
    namespaces: undefined,
    defaultFor: [],
    accessGroups: [],
    tags: [],
    registry: { recordsOf: () => [] },
    inTouch: () => true,
    listedAt,
  };
}

test('whether a model has to be asked is told by the list of its own LiteLLM, whether another answers or not', async () => {
  const file = join(folder, 'backends.yaml');
  await writeFile(file, `backends:\n  - {name: box, url: "${server.url}", probe: true, litellm: gpu}\n`);
  let gpuListedAt = NEVER;
  listed = openBackends({
    file,
    key: { text: 'sk-litellm' },
    fellows: [fellow('default', () => NEVER), fellow('gpu', () => gpuListedAt)],
    log: createLogger({ level: 'silent', format: 'json' }),
    mayAskModels: () => true,
    onObject: () => undefined,
  });
  const { backends } = listed;
  const probes = () => server.calls.filter(({ method }) => method === 'POST').length;
  await backends.tried;
  await backends.findOut();
  expect(probes()).toBe(0);
  gpuListedAt = Date.now();
  await backends.findOut();
  await until('it was asked', () => probes() === 1);
});
