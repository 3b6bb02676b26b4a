import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ExplainDocument } from '../../../src/commands/explain/index.ts';
import { inferenceService } from '../../support/inference-services.ts';
import { runProgram } from './program.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'model-registrar-'));
});

afterEach(() => rm(folder, { recursive: true }));

const GOOD = JSON.stringify(inferenceService({ name: 'good', annotations: { enabled: 'true' } }));
const BAD = JSON.stringify(inferenceService({ name: 'bad', annotations: { mode: 'wrong' } }));

test('explain exits with 0 where all can be registered, with 2 where something would be refused, with 1 where nothing can be read', async () => {
  await mkdir(join(folder, 'below'));
  await writeFile(join(folder, 'good.yaml'), GOOD);
  await writeFile(join(folder, 'notes.txt'), 'no manifest');
  await writeFile(join(folder, 'below', 'bad.yml'), BAD);

  const good = await runProgram('explain', '-f', folder);
  expect(good).toMatchObject({ code: 0, stderr: '' });
  expect(good.stdout).toContain('+ good  hosted_vllm/good, /openai/v1 at the address');

  const both = await runProgram('explain', '-f', folder, '--recursive', '-o', 'json');
  expect(both).toMatchObject({ code: 2, stderr: '' });
  const document = ExplainDocument.parse(JSON.parse(both.stdout));
  expect(document).toMatchObject({
    refused: 1,
    objects: [{ source: 'inference-service/llm/bad' }, { source: 'inference-service/llm/good' }],
  });

  await writeFile(join(folder, 'broken.yaml'), 'a: [');
  const broken = await runProgram('explain', '-f', folder, '-f', join(folder, 'nowhere.yaml'));
  expect(broken.code).toBe(1);
  expect(broken.stdout).toContain('+ good  hosted_vllm/good');
  expect(broken.stderr).toMatch(/^error: .*broken\.yaml is not YAML: .+\nerror: There is no file .*nowhere\.yaml.+\n$/);
  for (const path of ['broken.yaml', 'nowhere.yaml']) {
    const { code, stdout, stderr } = await runProgram('explain', '-f', join(folder, path));
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/^error: .+\n$/) });
  }
});

test('explain reads what kustomize renders from its standard input', async () => {
  const child = spawn(process.execPath, ['src/main.ts', 'explain', '-f', '-'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const stdout = text(child.stdout);
  child.stdin.end(`${GOOD}\n---\n${BAD}\n---\napiVersion: v1\nkind: Namespace\nmetadata: { name: llm }\n`);
  await once(child, 'close');
  expect(child.exitCode).toBe(2);
  expect(await stdout).toMatch(/^2 objects would be 1 model; 1 refused\. Passed over: 1 Namespace\.$/m);
});

test.each(['', '# nothing\n'])(
  'explain of a standard input without an object (%j) fails: the command before may have',
  async (input) => {
    const child = spawn(process.execPath, ['src/main.ts', 'explain', '-f', '-'], { stdio: ['pipe', 'ignore', 'pipe'] });
    const stderr = text(child.stderr);
    child.stdin.end(input);
    await once(child, 'close');
    expect(child.exitCode).toBe(1);
    expect(await stderr).toBe('error: Standard input holds no object: did the command before the pipe fail?\n');
  },
);

test('explain counts the rights of the file of --config, so that CI refuses what the controller would refuse', async () => {
  const config = join(folder, 'config.yaml');
  const manifest = join(folder, 'm.yaml');
  const annotations = { 'model-name': 'search-one, other', 'access-groups': 'beta' };
  await writeFile(manifest, JSON.stringify(inferenceService({ namespace: 'search', name: 'one', annotations })));
  const explained = async (...tenants: object[]) => {
    await writeFile(config, JSON.stringify({ tenants }));
    const { code, stdout } = await runProgram('explain', '--config', config, '-f', manifest, '-o', 'json');
    return { code, problems: ExplainDocument.parse(JSON.parse(stdout)).objects[0]?.problems };
  };
  expect(await explained({ namespace: 'search', 'access-groups': ['beta'] })).toEqual({ code: 0, problems: [] });
  const { code, problems } = await explained({ namespace: 'search', 'public-names': ['search-*'] });
  expect(code).toBe(2);
  expect(problems).toEqual([
    { reason: 'NotAllowed', message: expect.stringContaining('"beta" may not be joined'), rule: 'access-group' },
    { reason: 'NotAllowed', message: expect.stringContaining('"other" is not among'), rule: 'public-name' },
  ]);
});
