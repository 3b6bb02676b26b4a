import { afterEach, beforeEach, expect, test } from 'vitest';
import { AdoptDocument } from '../../../src/commands/adoption/index.ts';
import { inferenceService, status, type Wish } from '../../support/inference-services.ts';
import { until } from '../../support/wait.ts';
import { start } from '../sandbox/program.ts';
import { type Bench, openBench } from './program.ts';

let bench: Bench;

beforeEach(async () => {
  const house = { id: 'house-1', name: 'house', params: { model: 'openai/house', api_base: 'http://house/v1' } };
  bench = await openBench({ litellm: { configModels: [house] } });
});

afterEach(() => bench.close());

const OWNER = '--owner-id=prod';

const run = (command: string, ...args: string[]) => bench.runBoth(command, OWNER, '--settle=300ms', ...args);

function serve(wish: Wish): void {
  bench.kubernetes.apply(inferenceService({ ...wish, status: status(wish) }));
}

/** A row that somebody made for what an object of this name serves. */
function byHand(
  name: string,
  { id = `hand-${name}`, params = {}, ...more }: Partial<Parameters<Bench['litellm']['insert']>[0]> = {},
) {
  const usual = { model: `openai/${name}`, api_base: baseOf(name), api_key: 'sk-hand-made' };
  bench.litellm.insert({ id, name, params: { ...usual, ...params }, ...more });
  bench.litellm.reload();
}

const baseOf = (name: string) => `http://${name}-predictor.llm.svc.cluster.local/openai/v1`;

const rows = (name: string) => bench.litellm.rows().filter((row) => row.model_name === name);

test('adopt NAME: ours takes the place of the hand-made row, with the settings and the block that may be kept; the lost ones are named first', async () => {
  serve({ name: 'qwen', annotations: { 'model-name': 'qwen' } });
  byHand('qwen', {
    params: { rpm: 60, timeout: 30, extra_headers: { 'x-api-key': 'canary-header' }, organization: 'org', weight: 2 },
    info: { supports_vision: true, team_id: 'a-team', mode: 'chat' },
    blocked: true,
  });
  const refused = await run('adopt', 'qwen');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('Give --yes') });
  expect(rows('qwen').map(({ model_id }) => model_id)).toEqual(['hand-qwen']);

  const { code, stdout, stderr } = await run('adopt', 'qwen', '--yes');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const fates = [...stdout.matchAll(/^ {6}(kept|changed|lost) +(\S+): (.*)$/gm)].map(([, ...parts]) => parts.join(' '));
  expect(fates.toSorted()).toEqual([
    'kept litellm_params.rpm 60',
    'kept litellm_params.timeout 30',
    'kept litellm_params.weight 2',
    'kept model_info.supports_vision true',
    'lost litellm_params.extra_headers (hidden)',
    'lost litellm_params.organization "org"',
    'lost model_info.mode "chat"',
    'lost model_info.team_id "a-team"',
  ]);
  expect(stdout).toMatch(/lost +litellm_params\.api_key, if it has one/);
  expect(stdout).not.toContain('canary-header');
  const [ours, ...others] = rows('qwen');
  expect(others).toEqual([]);
  expect(ours).toMatchObject({
    model_id: expect.stringMatching(/^llm\.qwen\.[0-9a-f]{8}$/),
    blocked: true,
    litellm_params: { model: 'hosted_vllm/qwen', api_key: 'not-needed', rpm: 60, timeout: 30, weight: 2 },
    model_info: { supports_vision: true },
  });
  expect(ours?.litellm_params).not.toHaveProperty('organization');
  expect(ours?.model_info).not.toHaveProperty('team_id');

  expect(await run('plan')).toMatchObject({ code: 0 });
  const again = await run('adopt', 'qwen', '--yes');
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to take over') });
});

test('adopt that was interrupted is finished by a second run', async () => {
  serve({ name: 'qwen', annotations: { 'model-name': 'qwen' } });
  byHand('qwen', { params: { rpm: 60 } });
  const { url } = bench.litellm;
  const args = [
    `--kubeconfig=${bench.kubeconfig}`,
    `--litellm-url=${url}`,
    `--litellm-key-file=${bench.keyFile}`,
    OWNER,
  ];
  const first = start(process.execPath, ['src/main.ts', 'adopt', 'qwen', '--yes', '--settle=10m', ...args]);
  await until('ours stands beside theirs', () => rows('qwen').length === 2, 15_000);
  first.child.kill('SIGTERM');
  const { code, stderr } = await first.ended;
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('Run it again') });
  expect(rows('qwen')).toHaveLength(2);

  const second = await run('adopt', 'qwen', '--yes');
  expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('stands already') });
  expect(second.stdout).not.toMatch(/lost +litellm_params.rpm/);
  expect(rows('qwen')).toMatchObject([{ litellm_params: { rpm: 60 } }]);
});

