import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WithdrawDocument } from '../../../src/commands/adoption/index.ts';
import { inferenceService, status, type Wish } from '../../support/inference-services.ts';
import { type Bench, openBench, runProgram } from './program.ts';

let bench: Bench;

beforeEach(async () => {
  const house = { id: 'house-1', name: 'house', params: { model: 'openai/house', api_base: 'http://house/v1' } };
  bench = await openBench({ litellm: { configModels: [house] } });
});

afterEach(() => bench.close());

const OWNER = '--owner-id=prod';

function serve(wish: Wish): void {
  bench.kubernetes.apply(inferenceService({ ...wish, status: status(wish) }));
}

const names = (): string[] =>
  bench.litellm
    .rows()
    .map((row) => row.model_name)
    .toSorted();

/** Rows of ours from two namespaces, one of an object that is gone; one of another owner id, one made by hand. */
async function registered(): Promise<void> {
  serve({ name: 'one', annotations: { enabled: 'true' } });
  serve({ name: 'gone', annotations: { enabled: 'true' } });
  serve({ name: 'two', namespace: 'b', annotations: { 'model-name': 'two,second' } });
  expect((await bench.runBoth('sync', OWNER)).code).toBe(0);
  serve({ name: 'theirs', namespace: 'c', annotations: { enabled: 'true' } });
  expect((await bench.runBoth('sync', '--owner-id=other', '--namespace=c')).code).toBe(0);
  bench.litellm.insert({ id: 'hand-1', name: 'by-hand', params: { model: 'hosted_vllm/x' } });
  bench.litellm.reload();
  bench.kubernetes.delete({ kind: 'InferenceService', namespace: 'llm', name: 'gone' });
  expect(names()).toEqual(['by-hand', 'gone', 'one', 'second', 'theirs', 'two']);
}

test('withdraw takes out all of this owner id, of every namespace, and leaves what is foreign; plan then shows it as to be created', async () => {
  await registered();
  const { code, stdout, stderr } = await bench.runBoth('withdraw', OWNER, '--yes');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^second +inference-service\/b\/two +b\.two\.[0-9a-f]{8}$/m);
  expect(stdout).toMatch(/^4 models taken out\. LiteLLM serves no model of owner id prod any more\.$/m);
  expect(names()).toEqual(['by-hand', 'theirs']);

  const plan = await bench.runBoth('plan', OWNER, '--namespace=llm', '--namespace=b');
  expect(plan.code).toBe(2);
  expect(plan.stdout).toMatch(/^Plan: 3 to create, 0 to change, 0 to replace, 0 to delete/m);

  const again = await bench.runBoth('withdraw', OWNER, '--yes');
  expect(again).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('LiteLLM serves no model of owner id prod: there is nothing to withdraw'),
  });
});

test('withdraw changes nothing where nobody can be asked, and says what to give', async () => {
  await registered();
  const { code, stdout, stderr } = await bench.runBoth('withdraw', OWNER);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^one +inference-service\/llm\/one/m);
  expect(stderr).toMatch(/^error: Nothing was changed: .* Give --yes /m);
  expect(names()).toHaveLength(6);
});

test('withdraw -o json prints what would be, or was, taken out, and nothing else', async () => {
  await registered();
  const withdrawn = async (...args: string[]) => {
    const { code, stdout, stderr } = await bench.runBoth('withdraw', OWNER, '-o', 'json', ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return WithdrawDocument.parse(JSON.parse(stdout));
  };
  // Nothing failed: a dry run ends with 0, also where something would go.
  const results = ({ models }: WithdrawDocument) => models.map(({ name, result }) => `${name} ${result}`);
  expect(results(await withdrawn('--dry-run'))).toEqual(
    ['gone', 'one', 'second', 'two'].map((name) => `${name} planned`),
  );
  expect(names()).toHaveLength(6);
  const done = await withdrawn('--yes');
  expect(results(done)).toEqual(['gone', 'one', 'second', 'two'].map((name) => `${name} withdrawn`));
  expect(done).toMatchObject({ ownerId: 'prod', again: 0, controllers: [] });
  expect(await withdrawn('--yes')).toMatchObject({ models: [] });
});

test('withdraw needs no cluster where the owner id is given', async () => {
  await registered();
  const { url } = bench.litellm;
  const args = ['--yes', `--litellm-url=${url}`, `--litellm-key-file=${bench.keyFile}`];
  const withoutCluster = (...more: string[]) => {
    vi.stubEnv('KUBECONFIG', '/nowhere');
    return runProgram('withdraw', ...args, ...more);
  };
  expect(await withoutCluster()).toMatchObject({ code: 1, stderr: expect.stringContaining('/nowhere') });
  expect(await withoutCluster(OWNER)).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^Warning: whether a controller of owner id prod runs cannot be told/),
  });
  expect(names()).toEqual(['by-hand', 'theirs']);
});

test.each([
  ['kubeconfig', '--kubeconfig=/nowhere', '/nowhere'],
  ['context', '--context=nope', 'nope'],
])(
  'withdraw takes nothing out where the %s that was given cannot be used: a controller may run there',
  async (_, flag, named) => {
    await registered();
    const before = names();
    const { url } = bench.litellm;
    const args = [
      `--kubeconfig=${bench.kubeconfig}`,
      `--litellm-url=${url}`,
      `--litellm-key-file=${bench.keyFile}`,
      flag,
    ];
    expect(await runProgram('withdraw', OWNER, '--yes', ...args)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(named),
    });
    expect(names()).toEqual(before);
  },
);

test('withdraw tells what it could not take out, and a second run takes out the rest', async () => {
  await registered();
  bench.litellm.faults.inject({ on: 'delete', effect: { kind: 'status', status: 503 }, times: 1 });
  const { code, stdout, stderr } = await bench.runBoth('withdraw', OWNER, '--yes');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: "gone" \(llm\.gone\.[0-9a-f]{8}\): LiteLLM is not there/m);
  expect(stdout).toMatch(/^0 taken out, 4 left: run it again\.$/m);
  expect(names()).toHaveLength(6);
  expect(await bench.runBoth('withdraw', OWNER, '--yes')).toMatchObject({ code: 0 });
  expect(names()).toEqual(['by-hand', 'theirs']);
});
