import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { canariesIn } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import type { Controller } from './controller.ts';
import { whoAnswersMeanwhile } from './meanwhile.ts';
import { runProgram } from './program.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
let file: string;
/** A second and a third namespace. */
let others: [string, string];

beforeEach(async () => {
  scene = await openScene();
  file = join(dirname(scene.keyFile), 'config.yaml');
  others = [`${scene.namespace}-b`, `${scene.namespace}-c`];
  for (const namespace of others) await scene.cluster.createNamespace(namespace);
});

afterEach(() => scene.close());

const all = () => ({ namespace: [scene.namespace, ...others], config: file });

async function start(config: object): Promise<Controller> {
  await writeFile(file, stringify(config));
  return scene.controller({ settings: all() });
}

const told = (name: string, start: string, namespace = scene.namespace, withinMs = 10_000) =>
  until(
    `${name} is told ${start}`,
    async () => (await scene.events(name, namespace)).find((event) => event.startsWith(start)),
    withinMs,
  );

const listed = (name: string) => until(`${name} is listed`, async () => (await scene.gateway.names()).includes(name));

/** The names that a key limited to an access group sees. */
async function seenBy(group: string): Promise<() => Promise<string[]>> {
  const { body } = await scene.bed.litellm.request('POST', '/key/generate', { models: [group] });
  const { key } = z.object({ key: z.string() }).parse(body);
  const headers = { authorization: `Bearer ${key}` };
  return async () => {
    const answer = await fetch(`${scene.bed.litellm.url}/v1/models`, { headers });
    return Models.parse(await answer.json()).data.map(({ id }) => id);
  };
}

const Models = z.object({ data: z.array(z.object({ id: z.string() })) });

const violations = async (controller: Controller) =>
  (await controller.metrics())
    .split('\n')
    .filter((line) => line.startsWith('model_registrar_rights_violations{'))
    .map((line) => /namespace="([^"]+)",rule="([^"]+)"\} (\d+)/.exec(line)?.slice(1).join(' '));

test('32: a namespace has the public names that it may have; another is told by an Event and a metric, and what stands stays', async () => {
  const controller = await start({ tenants: [{ namespace: `${scene.namespace}*`, 'public-names': ['search-*'] }] });
  await scene.serve({ name: 'one', annotations: { 'model-name': 'search-one, other' } });
  await listed('search-one');
  expect(await told('one', 'NotAllowed: ')).toBe(
    `NotAllowed: "other" is not among the public names that namespace ${scene.namespace} may have (search-*). Choose another with model-registrar.io/model-name, or ask the administrator.`,
  );
  expect(await scene.gateway.names()).not.toContain('other');
  expect(await violations(controller)).toEqual([`${scene.namespace} public-name 1`]);
  await scene.apply({ name: 'one', annotations: { 'model-name': 'other' } });
  await until('it has come to the one name', async () => (await scene.gateway.models()).length === 1);
  expect(await scene.gateway.chat('search-one')).toMatchObject({ status: 200 });
  await scene.apply({ name: 'one', annotations: { 'model-name': 'search-two' } });
  await listed('search-two');
  await until('nothing is violated', async () => (await violations(controller)).length === 0);
});

test('32: a name that two namespaces share is balanced between them, without weights; a third has no part in it', async () => {
  const shared = [{ name: 'shared-*', namespaces: [scene.namespace, others[0]] }];
  const controller = await start({ 'shared-names': shared });
  const name = `shared-${randomBytes(3).toString('hex')}`;
  const annotations = { 'model-name': name, 'served-name': 'm', 'litellm-params': 'weight: 5\nrpm: 1000\ntimeout: 50' };
  await scene.serve({ name: 'mine', annotations, served: ['m'] });
  await listed(name);
  await scene.serve({ name: 'theirs', namespace: others[0], annotations, served: ['m'] });
  await until('there are two', async () => (await scene.gateway.models()).length === 2);
  expect(await told('mine', 'NotAllowed: ')).toContain(
    'is shared with other namespaces: weight and rpm of litellm-params are not',
  );
  for (const row of await scene.gateway.models()) {
    expect(row.litellm_params.timeout).toBe(50);
    expect([row.litellm_params.weight, row.litellm_params.rpm]).toEqual([undefined, undefined]);
  }
  const answered = new Set<string>();
  await until('both answer', async () => {
    answered.add(`${(await scene.gateway.chat(name)).id?.split('.').slice(0, 2).join('.')}`);
    return answered.size === 2;
  });
  const answers = whoAnswersMeanwhile(scene.gateway, name);
  await scene.serve({ name: 'thief', namespace: others[1], annotations, served: ['m'] });
  await told('thief', 'NameConflict: ', others[1]);
  const wanted = [`${scene.namespace}.mine`, `${others[0]}.theirs`].sort();
  expect([...answered].sort()).toEqual(wanted);
  await scene.cluster.remove('mine', scene.namespace);
  await until('one is left', async () => (await scene.gateway.models()).length === 1);
  const seen = await answers.stop();
  // Not one failed, and none was the third's.
  expect(wanted).toEqual(expect.arrayContaining(Object.keys(seen)));
  expect((await scene.events('theirs', others[0])).some((event) => event.startsWith('NameConflict'))).toBe(false);
  expect(await violations(controller)).toContain(`${others[0]} litellm-params 1`);
});