test('adopt brings a row of ours that stands already in step before theirs goes', async () => {
  serve({ name: 'qwen', annotations: { 'model-name': 'qwen' } });
  expect(await run('sync')).toMatchObject({ code: 0 });
  const [ours] = rows('qwen');
  bench.litellm.edit(ours?.model_id ?? '', { params: { api_base: 'http://elsewhere/v1' } });
  byHand('qwen');
  const { code, stdout } = await run('adopt', 'qwen', '--yes');
  expect(code).toBe(0);
  expect(stdout).toMatch(/ours .* at http:\/\/qwen-predictor\S+ {2}\(stands already, and is brought in step first\)$/m);
  expect(stdout).toMatch(/^~ qwen: \S+ is brought in step\n[\s\S]*^- qwen: hand-qwen is gone$/m);
  expect(rows('qwen')).toMatchObject([{ model_id: ours?.model_id, litellm_params: { api_base: baseOf('qwen') } }]);
});

test('adopt refuses the object’s own row whose mark somebody took off, and says what to do', async () => {
  serve({ name: 'qwen', annotations: { 'model-name': 'qwen' } });
  expect(await run('sync')).toMatchObject({ code: 0 });
  const [ours] = rows('qwen');
  bench.litellm.edit(ours?.model_id ?? '', { info: { model_registrar: {} } });
  bench.litellm.reload();
  const { code, stderr } = await run('adopt', 'qwen', '--yes');
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/own row .*delete it in LiteLLM/) });
});

test.each<[string, () => void, RegExp]>([
  ['no such model', () => undefined, /LiteLLM has no model named "qwen"/],
  ['no object declares it', () => byHand('qwen'), /no object declares this name/],
  [
    'the object is not Ready',
    () => {
      bench.kubernetes.apply(inferenceService({ name: 'qwen', annotations: { 'model-name': 'qwen' } }));
      byHand('qwen');
    },
    /llm\/qwen declares this name, and does not serve: /,
  ],
  [
    'several objects declare it, and it is not plain whose the model is',
    () => {
      for (const name of ['a', 'b']) serve({ name, annotations: { 'model-name': 'qwen' } });
      byHand('qwen');
    },
    /several objects declare this name \(inference-service\/llm\/a, inference-service\/llm\/b\)/,
  ],
  [
    'one of several models under the name is another backend',
    () => {
      serve({ name: 'qwen', annotations: { 'model-name': 'qwen' } });
      byHand('qwen');
      byHand('qwen', { id: 'hand-2', params: { api_base: 'http://elsewhere/v1' } });
    },
    /several models of this name \(hand-qwen, hand-2\)/,
  ],
])('adopt NAME is refused: %s', async (_case, prepare, message) => {
  prepare();
  const before = JSON.stringify(bench.litellm.rows());
  const { code, stderr } = await run('adopt', 'qwen', '--yes');
  expect(stderr).toMatch(message);
  expect(code).toBe(1);
  expect(JSON.stringify(bench.litellm.rows())).toBe(before);
});

test('adopt NAME refuses a model of LiteLLM’s config file, and one of another owner id, with what to do', async () => {
  serve({ name: 'house', annotations: { 'model-name': 'house' } });
  expect((await run('adopt', 'house', '--yes')).stderr).toMatch(
    /config file \(house-1\), which no API changes: remove it/,
  );
  serve({ name: 'qwen', annotations: { enabled: 'true' } });
  expect(await bench.runBoth('sync', '--owner-id=former')).toMatchObject({ code: 0 });
  expect((await run('adopt', 'qwen', '--yes')).stderr).toMatch(/owner id former: .* --from-owner former/);
});

test('adopt --all-matching takes only models of the same name, base and model', async () => {
  for (const name of ['same', 'base', 'model', 'two']) serve({ name, annotations: { enabled: 'true' } });
  byHand('same', { params: { api_base: `${baseOf('same')}/` } });
  byHand('base', { params: { api_base: 'http://elsewhere/v1' } });
  byHand('model', { params: { model: 'openai/other' } });
  byHand('two');
  byHand('two', { id: 'hand-two-2' });
  byHand('nobody');
  const { code, stdout, stderr } = await run('adopt', '--all-matching', '--yes');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(
    /^! base +hand-base stays: its base or its model is not that of inference-service\/llm\/base/m,
  );
  expect(stdout).toMatch(/^! model +hand-model stays: /m);
  expect(stdout).toMatch(/^2 models taken over\.$/m);
  const ids = bench.litellm.rows().map((row) => row.model_id.replace(/\.[0-9a-f]{8}$/, ''));
  expect(ids.toSorted()).toEqual(['hand-base', 'hand-model', 'hand-nobody', 'llm.same', 'llm.two']);
});

