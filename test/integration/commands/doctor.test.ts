import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { kserveKeys } from '../../../src/commands/annotations/index.ts';
import { DoctorDocument, examine as examineAll } from '../../../src/commands/doctor/index.ts';
import { readSettings } from '../../../src/config/index.ts';
import { type Bench, openBench } from './program.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
});

afterEach(() => bench.close());

/** Answers of LiteLLM 1.106.0 to what tells the rights of a key, as the real one gave them. */
const RIGHTS = {
  admin: [
    404,
    { error: { message: 'Model x not found on proxy.', type: 'not_found_error', param: null, code: '404' } },
  ],
  user: [401, { error: { message: 'Authentication Error, Only proxy admin can be used to …', type: 'auth_error' } }],
  viewer: [403, { error: { message: 'user not allowed to access this route, role= …', type: 'auth_error' } }],
  noDatabase: [500, { detail: { error: 'DB not connected. This endpoint needs a database; set DATABASE_URL …' } }],
  notStored: [
    400,
    { error: { message: 'Model updates only supported for DB-stored models', type: 'validation_error' } },
  ],
  older: [404, { detail: 'Not Found' }],
  ingress: [503, { message: 'no healthy upstream' }],
} as const;

interface World {
  allowed?: boolean;
  rights?: keyof typeof RIGHTS;
  reloadSeconds?: number;
  database?: string;
  version?: string;
  /** Rows of the database that LiteLLM does not serve. */
  stored?: object[];
  kserveList?: string[];
  /** What stands in KServe’s ConfigMap in place of its JSON. */
  kserveText?: string;
}

/** Makes both servers answer what the sandbox does not know by itself. */
function set(world: World): void {
  const { allowed = true, rights = 'admin', reloadSeconds = 30, database = 'connected', stored = [] } = world;
  const review = { kind: 'SelfSubjectAccessReview', status: { allowed } };
  answer(bench.kubernetes, /selfsubjectaccessreviews/, 201, review);
  answer(bench.kubernetes, /selfsubjectreviews/, 201, { status: { userInfo: { username: 'someone' } } });
  answer(bench.kubernetes, /^\/version/, 200, { gitVersion: 'v1.36.3' });
  const [status, body] = RIGHTS[rights];
  answer(bench.litellm, /^\/model\/unblock/, status, body);
  answer(bench.litellm, /search=%25/, 200, { data: stored });
  const interval = {
    field_name: 'proxy_config_reload_interval_seconds',
    field_value: null,
    field_default_value: reloadSeconds,
  };
  answer(bench.litellm, /^\/config\/list/, 200, [
    { field_name: 'x', field_value: 1, field_default_value: null },
    interval,
  ]);
  answer(bench.litellm, /readiness\/details/, 200, { litellm_version: world.version ?? '1.106.0' });
  answer(bench.litellm, /^\/health\/readiness$/, 200, { status: 'healthy', db: database });
  const list = world.kserveList ?? kserveKeys([]);
  bench.kubernetes.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'kserve', name: 'inferenceservice-config' },
    data: { inferenceService: world.kserveText ?? JSON.stringify({ serviceAnnotationDisallowedList: list }) },
  });
}

function answer({ faults }: Pick<Bench['kubernetes'], 'faults'>, path: RegExp, status: number, body: object): void {
  faults.inject({ path, effect: { kind: 'status', status, body }, times: Number.POSITIVE_INFINITY });
}

/** What doctor finds: the checks by id, those that are not fine apart. */
async function examine(flags: Record<string, string | undefined> = {}, file?: string) {
  const { kubeconfig, keyFile } = bench;
  const litellm = { 'litellm-url': bench.litellm.url, 'litellm-key-file': keyFile };
  const settings = readSettings({
    flags: { kubeconfig, ...litellm, 'owner-id': 'prod', ...flags },
    environment: {},
    file,
  });
  const found = await examineAll(settings, undefined, 'default');
  expect(JSON.stringify(found)).not.toContain(bench.litellm.masterKey);
  const { checks, ...counts } = DoctorDocument.parse(found);
  const troubles = checks
    .filter(({ status }) => status !== 'ok')
    .map(({ id, status, says, remedy = '' }) => [id, { status, text: `${says} ${remedy}` }]);
  return {
    ids: checks.map(({ id }) => id),
    troubles: Object.fromEntries(troubles) as Record<string, { status: string; text: string }>,
    ...counts,
  };
}