test('32: an access group is joined where the namespace may, by those with the group alone, and left again', async () => {
  await start({ tenants: [{ namespace: scene.namespace, 'access-groups': ['research', 'beta'] }] });
  await scene.serve({ name: 'qwen', annotations: { 'model-name': 'qwen', 'access-groups': 'research' } });
  await scene.serve({ name: 'other', annotations: { 'model-name': 'other', 'access-groups': 'research, admins' } });
  await scene.serve({
    name: 'far',
    namespace: others[0],
    annotations: { 'model-name': 'far', 'access-groups': 'research' },
  });
  await listed('qwen');
  expect(await told('other', 'NotAllowed: ')).toContain(
    'access-groups: "admins" may not be joined from this namespace',
  );
  await told('far', 'NotAllowed: ', others[0]);
  const [seen, seenByBeta] = [await seenBy('research'), await seenBy('beta')];
  await until('the key sees it', async () => (await seen()).includes('qwen'));
  expect(await seenByBeta()).not.toContain('qwen');
  const [row] = await scene.gateway.models();
  expect(row?.model_name).toBe('qwen');
  await scene.apply({ name: 'qwen', annotations: { 'model-name': 'qwen', 'access-groups': 'beta' } });
  await until('the other key sees it', async () => (await seenByBeta()).includes('qwen'));
  await until('this one does not', async () => !(await seen()).includes('qwen'));
  // A PATCH, no other row.
  expect((await scene.gateway.models()).map(({ model_info: info }) => info.id)).toEqual([row?.model_info.id]);
  await scene.apply({ name: 'qwen', annotations: { 'model-name': 'qwen' } });
  await until('the key sees it no more', async () => !(await seenByBeta()).includes('qwen'), 30_000);
  expect(await scene.gateway.chat('qwen')).toMatchObject({ status: 200 });
});

test('32: a credential of LiteLLM is sent to the servers of those who may name it, and to no other', async () => {
  const canary = `canary-${randomBytes(12).toString('hex')}`;
  const name = `corp-${randomBytes(3).toString('hex')}`;
  const credential = { credential_name: name, credential_values: { api_key: canary }, credential_info: {} };
  expect(await scene.bed.litellm.request('POST', '/credentials', credential)).toMatchObject({ status: 200 });
  const controller = await start({ tenants: [{ namespace: scene.namespace, credentials: [name] }] });
  const annotations = { 'litellm-params': `litellm_credential_name: ${name}` };
  const may = await scene.serve({ name: 'may', annotations: { ...annotations, 'model-name': 'may' } });
  await scene.serve({ name: 'not', namespace: others[0], annotations: { ...annotations, 'model-name': 'not' } });
  expect(await told('not', 'NotAllowed: ', others[0])).toContain('litellm_credential_name');
  expect(await violations(controller)).toEqual([`${others[0]} credential 1`]);
  await listed('may');
  expect(await scene.gateway.chat('may')).toMatchObject({ status: 200 });
  expect(may.calls.at(-1)?.headers.authorization).toBe(`Bearer ${canary}`);
  // Where the namespace may not name it any more, the row goes though it stands.
  await controller.stop();
  const strict = await start({});
  await until('it is out', async () => (await scene.gateway.models()).length === 0);
  expect(await told('may', 'NotAllowed: ')).toContain('litellm_credential_name');
  await strict.stop();
  const again = await start({ tenants: [{ namespace: scene.namespace, credentials: [name] }] });
  await listed('may');
  expect(await scene.gateway.chat('may')).toMatchObject({ status: 200 });
  const last = async () => {
    await scene.gateway.chat('may');
    return may.calls.at(-1)?.headers.authorization;
  };
  // Without it LiteLLM would send a key of its own environment.
  expect(await scene.bed.litellm.request('DELETE', `/credentials/${name}`)).toMatchObject({ status: 200 });
  // Two lists that lack it tell, six seconds apart.
  expect(await told('may', 'RegistrationFailed: ', scene.namespace, 30_000)).toContain(
    `LiteLLM has no credential "${name}"`,
  );
  await until('a key that is none is sent', async () => (await last()) === 'Bearer not-needed', 30_000);
  const keyless = { credential_name: name, credential_values: { organization: 'x' }, credential_info: {} };
  expect(await scene.bed.litellm.request('POST', '/credentials', keyless)).toMatchObject({ status: 200 });
  await until(
    'that it holds no key is told',
    async () => (await scene.events('may')).some((event) => event.includes(`credential "${name}" holds no api_key`)),
    30_000,
  );
  expect(await last()).toBe('Bearer not-needed');
  expect(await scene.bed.litellm.request('DELETE', `/credentials/${name}`)).toMatchObject({ status: 200 });
  expect(await scene.bed.litellm.request('POST', '/credentials', credential)).toMatchObject({ status: 200 });
  await until('it is sent again', async () => (await last()) === `Bearer ${canary}`, 60_000);
  expect(canariesIn(may.calls)).toEqual([]);
  for (const one of [controller, strict, again]) expect(one.output()).not.toContain(canary);
  expect(await scene.bed.litellm.request('DELETE', `/credentials/${name}`)).toMatchObject({ status: 200 });
}, 180_000);

test('32: what is wrong with the file ends the start, with its line', async () => {
  await writeFile(
    file,
    'tenants:\n  - namespace: team-a\n    litellm-params: [region_name, api_base]\n  - public-names: x\n',
  );
  const args = [
    'run',
    `--kubeconfig=${scene.bed.kubernetes.kubeconfigPath}`,
    `--config=${file}`,
    '--listen=127.0.0.1:0',
  ];
  const { code, stderr } = await runProgram(args);
  expect(code).toBe(1);
  expect(stderr).toContain(
    'config.yaml:3: tenants[0].litellm-params[1] cannot be allowed to objects: it is the address of the object',
  );
  expect(stderr).toContain('config.yaml:4: tenants[1].namespace must be the name of a namespace');
  expect(stderr).toContain(
    'config.yaml:4: tenants[1].public-names must be a list of names or patterns such as search-*',
  );
});
