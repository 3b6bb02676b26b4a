import { afterEach, beforeEach, expect, test } from 'vitest';
import { CONFIG_MODELS } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import { openGateway } from './gateway.ts';
import { chatMeanwhile, type Meanwhile } from './meanwhile.ts';
import { readTable } from './model-table.ts';
import { type Ended, runProgram } from './program.ts';
import { openScene, type Scene } from './scene.ts';
import { readStored } from './stored.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openScene();
});

afterEach(() => scene.close());

/** Runs a command on the bed; `--settle` is longer than its replicas take to read the table again. */
function command(name: string, ...args: string[]): Promise<Ended> {
  const { kubeconfigPath } = scene.bed.kubernetes;
  const usual = {
    kubeconfig: kubeconfigPath,
    'litellm-url': scene.bed.litellm.url,
    'litellm-key-file': scene.keyFile,
    'owner-id': scene.ownerId,
    settle: '6s',
  };
  const given = new Set(args.map((arg) => /^--([^=]+)=/.exec(arg)?.[1]));
  const flags = Object.entries(usual).flatMap(([flag, value]) => (given.has(flag) ? [] : `--${flag}=${value}`));
  return runProgram([name, ...args, ...flags], { withinMs: 90_000 });
}

const baseOf = (name: string) => `http://${name}-predictor.${scene.namespace}.svc.cluster.local/openai/v1`;
const params = (name: string) => ({ model: `openai/${name}`, api_base: baseOf(name), api_key: 'sk-made-by-hand' });

async function idsUnder(name: string): Promise<string[]> {
  return (await readTable(scene.bed)).filter((row) => row.name === name).map(({ id }) => id);
}

/** 20 calls a second through the `--settle` of the command are 120; a machine that has much else to do makes fewer. */
const LEAST_CALLS = 100;

/** Ends the callers: all of their calls were answered, and there were enough of them to tell something. */
async function expectNoneFailed(chats: readonly Meanwhile[]): Promise<void> {
  const seen = await Promise.all(chats.map((chat) => chat.stop()));
  console.log('calls by status, of each caller:', JSON.stringify(seen));
  for (const counts of seen) expect(Object.keys(counts)).toEqual(['200']);
  const made = seen.map((counts) => counts['200'] ?? 0).reduce((sum, count) => sum + count, 0);
  expect(made).toBeGreaterThanOrEqual(LEAST_CALLS);
}

const oursFor = (name: string) => expect.stringMatching(new RegExp(`^${scene.namespace}\\.${name}\\.[0-9a-f]{8}$`));

