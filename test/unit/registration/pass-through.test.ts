import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayPass, readPassThrough } from '../../../src/registration/pass-through.ts';
import { PASS_THROUGH_INFO, PASS_THROUGH_PARAMS } from '../../../src/registration/pass-through-table.ts';
import { NEVER_ALLOWED } from '../../../src/registration/rights.ts';

const PARAMS = new Set(PASS_THROUGH_PARAMS.map(({ key }) => key));
const INFO = new Set(PASS_THROUGH_INFO.map(({ key }) => key));

describe('the tables', () => {
  it('hold each key once, and none in both', () => {
    expect(PARAMS.size).toBe(PASS_THROUGH_PARAMS.length);
    expect(INFO.size).toBe(PASS_THROUGH_INFO.length);
    expect([...PARAMS].filter((key) => INFO.has(key))).toEqual([]);
  });

  it.each([
    'model',
    'api_base',
    'base_url',
    'api_key',
    'api_version',
    'custom_llm_provider',
    'litellm_credential_name',
    'organization',
    'extra_headers',
    'headers',
    'default_headers',
    'extra_body',
    'mock_response',
    'fallbacks',
    'callbacks',
    'success_callback',
    'guardrails',
    'use_litellm_proxy',
    'use_in_pass_through',
    'configurable_clientside_auth_params',
    'aws_access_key_id',
    'vertex_credentials',
    'max_budget',
    'tags',
    'model_info',
    'auto_router_config_path',
    'ssl_verify',
    '__proto__',
    'constructor',
  ])('hold nothing that changes where a call goes or with what: %s', (key) => {
    expect(mayPass('params', key, 'x')).toBe(false);
    expect(readPassThrough('params', JSON.stringify({ [key]: 'x' })).problems).toHaveLength(1);
  });

  it.each([
    'id',
    'db_model',
    'team_id',
    'team_public_model_name',
    'access_groups',
    'access_windows',
    'blocked',
    'base_model',
    'tier',
    'model_registrar',
    'mode',
    'max_tokens',
  ])('hold nothing that grants, routes or is ours: %s', (key) => {
    expect(mayPass('info', key, true)).toBe(false);
    expect(readPassThrough('info', `${key}: true`).problems).toHaveLength(1);
  });
});

