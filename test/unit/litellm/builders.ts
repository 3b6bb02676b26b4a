import { createHttp, type Http, type HttpOptions } from '../../../src/litellm/http.ts';
import { STAMP_KEY } from '../../../src/registration/stamp.ts';
import { entry, type RowWish } from '../registration/builders.ts';

/** A host that is nowhere: nock answers for it. */
export const VENDOR = 'http://litellm.test:4000';

/** Must never be seen in a message. */
export const CANARY = 'sk-canary-0123456789';

export function http(more: Partial<HttpOptions> = {}): Http {
  return createHttp({ url: VENDOR, key: { text: CANARY }, timeoutMs: 5_000, ...more });
}

/** A row of ours as LiteLLM's lists have it. */
export function listedRow(wish: RowWish = {}) {
  const { id, publicName, params, info, stamp } = entry(wish);
  const { api_key: _hidden, ...shown } = params;
  return {
    model_name: publicName,
    litellm_params: { ...shown, use_in_pass_through: false },
    model_info: { ...info, id, db_model: true, [STAMP_KEY]: JSON.parse(JSON.stringify(stamp)) },
  };
}

/** An error in the envelope of LiteLLM's own exceptions; of texts that it wraps, the code is a text and the type "auth_error". */
export function envelope(message: string, type = 'auth_error', code = '500') {
  return { error: { message, type, param: 'None', code } };
}

/** All that an error and what caused it would show in a log, whichever way it is written. */
export function everythingOf(error: unknown): string {
  const parts: string[] = [];
  for (let one = error; one instanceof Error; one = one.cause) {
    const own = Object.getOwnPropertyNames(one).map((key) => `${key}: ${String(Reflect.get(one as object, key))}`);
    parts.push(String(one), JSON.stringify(one), ...own);
  }
  return parts.join('\n');
}

/** The error that a call ends in. Fails where it ends in none. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => {
      throw new Error('no failure');
    },
    (error: unknown) => error,
  );
}
