import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../support/wait.ts';
import { runProgram } from '../commands/program.ts';
import { type Stage, startStage } from './harness.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await startStage();
});

afterEach(() => stage.close());

const OWNER = 'prod';
const start = (settings = {}) => stage.start({ 'owner-id': OWNER, ...settings });

/** The one-shot command, as a Job after a deploy runs it. */
async function register(...args: string[]): Promise<string> {
  const both = [
    `--kubeconfig=${stage.kubeconfig}`,
    `--litellm-url=${stage.litellm.url}`,
    `--litellm-key-file=${stage.keyFile}`,
  ];
  const settings = [`--owner-id=${OWNER}`, '--namespace=llm', '--settle=300ms', '--timeout=10s'];
  const { code, stdout, stderr } = await runProgram('register', ...both, ...settings, ...args);
  if (code !== 0) throw new Error(`${code} ${stderr}`);
  return stdout;
}

/** Whom each row stands for, with its public name. */
const rows = (): string[] =>
  stage.litellm
    .rows()
    .map(({ model_name, model_info }) => `${model_name} ${(model_info.model_registrar as { source: string }).source}`)
    .toSorted();

const BY_HAND = 'qwen register/llm/inferenceservice.qwen';
const OWN = 'qwen inference-service/llm/qwen';

/** So many more resyncs begin and end. */
async function resyncs(count: number): Promise<void> {
  const before = stage.litellm.calls.count('list');
  await until(`${count} resyncs went by`, () => stage.litellm.calls.count('list') > before + count);
}

test('a controller leaves a row of register alone, whatever becomes of its object', async () => {
  stage.serve({ name: 'qwen' });
  await register('inferenceservice/qwen');
  await start();
  await resyncs(2);
  stage.setStatus({ name: 'qwen', ready: 'False', copies: 0 });
  await resyncs(2);
  stage.serve({ name: 'qwen', annotations: { enabled: 'false', 'serving.kserve.io/stop': 'true' } });
  await resyncs(2);
  stage.remove('qwen');
  await resyncs(2);
  expect(rows()).toEqual([BY_HAND]);
});

test('an object that is annotated is taken over: the controller’s row serves beside that of register, which then goes', async () => {
  stage.serve({ name: 'qwen' });
  await register('inferenceservice/qwen', '--notes=by hand', '--litellm-params=rpm: 5');
  stage.litellm.edit(stage.litellm.rows()[0]?.model_id ?? '', { params: { organization: 'theirs' } });
  const seen = new Set<string>();
  await start();
  await resyncs(1);
  stage.serve({ name: 'qwen', annotations: { enabled: 'true' } });
  await until('the controller’s row is alone', () => {
    const now = rows();
    seen.add(now.join(', '));
    return now.length === 1 && now[0] === OWN;
  });
  expect([...seen].filter((now) => now !== BY_HAND)).toEqual([[OWN, BY_HAND].join(', '), OWN]);
  // What others set on it moves along; what register was told does not.
  const [row] = stage.litellm.rows();
  expect(row?.litellm_params).toMatchObject({ organization: 'theirs' });
  expect(row?.litellm_params).not.toHaveProperty('rpm');
  expect(row?.model_info).not.toHaveProperty('notes');
  expect(stage.events('qwen').filter((event) => event.startsWith('NameConflict'))).toEqual([]);
  expect(await register('inferenceservice/qwen')).toContain('A controller looks after inferenceservice/qwen');
});

test('a name that the annotations do not have stays until it is taken out by hand', async () => {
  stage.serve({ name: 'qwen' });
  await register('inferenceservice/qwen', '--model-name=qwen,other');
  await start();
  stage.serve({ name: 'qwen', annotations: { enabled: 'true' } });
  await until('one is taken over', () => !rows().includes(BY_HAND));
  await resyncs(2);
  expect(rows()).toEqual(['other register/llm/inferenceservice.qwen', OWN]);
  await register('inferenceservice/qwen', '--deregister');
  expect(rows()).toEqual([OWN]);
});

test('a row of register is no reason for another namespace to get its name, nor for its own to be warned', async () => {
  stage.serve({ name: 'qwen' });
  await register('inferenceservice/qwen');
  await start();
  stage.serve({ name: 'theirs', namespace: 'b', annotations: { 'model-name': 'qwen' } });
  await until('it is refused', () => stage.events('theirs', 'b').some((event) => event.startsWith('NameConflict')));
  expect(rows()).toEqual([BY_HAND]);
});