describe('readPassThrough', () => {
  it('takes what may pass', () => {
    const text =
      'rpm: 600\ntimeout: 12.5\ndrop_params: true\ninput_cost_per_token: 0.000001\nadditional_drop_params: [user]';
    expect(readPassThrough('params', text)).toEqual({
      values: {
        rpm: 600,
        timeout: 12.5,
        drop_params: true,
        input_cost_per_token: 0.000_001,
        additional_drop_params: ['user'],
      },
      problems: [],
    });
    expect(readPassThrough('info', 'supports_vision: true\ndescription: Run by team A.').values).toEqual({
      supports_vision: true,
      description: 'Run by team A.',
    });
  });

  it.each([
    ['params', 'api_base: http://evil', /"api_base" may not be set here \(the address is that of the object/],
    ['params', 'api_key: canary', /"api_key" may not be set here \(use the annotation api-key-secret\)/],
    ['params', 'supports_vision: true', /"supports_vision" may not be set here \(use model-info\)/],
    ['info', 'rpm: 1', /"rpm" may not be set here \(use litellm-params\)/],
    ['params', 'litellm_credential_name: canary', /is not allowed for the namespace: the administrator can allow it/],
    ['params', '"canary key": 1', /the key that is no plain name may not be set here/],
    ['params', 'rpm: os.environ/canary', /rpm must be a whole number from 1/],
    ['params', 'rpm: 0', /rpm must be/],
    ['params', 'rpm: 1.5', /rpm must be/],
    ['params', 'rpm: null', /rpm must be/],
    ['params', 'rpm: .inf', /rpm must be/],
    ['params', 'timeout: -1', /timeout must be/],
    ['params', 'input_cost_per_token: -1', /input_cost_per_token must be US dollars/],
    ['params', 'drop_params: "true"', /drop_params must be true or false/],
    ['params', 'additional_drop_params: [os.environ/canary]', /additional_drop_params must be/],
    ['info', 'description: os.environ/canary', /description must be/],
    ['info', 'description: " OS.ENVIRON/canary"', /description must be/],
    ['info', 'description: "a\\0canary"', /description must be/],
    ['info', 'description: {a: canary}', /description must be/],
  ] as const)('%s: refuses %s, and never repeats the value', (place, text, problem) => {
    const { values, problems } = readPassThrough(place, text);
    expect(values).toEqual({});
    expect(problems.map(({ message }) => message)).toEqual([expect.stringMatching(problem)]);
    expect(JSON.stringify(problems)).not.toContain('canary');
  });

  describe('with more than the closed list', () => {
    const rights = {
      accessGroups: [],
      params: ['region_name', 'extra_body'],
      info: ['team_contact'],
      credentials: ['corp'],
    };

    it('lets the keys pass that the administrator allows, in their place', () => {
      const text = 'region_name: eu\nextra_body: {a: [1]}\nrpm: 5';
      const values = { region_name: 'eu', extra_body: { a: [1] }, rpm: 5 };
      expect(readPassThrough('params', text, rights)).toEqual({ values, problems: [] });
      expect(readPassThrough('info', 'team_contact: a', rights).values).toEqual({ team_contact: 'a' });
      expect(readPassThrough('info', 'region_name: eu', rights).problems).toHaveLength(1);
    });

    it.each([
      'region_name: os.environ/canary',
      'extra_body: {a: [" OS.ENVIRON/canary"]}',
      'extra_body: {"os.environ/canary": 1}',
    ])('lets no value refer to LiteLLM’s environment, wherever it stands: %s', (text) => {
      const { values, problems } = readPassThrough('params', text, rights);
      expect(values).toEqual({});
      expect(problems).toEqual([{ message: expect.stringContaining('refers to the environment of LiteLLM') }]);
      expect(JSON.stringify(problems)).not.toContain('canary');
    });

    it('lets a credential be named that is allowed, and no other', () => {
      const named = (name: string) => readPassThrough('params', `litellm_credential_name: ${name}`, rights);
      expect(named('corp').values).toEqual({ litellm_credential_name: 'corp' });
      expect(named('canary').problems).toEqual([{ message: expect.any(String), rule: 'credential' }]);
      expect(named('[corp]').problems).toEqual([
        { message: 'litellm_credential_name must be the name of a credential' },
      ]);
    });

    it.each(['region_name: null', 'extra_body: {a: [1, null]}'])(
      'lets no null pass, which LiteLLM does not keep: %s',
      (text) => {
        const { values, problems } = readPassThrough('params', text, rights);
        expect(values).toEqual({});
        expect(problems).toEqual([{ message: expect.stringContaining('must hold no null') }]);
      },
    );

    it.each([
      ...[...NEVER_ALLOWED.params.keys()].map((key) => ['params', key] as const),
      ...[...NEVER_ALLOWED.info.keys(), 'input_cost_per_token'].map((key) => ['info', key] as const),
    ])('never lets the %s %s pass, whatever a list says', (place, key) => {
      const careless = { ...rights, params: [key], info: [key], credentials: [] };
      const { values, problems } = readPassThrough(place, `${key}: x`, careless);
      expect(values).toEqual({});
      expect(problems).toHaveLength(1);
      expect(problems[0]?.message).not.toContain('the administrator can allow it for the namespace');
    });

    it('says of a plain key that it could be allowed', () => {
      expect(readPassThrough('params', 'api_version: x').problems).toEqual([
        {
          message: 'the key "api_version" may not be set here (the administrator can allow it for the namespace)',
          rule: 'litellm-params',
        },
      ]);
    });
  });

  it('gives nothing of a map in which one value is wrong', () => {
    expect(readPassThrough('params', 'rpm: 600\ntpm: none').values).toEqual({});
  });

  it('never lets anything out that is not in the tables, or a name of LiteLLM’s environment', () => {
    const known = fc.constantFrom(...PARAMS, ...INFO);
    const key = fc.oneof(known, fc.string(), fc.constantFrom('api_key', 'api_base', 'model', 'id', '__proto__'));
    const leaf = fc.oneof(
      fc.string(),
      fc.double(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constant('os.environ/LITELLM_MASTER_KEY'),
    );
    const value = fc.oneof(leaf, fc.array(leaf), fc.dictionary(fc.string(), leaf));
    fc.assert(
      fc.property(fc.constantFrom('params', 'info'), fc.array(fc.tuple(key, value)), (place, pairs) => {
        const text = JSON.stringify(Object.fromEntries(pairs));
        const { values } = readPassThrough(place, text);
        const table = place === 'params' ? PARAMS : INFO;
        expect(Object.keys(values).filter((one) => !table.has(one))).toEqual([]);
        expect(JSON.stringify(values).toLowerCase()).not.toContain('"os.environ/');
        expect(JSON.stringify(values)).not.toContain('null');
      }),
    );
  });

  it('agrees with mayPass', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PARAMS), fc.jsonValue({ maxDepth: 1 }), (key, value) => {
        expect(readPassThrough('params', JSON.stringify({ [key]: value })).problems.length === 0).toBe(
          mayPass('params', key, value),
        );
      }),
    );
  });
});