const HINT = {
  'model-info-refresh': { status: 'skipped', text: expect.stringContaining('disable_model_info_refresh: true') },
};

test('doctor finds all in order, and writes nothing', async () => {
  set({});
  const { ids, troubles, failed, warnings } = await examine();
  expect({ troubles, failed, warnings }).toEqual({ troubles: HINT, failed: 0, warnings: 0 });
  expect(ids.join(' ')).toBe(
    'kubernetes crd-inference-service rights-inference-service rights-events rights-serving-runtimes rights-secrets ' +
      'kserve-annotations owner-id litellm key database key-admin version salt-key rows settle model-info-refresh',
  );
  const posts = [...bench.kubernetes.calls.list(), ...bench.litellm.calls.list()].filter(
    ({ method }) => method !== 'GET',
  );
  expect(new Set(posts.map(({ path }) => path.split('/').at(-1)))).toEqual(
    new Set(['selfsubjectreviews', 'selfsubjectaccessreviews', 'unblock']),
  );
});

test('doctor looks whether LiteLLM has the credentials that objects may name', async () => {
  set({});
  const file = join(dirname(bench.keyFile), 'config.yaml');
  const tenant = { namespace: 'a', credentials: ['corp', 'keyless', 'gone'] };
  await writeFile(file, JSON.stringify({ tenants: [tenant] }));
  const stored = (names: string[]) => ({
    credentials: names.map((name) => ({
      credential_name: name,
      credential_values: name === 'keyless' ? {} : { api_key: 'ca****ry' },
    })),
  });
  answer(bench.litellm, /^\/credentials/, 200, stored(['corp', 'keyless']));
  const { troubles, warnings } = await examine({}, file);
  expect(warnings).toBe(1);
  expect(troubles.credentials).toEqual({
    status: 'warning',
    text: expect.stringMatching(/, "keyless" holds no api_key, "gone" is not there: .* Add them in LiteLLM/),
  });
  await writeFile(file, JSON.stringify({ tenants: [{ ...tenant, credentials: ['corp'] }] }));
  expect(await examine({}, file)).toMatchObject({ troubles: HINT, ids: expect.arrayContaining(['credentials']) });
  bench.litellm.faults.clear();
  set({});
  answer(bench.litellm, /^\/credentials/, 401, { error: { message: 'canary' } });
  const { troubles: untold } = await examine({}, file);
  expect(untold.credentials).toEqual({ status: 'skipped', text: expect.stringContaining('refused the key') });
  expect(JSON.stringify(untold)).not.toContain('canary');
});

test('doctor exits with 0 where all is in order', async () => {
  set({});
  const { code, stdout, stderr } = await bench.runBoth('doctor', '--owner-id=prod', '-o', 'json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(DoctorDocument.parse(JSON.parse(stdout))).toMatchObject({ failed: 0, warnings: 0 });
});

test('doctor prints a checklist with the remedy below each trouble', async () => {
  set({ rights: 'user', kserveList: [] });
  const { code, stdout } = await bench.runBoth('doctor', '--owner-id=prod');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^Kubernetes\n {2}✓ +API server +https?:\/\/\S+ answers, version v1\.36\.3, as someone\.$/m);
  expect(stdout).toMatch(
    /^ {2}! +Annotations without a restart .*lacks 18 of our keys.*\n +→ .*annotations --kserve --apply\.$/m,
  );
  expect(stdout).toMatch(/^LiteLLM\n {2}✓ /m);
  expect(stdout).toMatch(/^ {2}✗ +Key’s rights +.*\n +→ Use the key of a user with the role proxy_admin/m);
  expect(stdout).toMatch(/^1 check failed; 1 warning\.$/m);
});