test('adopt --from-owner moves the rows of an earlier owner id, with what others set on them; the rest is told', async () => {
  for (const name of ['one', 'two', 'gone']) serve({ name, annotations: { 'model-name': name, mode: 'chat' } });
  expect(await bench.runBoth('sync', '--owner-id=former')).toMatchObject({ code: 0 });
  const [one] = rows('one');
  bench.litellm.edit(one?.model_id ?? '', { params: { rpm: 7, organization: 'org' }, info: { notes: 'by hand' } });
  bench.litellm.reload();
  bench.kubernetes.delete({ kind: 'InferenceService', namespace: 'llm', name: 'gone' });
  const { code, stdout, stderr } = await run('adopt', '--from-owner', 'former', '--yes');
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).toMatch(/^! gone .*withdraw with --owner-id former/m);
  expect(rows('one')).toMatchObject([
    {
      litellm_params: { rpm: 7, organization: 'org' },
      model_info: { notes: 'by hand', mode: 'chat', model_registrar: { owner: 'prod', keys: expect.any(Array) } },
    },
  ]);
  expect(rows('two')).toMatchObject([{ model_info: { model_registrar: { owner: 'prod' } } }]);
  expect(rows('gone')).toMatchObject([{ model_info: { model_registrar: { owner: 'former' } } }]);
  // What is carried over is nobody's wish: the plan is empty.
  expect(await run('plan')).toMatchObject({ code: 0 });
});

test('adopt --from-owner leaves the rows of another cluster, whose object has the same name; with --rebuilt it takes those of one that is gone', async () => {
  const wish = { name: 'qwen', annotations: { 'model-name': 'qwen' } };
  serve(wish);
  expect(await bench.runBoth('sync', '--owner-id=other')).toMatchObject({ code: 0 });
  bench.kubernetes.delete({ kind: 'InferenceService', namespace: 'llm', name: 'qwen' });
  serve(wish);
  const before = JSON.stringify(bench.litellm.rows());
  const { stdout } = await run('plan');
  expect(stdout).toMatch(/held by inference-service\/llm\/qwen \(owner other\)\. Choose another name/);
  expect(stdout).not.toContain('--from-owner');
  const left = await run('adopt', '--from-owner=other', '--yes');
  expect(left).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^! qwen .*made for another object.*--rebuilt$/m),
  });
  expect(JSON.stringify(bench.litellm.rows())).toBe(before);
  expect(await run('adopt', '--from-owner=other', '--rebuilt', '--yes')).toMatchObject({ code: 0, stderr: '' });
  expect(rows('qwen')).toMatchObject([{ model_info: { model_registrar: { owner: 'prod' } } }]);
});

test('adopt -o json prints the plan, or what came of it, and nothing else', async () => {
  for (const name of ['qwen', 'other']) serve({ name, annotations: { 'model-name': name } });
  byHand('qwen', { params: { rpm: 60, organization: 'org', hf_token: 'canary-token' } });
  byHand('other', { params: { api_base: 'http://elsewhere/v1' } });
  const adopted = async (...args: string[]) => {
    const { code, stdout, stderr } = await run('adopt', '--all-matching', '-o', 'json', ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return AdoptDocument.parse(JSON.parse(stdout));
  };
  const planned = await adopted('--dry-run');
  expect(rows('qwen').map(({ model_id }) => model_id)).toEqual(['hand-qwen']);
  const model = {
    name: 'qwen',
    source: 'inference-service/llm/qwen',
    id: expect.stringMatching(/^llm\.qwen\./),
    standing: false,
    theirs: [
      {
        id: 'hand-qwen',
        blocked: false,
        settings: [
          { field: 'litellm_params.rpm', fate: 'kept', value: 60 },
          { field: 'litellm_params.organization', fate: 'lost', value: 'org' },
          { field: 'litellm_params.hf_token', fate: 'lost' },
        ],
      },
    ],
  };
  const rest = {
    ownerId: 'prod',
    unread: [],
    leftOut: [{ name: 'other', ids: ['hand-other'], why: expect.any(String) }],
  };
  expect(planned).toEqual({ ...rest, models: [{ ...model, result: 'planned' }] });
  expect(await adopted('--yes')).toEqual({ ...rest, models: [{ ...model, result: 'taken-over' }] });
  expect(await adopted('--yes')).toEqual({ ...rest, models: [] });
});

test('adopt wants to be told what to take over, just once', async () => {
  expect((await run('adopt')).stderr).toMatch(/^error: Say what to take over/);
  expect((await run('adopt', 'qwen', '--all-matching')).stderr).toMatch(
    /^error: Only one of the two can be given: the name "qwen", or --all-matching\./,
  );
  expect((await run('adopt', '--all-matching', '--from-owner=x')).stderr).toMatch(
    /^error: Only one of the two can be given: --from-owner, or --all-matching\./,
  );
  expect((await run('adopt', 'qwen', '--rebuilt')).stderr).toMatch(/^error: --rebuilt goes with --from-owner/);
  expect((await run('adopt', '--from-owner=prod')).stderr).toMatch(/is the owner id that this runs with/);
});
