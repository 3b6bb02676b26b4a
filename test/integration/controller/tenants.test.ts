import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ask } from '../../contract/http.ts';
import { until } from '../../support/wait.ts';
import { type Controller, type Stage, startStage } from './harness.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await startStage();
});

afterEach(() => stage.close());

async function start(config: object, settings: Record<string, unknown> = {}): Promise<Controller> {
  const file = join(dirname(stage.keyFile), 'config.yaml');
  await writeFile(file, stringify(config));
  return stage.start(settings, file);
}

const namesIn = (namespace: string): string[] =>
  stage.litellm.rows().flatMap((row) => (row.model_id.startsWith(`${namespace}.`) ? [row.model_name] : []));
const told = (name: string, start: string, namespace?: string): boolean =>
  stage.events(name, namespace).some((event) => event.startsWith(start));
const credentials = (method: string, path: string, body?: object) =>
  ask({ url: stage.litellm.url, token: stage.litellm.masterKey }, method, `/credentials${path}`, body ? { body } : {});
const addCredential = (values: object) =>
  credentials('POST', '', { credential_name: 'corp', credential_values: values, credential_info: {} });
const CREDENTIAL = { 'model-name': 'chat', 'litellm-params': 'litellm_credential_name: corp' };
const MAY_NAME = { tenants: [{ namespace: 'a', credentials: ['corp'] }] };

async function figures(controller: Controller): Promise<string[]> {
  const text = await (await fetch(`${controller.url}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith('model_registrar_rights_violations{'));
}

test('whoever may not have a name keeps it from nobody, though his object is older', async () => {
  stage.serve({ namespace: 'b', name: 'squatter', annotations: { 'model-name': 'search-one' } });
  const second = Math.floor(Date.now() / 1000);
  // Kubernetes knows an object's age in whole seconds.
  await until('the next second has begun', () => Date.now() / 1000 >= second + 1);
  stage.serve({ namespace: 'a', name: 'one', annotations: { 'model-name': 'search-one' } });
  const controller = await start({ tenants: [{ namespace: 'b', 'public-names': ['b-*'] }] });
  await until('it is registered', () => namesIn('a').includes('search-one'));
  await until('the other is told', () => told('squatter', 'NotAllowed: ', 'b'));
  expect(namesIn('b')).toEqual([]);
  await until('it is counted', async () => (await figures(controller)).length === 1);
  expect(await figures(controller)).toEqual(['model_registrar_rights_violations{namespace="b",rule="public-name"} 1']);
});

test('what stands stays where a rule is made stricter, and a weight goes where a name becomes shared', async () => {
  const first = await start({});
  const annotations = { 'model-name': 'chat', 'litellm-params': 'weight: 5' };
  stage.serve({ namespace: 'a', name: 'one', annotations });
  await until('it is registered', () => namesIn('a').includes('chat'));
  await first.stop();
  const second = await start({ tenants: [{ namespace: 'a', 'public-names': ['a-*'] }] });
  await until('it is told', () => told('one', 'NotAllowed: ', 'a'));
  expect(namesIn('a')).toEqual(['chat']);
  await second.stop();
  await start({ 'shared-names': [{ name: 'chat', namespaces: ['a', 'b'] }] });
  stage.serve({ namespace: 'b', name: 'two', annotations });
  await until('both are there, without a weight', () => {
    const rows = stage.litellm.rows();
    return rows.length === 2 && rows.every((row) => row.litellm_params.weight === undefined);
  });
  expect([namesIn('a'), namesIn('b')]).toEqual([['chat'], ['chat']]);
});

test('a credential is named where LiteLLM has it and it holds a key; else nothing is sent in its place, and it comes back', async () => {
  await addCredential({ organization: 'someone' });
  stage.serve({ namespace: 'a', name: 'one', annotations: CREDENTIAL });
  await start(MAY_NAME);
  await until('it is told', () => told('one', 'RegistrationFailed: LiteLLM’s credential "corp" holds no api_key', 'a'));
  expect(stage.litellm.calls.count('new')).toBe(0);
  await credentials('DELETE', '/corp');
  await addCredential({ api_key: 'canary-of-the-credential' });
  // What was read is believed for five seconds.
  await until('it is registered', () => namesIn('a').includes('chat'), 15_000);
  expect(stage.litellm.rows()[0]?.litellm_params).toMatchObject({ litellm_credential_name: 'corp' });
  expect(stage.litellm.rows()[0]?.litellm_params).not.toHaveProperty('api_key');
  // A dip: its pods may serve all the same.
  stage.setStatus({ namespace: 'a', name: 'one', ready: 'False' });
  await credentials('DELETE', '/corp');
  const params = () => stage.litellm.rows()[0]?.litellm_params;
  // Two lists that lack it tell, each of which is believed for five seconds.
  await until('it gets a key that is none', () => params()?.api_key === 'not-needed', 30_000);
  expect(namesIn('a')).toEqual(['chat']);
  await addCredential({ api_key: 'canary-of-the-credential' });
  stage.setStatus({ namespace: 'a', name: 'one' });
  await until('it is as before', () => params() !== undefined && params()?.api_key === undefined, 30_000);
}, 120_000);

test('a row whose namespace may not name its credential any more goes, and no other does', async () => {
  await addCredential({ api_key: 'canary-of-the-credential' });
  const first = await start(MAY_NAME);
  stage.serve({ namespace: 'a', name: 'one', annotations: CREDENTIAL });
  stage.serve({ namespace: 'a', name: 'two', annotations: { 'model-name': 'two' } });
  await until('both are there', () => namesIn('a').length === 2);
  await first.stop();
  const second = await start({});
  await until('it is out', () => !namesIn('a').includes('chat'));
  await until('it is told', () => told('one', 'NotAllowed: ', 'a'));
  expect(namesIn('a')).toEqual(['two']);
  expect(JSON.stringify([second.logs, stage.events('one', 'a')])).not.toContain('canary');
});

test('where credentials cannot be read, what names one waits, is told why, and all else goes on', async () => {
  await addCredential({ api_key: 'canary-of-the-credential' });
  const fault = stage.litellm.faults.inject({
    on: 'credentials',
    times: Number.POSITIVE_INFINITY,
    effect: { kind: 'status', status: 401 },
  });
  await start(MAY_NAME);
  stage.serve({ namespace: 'a', name: 'one', annotations: CREDENTIAL });
  stage.serve({ namespace: 'a', name: 'two', annotations: { 'model-name': 'two' } });
  await until('the other is there', () => namesIn('a').includes('two'));
  await until('it is told', () =>
    told('one', 'RegistrationFailed: Whether LiteLLM has the credential "corp" cannot be told: LiteLLM refused', 'a'),
  );
  expect(namesIn('a')).toEqual(['two']);
  fault.lift();
  await until('it is registered', () => namesIn('a').includes('chat'));
});
