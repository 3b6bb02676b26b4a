import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ANNOTATIONS } from '../../../src/registration/index.ts';
import { type Bench, openBench, runProgram } from './program.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
});

afterEach(() => bench.close());

const NAME = 'inferenceservice-config';
const BEFORE = '{\n   "resource": {"cpuLimit": "1"},\n   "serviceAnnotationDisallowedList": ["theirs/1"]\n}\n';

function putConfig(namespace = 'kserve', data: object = { inferenceService: BEFORE, deploy: '{"a": 1}' }): void {
  bench.kubernetes.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: NAME }, data });
}

function config(namespace = 'kserve'): { data: Record<string, string>; metadata: { resourceVersion: string } } {
  return bench.kubernetes.get({ kind: 'ConfigMap', namespace, name: NAME }) as never;
}

function listed(namespace?: string): string[] {
  return JSON.parse(config(namespace).data.inferenceService ?? '{}').serviceAnnotationDisallowedList;
}

const OURS = ANNOTATIONS.map(({ key }) => `model-registrar.io/${key}`);

describe('annotations --kserve --apply', () => {
  test('adds the missing keys and changes nothing else; the second time there is nothing to add, and no write', async () => {
    putConfig();
    const first = await bench.run('annotations', '--kserve', '--apply', '--also', 'argocd.argoproj.io/tracking-id');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('+ model-registrar.io/model-name\n');
    expect(first.stdout).toMatch(/^Added 19 keys to .* in namespace kserve; 0 were there\./m);
    expect(listed()).toEqual(['theirs/1', ...OURS, 'argocd.argoproj.io/tracking-id']);
    const { inferenceService, ...rest } = config().data;
    expect(rest).toEqual({ deploy: '{"a": 1}' });
    expect(inferenceService?.startsWith('{\n   "resource": {"cpuLimit": "1"},\n   "serviceAnno')).toBe(true);

    const { resourceVersion } = config().metadata;
    const second = await bench.run('annotations', '--kserve', '--apply', '-o', 'json');
    expect(second).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(second.stdout)).toEqual({ namespace: 'kserve', added: [], present: OURS });
    expect(config().metadata.resourceVersion).toBe(resourceVersion);
  });

  test('what somebody else writes in between is kept: the write is refused, and done anew', async () => {
    putConfig();
    const conflict = bench.kubernetes.faults.inject({
      on: 'patch configmaps',
      effect: { kind: 'status', status: 409 },
    });
    expect(await bench.run('annotations', '--kserve', '--apply')).toMatchObject({ code: 0 });
    expect(conflict.hits).toBe(1);
    expect(listed()).toEqual(['theirs/1', ...OURS]);
  });

  test('KServe is found in another namespace, unless there are several', async () => {
    putConfig('kubeflow');
    expect(await bench.run('annotations', '--kserve', '--apply')).toMatchObject({ code: 0 });
    expect(listed('kubeflow')).toEqual(['theirs/1', ...OURS]);

    putConfig('other');
    const unsure = await bench.run('annotations', '--kserve', '--apply');
    expect(unsure).toMatchObject({ code: 1, stdout: '' });
    expect(unsure.stderr).toMatch(/^error: .* namespaces kubeflow, other: .*--kserve-namespace/);
    expect(await bench.run('annotations', '--kserve', '--apply', '--kserve-namespace=other')).toMatchObject({
      code: 0,
    });
    expect(listed('other')).toEqual(['theirs/1', ...OURS]);
  });

  test.each([
    ['there is none', undefined, undefined, /There is no ConfigMap inferenceservice-config in namespace kserve: name/],
    ['its text is no JSON', { inferenceService: '{ # no' }, undefined, /is no JSON.*kubectl edit/],
    ['it may not be read', {}, 'get configmaps', /may not read the ConfigMap.*the rights get and patch/],
    ['it may not be written', {}, 'patch configmaps', /may not change the ConfigMap.*the right patch/],
  ])('a plain error with the remedy where %s', async (_case, data, forbidden, said) => {
    if (data) putConfig('kserve', data);
    if (forbidden) bench.kubernetes.faults.inject({ on: forbidden, effect: { kind: 'status', status: 403 } });
    const { code, stdout, stderr } = await bench.run('annotations', '--kserve', '--apply');
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(said) });
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

test('annotations prints every annotation, --kserve the list for KServe, and flags that mean nothing are refused', async () => {
  const table = await runProgram('annotations');
  for (const key of OURS) expect(table.stdout).toMatch(new RegExp(`^${key} `, 'm'));
  const list = await runProgram('annotations', '--kserve', '--also', 'x.io/y');
  expect(JSON.parse(list.stdout)).toEqual({ serviceAnnotationDisallowedList: [...OURS, 'x.io/y'] });
  expect(await runProgram('annotations', '--apply')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('give --kserve with them'),
  });
  expect(await runProgram('annotations', '--kserve', '--also', 'a b')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no key'),
  });
});
