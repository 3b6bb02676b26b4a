import { afterEach, describe, expect, it } from 'vitest';
import type { Fields } from '../../src/sandbox/fields.ts';
import { objectsAt } from './http.ts';
import { clientOf, fresh, type LiteLlmSetting } from './litellm-target.ts';

/** Credentials that LiteLLM keeps itself, and rows that name one. */
export function describeCredentials(setting: LiteLlmSetting): void {
  const client = clientOf(setting);
  const made = new Set<string>();
  const secret = () => fresh('canary');
  const add = async (values: Fields) => {
    const name = fresh('credential');
    made.add(name);
    const body = { credential_name: name, credential_values: values, credential_info: {} };
    return { name, answered: await client.call('POST', '/credentials', body) };
  };
  const drop = (name: string) => client.call('DELETE', `/credentials/${name}`);
  const listed = async (name: string): Promise<Fields | undefined> =>
    objectsAt((await client.call('GET', '/credentials')).json, 'credentials').find(
      (one) => one.credential_name === name,
    );
  /** A row without a key of its own. */
  const naming = (credential: string, params: Fields = {}) =>
    client.made({ params: { api_key: undefined, litellm_credential_name: credential, ...params } });
  const sent = () => setting.modelServer().calls.at(-1)?.authorization;

  afterEach(async () => {
    for (const name of made) await drop(name);
    made.clear();
  });

  describe('a credential', () => {
    it('is listed by its name, with its values masked', async () => {
      const key = secret();
      const { name, answered } = await add({ api_key: key });
      expect(answered.status).toBe(200);
      const values = (await listed(name))?.credential_values as Fields;
      expect(values.api_key).toEqual(expect.stringMatching(/^.+$/));
      expect(JSON.stringify(await client.call('GET', '/credentials'))).not.toContain(key);
    });

    it('may hold no key, and the list shows that; an empty one is shown as five stars, as a very short one is', async () => {
      const other = await add({ organization: 'someone' });
      expect((await listed(other.name))?.credential_values).not.toHaveProperty('api_key');
      const empty = await add({ api_key: '' });
      expect((await listed(empty.name))?.credential_values).toEqual({ api_key: '*****' });
      const short = await add({ api_key: 'abcd' });
      expect((await listed(short.name))?.credential_values).toEqual({ api_key: '*****' });
    });

    it('that is there already is refused, and one that is not there cannot be deleted', async () => {
      const { name } = await add({ api_key: secret() });
      const body = { credential_name: name, credential_values: { api_key: secret() }, credential_info: {} };
      expect((await client.call('POST', '/credentials', body)).status).toBe(409);
      expect((await drop(fresh('nobody'))).status).toBe(404);
    });

    it('is sent to the server of a row that names it, unless the row has a key of its own', async () => {
      const key = secret();
      const { name } = await add({ api_key: key });
      const row = await naming(name);
      expect((await client.chat(row.name)).status).toBe(200);
      expect(sent()).toBe(`Bearer ${key}`);
      const keyed = await naming(name, { api_key: 'of-the-row' });
      expect((await client.chat(keyed.name)).status).toBe(200);
      expect(sent()).toBe('Bearer of-the-row');
    });

    it('that was deleted is listed no more, and calls run on without it', async () => {
      const key = secret();
      const { name } = await add({ api_key: key });
      const row = await naming(name);
      expect((await drop(name)).status).toBe(200);
      expect(await listed(name)).toBeUndefined();
      expect((await client.chat(row.name)).status).toBe(200);
      expect(sent()).not.toBe(`Bearer ${key}`);
    });

    it('cannot be named in a change of a row before it is there', async () => {
      const { id } = await client.made();
      const answered = await client.patch(id, {
        litellm_params: { litellm_credential_name: fresh('nobody') },
        model_info: { id },
      });
      expect(answered.status).toBe(400);
    });

    it('is not listed for others than admins', async () => {
      const { name } = await add({ api_key: secret() });
      const answered = await client.call('GET', '/credentials', undefined, setting.target().userKey);
      expect(answered.status).toBe(401);
      expect(answered.text).not.toContain(name);
    });
  });
}