describe('doctor names what is wrong, and the remedy', () => {
  const encrypted = {
    model_name: 'lost',
    litellm_params: { model: `${'Ab-_'.repeat(18)}==` },
    model_info: { id: 'lost-1' },
  };
  const silent = { model_name: 'silent', litellm_params: { model: 'nobody/x' }, model_info: { id: 'silent-1' } };

  test.each<[string, World, string, 'failed' | 'warning' | 'skipped', RegExp]>([
    [
      'no rights',
      { allowed: false },
      'rights-inference-service',
      'failed',
      /may not list, watch and get inferenceservices.*manifests/,
    ],
    ['no rights', { allowed: false }, 'rights-events', 'warning', /may not create and patch events.*manifests/],
    ['no rights', { allowed: false }, 'rights-secrets', 'skipped', /only objects with api-key-secret/],
    [
      'a key of no administrator',
      { rights: 'user' },
      'key-admin',
      'failed',
      /not that of an administrator.*proxy_admin/,
    ],
    [
      'a key that may only look',
      { rights: 'viewer' },
      'key-admin',
      'failed',
      /not that of an administrator.*proxy_admin/,
    ],
    ['a LiteLLM that does not tell', { rights: 'older' }, 'key-admin', 'skipped', /does not tell.*proxy_admin/],
    [
      'no database',
      { rights: 'noDatabase', database: 'Not connected' },
      'database',
      'failed',
      /without a database.*DATABASE_URL/,
    ],
    [
      'no store_model_in_db',
      { rights: 'notStored' },
      'database',
      'failed',
      /store_model_in_db is off.*STORE_MODEL_IN_DB=True/,
    ],
    [
      'another salt key',
      { stored: [encrypted] },
      'salt-key',
      'failed',
      /cannot decrypt 1 row.*"lost".*LITELLM_SALT_KEY back/,
    ],
    ['rows that are not served', { stored: [silent] }, 'unserved', 'warning', /1 row .* is not served: "silent".*log/],
    [
      'a long reload interval',
      { reloadSeconds: 90 },
      'settle',
      'warning',
      /every 90 s, and --settle is 60 s.*--settle to 180s/,
    ],
    ['an old version', { version: '1.60.2' }, 'version', 'warning', /1\.60\.2 is older.*Update LiteLLM/],
    ['an old version with a v', { version: 'v1.60.2-stable' }, 'version', 'warning', /v1\.60\.2-stable is older/],
    ['a version of no number', { version: 'v1.x' }, 'version', 'skipped', /v1\.x is no version that can be compared/],
    [
      'an ingress with nothing behind it',
      { rights: 'ingress' },
      'key-admin',
      'failed',
      /not there behind its address.*proxy is running/i,
    ],
    ['annotations that restart', { kserveList: ['x'] }, 'kserve-annotations', 'warning', /lacks 18.*--kserve --apply/],
    [
      'a broken ConfigMap',
      { kserveText: '{ "a": ' },
      'kserve-annotations',
      'failed',
      /is no JSON.* Mend it with kubectl/,
    ],
    ['another', { kserveText: '[]' }, 'kserve-annotations', 'failed', /is no JSON object.* Mend it with kubectl/],
  ])('%s: %o', async (_case, world, id, status, said) => {
    set(world);
    const { troubles, failed } = await examine();
    expect(troubles[id]).toEqual({ status, text: expect.stringMatching(said) });
    expect(failed).toBe(Object.values(troubles).filter((trouble) => trouble.status === 'failed').length);
  });

  test('no CRD', async () => {
    bench.kubernetes.uninstall('InferenceService');
    set({});
    expect((await examine()).troubles).toEqual({
      ...HINT,
      'crd-inference-service': {
        status: 'failed',
        text: expect.stringMatching(/serves no inferenceservices\.serving\.kserve\.io.*Install KServe/),
      },
    });
  });

  test('a database that is down, and a key that LiteLLM does not know', async () => {
    bench.litellm.setDatabaseDown(true);
    const down = await examine();
    expect(down.troubles.database).toEqual({
      status: 'failed',
      text: expect.stringMatching(/lost its database.*back/),
    });
    bench.litellm.setDatabaseDown(false);
    await writeFile(bench.keyFile, 'sk-another');
    const unknown = await examine();
    expect(unknown.troubles.key).toEqual({
      status: 'failed',
      text: expect.stringMatching(/refused the key.*--litellm-key-file/),
    });
  });

  test('no LiteLLM, no cluster, no owner id: the rest is looked at all the same', async () => {
    set({});
    const nobody = await examine({ 'litellm-url': 'http://127.0.0.1:1', 'owner-id': undefined });
    expect(nobody.troubles).toEqual({
      'owner-id': { status: 'warning', text: expect.stringMatching(/uid of the namespace kube-system.*--owner-id/) },
      litellm: { status: 'failed', text: expect.stringMatching(/cannot be reached.*--litellm-url/) },
    });
    const homeless = await examine({ kubeconfig: '/nowhere' });
    expect(homeless.troubles).toEqual({
      ...HINT,
      kubernetes: { status: 'failed', text: expect.stringMatching(/does not exist.*--kubeconfig/) },
    });
  });
});