test('16: adopt NAME under 20 calls a second on two replicas, beside a running controller: none fails; what may be kept is kept, what is lost is named first', async () => {
  const second = await scene.bed.litellm.startReplica();
  try {
    const proxy = await scene.bed.startProxy(scene.bed.litellm.url, second.url);
    const theirs = await scene.gateway.addByHand({
      id: 'by-hand',
      name: 'qwen',
      params: {
        ...params('qwen'),
        rpm: 6000,
        timeout: 33,
        extra_headers: { 'x-api-key': 'canary-of-a-header' },
        organization: 'an-org',
      },
      info: { supports_vision: true, team_note: 'ask us first' },
    });
    await scene.serve({ name: 'qwen', annotations: { 'model-name': 'qwen' } });
    await scene.controller({ litellmUrl: proxy.url });
    await until('the object is told that the name is taken', async () =>
      (await scene.events('qwen')).some((event) => /^NameConflict: .*by hand \(by-hand\)/.test(event)),
    );
    const gateways = [scene.gateway, openGateway(second)];
    for (const one of gateways) await until('it is served', async () => (await one.chat('qwen')).status === 200);

    // 10 calls a second each.
    const chats = [...gateways, ...gateways].map((one) => chatMeanwhile(one, 'qwen'));
    const { code, stdout, stderr } = await command('adopt', 'qwen', '--yes', `--litellm-url=${proxy.url}`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const fates = [...stdout.matchAll(/^ {6}(kept|changed|lost) +(\S+): (.*)$/gm)].map(([, ...parts]) =>
      parts.join(' '),
    );
    expect(fates.toSorted()).toEqual([
      'kept litellm_params.rpm 6000',
      'kept litellm_params.timeout 33',
      'kept model_info.supports_vision true',
      'lost litellm_params.extra_headers (hidden)',
      'lost litellm_params.organization "an-org"',
      'lost model_info.team_note "ask us first"',
    ]);
    expect(stdout).not.toMatch(/canary|sk-made/);

    // Also after the other replica has seen that theirs is gone.
    for (const one of gateways) {
      await until('the replica has ours alone', async () => {
        const listed = (await one.models()).filter((row) => row.model_name === 'qwen');
        return listed.length === 1 && listed[0]?.model_info.id !== theirs;
      });
    }
    await expectNoneFailed(chats);
    expect(await idsUnder('qwen')).toEqual([oursFor('qwen')]);
    const [row] = await readStored(scene.bed);
    expect(row).toMatchObject({
      blocked: false,
      litellm_params: { rpm: 6000, timeout: 33 },
      model_info: { supports_vision: true, model_registrar: { owner: scene.ownerId } },
    });
    expect(row?.litellm_params).not.toHaveProperty('extra_headers');
    expect(row?.litellm_params).not.toHaveProperty('organization');
    expect(row?.model_info).not.toHaveProperty('team_note');
    expect(await command('plan')).toMatchObject({ code: 0 });
  } finally {
    await second.stop();
  }
});

test('16: a blocked model stays blocked; a model of the config file is refused with the reason', async () => {
  await scene.gateway.addByHand({ id: 'by-hand', name: 'qwen', params: params('qwen') });
  await scene.gateway.edit('by-hand', { blocked: true });
  const [{ model_name: house, model_info }] = CONFIG_MODELS;
  await scene.serve({ name: 'qwen', annotations: { 'model-name': `qwen,${house}` } });
  expect(await command('adopt', 'qwen', '--yes')).toMatchObject({ code: 0 });
  expect(await idsUnder('qwen')).toEqual([oursFor('qwen')]);
  expect((await readStored(scene.bed))[0]).toMatchObject({ blocked: true });
  expect((await scene.gateway.chat('qwen')).status).toBe(403);

  const refused = await command('adopt', house, '--yes');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain(
    `"${house}" cannot be taken over: it stands in LiteLLM’s config file (${model_info.id})`,
  );
});

test('16: --all-matching takes what has the name, the base and the model of an object, and nothing else', async () => {
  const names = ['same', 'slash', 'base', 'model'];
  for (const name of names) await scene.serve({ name, annotations: { enabled: 'true' } });
  const byHand = (name: string, more: object = {}) =>
    scene.gateway.addByHand({ id: `hand-${name}`, name, params: { ...params(name), ...more } });
  await byHand('same');
  await byHand('slash', { api_base: `${baseOf('slash')}/`, model: 'hosted_vllm/slash' });
  await byHand('base', { api_base: 'http://elsewhere.example.com/v1' });
  await byHand('model', { model: 'openai/another' });
  await byHand('nobody');
  const { code, stdout } = await command('adopt', '--all-matching', '--yes');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^! base +hand-base stays: its base or its model is not that of /m);
  expect(stdout).toMatch(/^! model +hand-model stays: its base or its model is not that of /m);
  expect(stdout).toMatch(/^2 models taken over\.$/m);
  const left = (await readTable(scene.bed)).map(({ id }) => id.replace(/\.[0-9a-f]{8}$/, ''));
  const ours = [`${scene.namespace}.same`, `${scene.namespace}.slash`];
  expect(left.toSorted()).toEqual(['hand-base', 'hand-model', 'hand-nobody', ...ours].toSorted());
});

test('16: --from-owner moves rows to another owner id beside its running controller, which does not yield; withdraw then leaves only what is foreign, and plan shows all as to be created', async () => {
  await scene.gateway.addByHand({ id: 'by-hand', name: 'by-hand', params: params('by-hand') });
  const former = await scene.controller({ ownerId: 'former' });
  for (const name of ['one', 'two']) await scene.serve({ name, annotations: { 'model-name': name } });
  await until('both are registered', async () => (await readTable(scene.bed)).length === 3);
  await former.stop();
  // An owner id that comes later in the alphabet would lose a tie.
  const ownerId = `z-${scene.ownerId}`;
  const controller = await scene.controller({ ownerId });
  await until('the new controller is refused the names', async () =>
    (await scene.events('two')).some((event) => /^NameConflict: .*another owner id, former/.test(event)),
  );
  const chats = ['one', 'two', 'one', 'two'].map((name) => chatMeanwhile(scene.gateway, name));
  const moved = await command('adopt', '--from-owner=former', '--yes', `--owner-id=${ownerId}`);
  expect(moved).toMatchObject({ code: 0, stderr: '' });
  await expectNoneFailed(chats);
  const owners = (await readTable(scene.bed)).map(({ name, owner }) => `${name} of ${owner || 'nobody'}`);
  expect(owners.toSorted((one, another) => one.localeCompare(another))).toEqual([
    'by-hand of nobody',
    `one of ${ownerId}`,
    `two of ${ownerId}`,
  ]);
  await controller.stop();

  expect(await command('plan', `--owner-id=${ownerId}`)).toMatchObject({ code: 0 });
  expect(await command('withdraw', '--yes', `--owner-id=${ownerId}`)).toMatchObject({ code: 0, stderr: '' });
  expect((await readTable(scene.bed)).map(({ id }) => id)).toEqual(['by-hand']);
  const planned = await command('plan', '-o', 'json', `--owner-id=${ownerId}`);
  expect(planned.code).toBe(2);
  const { changes } = JSON.parse(planned.stdout) as { changes: { model: string; action: string }[] };
  expect(changes.map(({ model, action }) => `${action} ${model}`)).toEqual(['create one', 'create two']);
});
