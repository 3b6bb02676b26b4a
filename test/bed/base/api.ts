import { readFile } from 'node:fs/promises';
import { Agent, get } from 'node:https';
import { json } from 'node:stream/consumers';

/** Reads of the bed's API server, as the administrator. */
export interface Api {
  /** One GET; undefined where there is no such thing. Rejects on any other status, and without an answer. */
  get(path: string): Promise<unknown>;
}

/** Opens connections to the bed's API server, which stay open from call to call. */
export async function openApi(kubernetes: { server: string; caFile: string; adminToken: string }): Promise<Api> {
  const agent = new Agent({ keepAlive: true, ca: await readFile(kubernetes.caFile), timeout: 5_000 });
  const headers = { authorization: `Bearer ${kubernetes.adminToken}` };
  return {
    get: (path) => {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const asked = get(`${kubernetes.server}${path}`, { agent, headers }, (answer) => {
        const { statusCode } = answer;
        if (statusCode === 200) return json(answer).then(resolve, reject);
        answer.resume();
        if (statusCode === 404) return resolve(undefined);
        reject(new Error(`GET ${path}: ${statusCode}`));
      });
      asked.once('error', reject);
      asked.once('timeout', () => asked.destroy(new Error(`GET ${path}: no answer`)));
      return promise;
    },
  };
}
