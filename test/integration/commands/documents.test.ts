import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DOCUMENTS } from '../../../src/commands/documents.ts';
import { inferenceService, status } from '../../support/inference-services.ts';
import { type Bench, openBench } from './program.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
  const metadata = { namespace: 'kserve', name: 'inferenceservice-config' };
  bench.kubernetes.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {} });
  bench.kubernetes.apply({
    ...inferenceService({ name: 'x', annotations: { notes: 'n' } }),
    status: status({ name: 'x' }),
  });
  bench.kubernetes.apply({
    ...inferenceService({ name: 'z', annotations: { enabled: 'true' } }),
    status: status({ name: 'z' }),
  });
  bench.kubernetes.apply(inferenceService({ name: 'y', annotations: { mode: 'wrong' } }));
  const api_base = 'http://x-predictor.llm.svc.cluster.local/openai/v1';
  bench.litellm.insert({ id: 'by-hand', name: 'x', params: { model: 'openai/x', api_base, rpm: 5 } });
  bench.litellm.reload();
});

afterEach(() => bench.close());

test.each(Object.entries(DOCUMENTS))(
  'what is printed for %s is what its schema says, to the field',
  async (_name, { command, schema }) => {
    const file = join(dirname(bench.kubeconfig), 'model.json');
    await writeFile(file, JSON.stringify(inferenceService({ name: 'x', annotations: { notes: 'n' } })));
    const words = command === 'adopt' ? ['adopt', '--all-matching'] : command.split(' ');
    // Nobody is there to ask.
    const yes = command === 'adopt' || command === 'withdraw' ? ['--yes', '--settle=100ms'] : [];
    if (command === 'withdraw') await bench.runBoth('sync');
    const result =
      command === 'explain'
        ? bench.runAlone('explain', '-f', file, '-o', 'json')
        : runsWith(command)(...words, ...yes, '-o', 'json');
    const { stdout, stderr } = await result;
    expect(stderr).toBe('');
    const document: unknown = JSON.parse(stdout);
    expect(schema.parse(document)).toEqual(document);
  },
);

function runsWith(command: string): Bench['run'] {
  return command.startsWith('annotations') ? bench.run : bench.runBoth;
}
