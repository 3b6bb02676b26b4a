import { z } from 'zod';

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

const A_DURATION = 'must be a duration such as 500ms, 60s, 10m or 1h';
const AN_ADDRESS = 'must be an http:// or https:// address';
const A_LISTEN_ADDRESS = 'must be an address such as :8080 or 127.0.0.1:8080';
const A_SHARE = 'must be a number from 0 to 1, such as 0.5';
const AN_OWNER_ID = 'must be 1 to 63 letters, digits, ".", "_" or "-"';
const AN_OBJECT_NAME = 'must be the name of an object: lower-case letters, digits, "-" and "."';
const A_SELECTOR = 'must be a selector of labels such as team=search,stage!=test,tier in (a,b),!legacy';
const A_NAMESPACE = 'must be the name of a namespace: lower-case letters, digits and "-"';

/** A file, a name: any text that is not empty. */
export const text = z.string('must be text').min(1, 'must not be empty');

/** A file that holds a key. LiteLLM's keys begin with `sk-`: whoever gives one in the place of its file must not find it in logs. */
export const keyFile = text.refine(
  (value) => !value.startsWith('sk-'),
  'must be a file that holds the key, not the key itself',
);

/** Node's timers fire at once for anything longer. */
const LONGEST_MS = 2 ** 31 - 1;

/** `500ms`, `60s`, `10m`, `1h`, or several in a row (`1m30s`), as whole milliseconds. */
export const duration = z
  .string(A_DURATION)
  .regex(/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/, { error: A_DURATION, abort: true })
  .transform((text) => Math.round(milliseconds(text)))
  .refine((ms) => ms <= LONGEST_MS, 'must be at most 596h');

/** A duration that cannot be 0: what is done so often, or waited for so long. */
export const interval = duration.refine((ms) => ms > 0, 'must be longer than 0');

function milliseconds(text: string): number {
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0),
    0,
  );
}

/** `true` or `false`, as text or as such. */
export const flag = z
  .union([z.boolean(), z.enum(['true', 'false', '1', '0'])], 'must be true or false')
  .transform((value) => value === true || value === 'true' || value === '1');

/** An http or https address without credentials, query or fragment; the trailing slash is dropped. */
export const httpUrl = z
  .string(AN_ADDRESS)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
    error: AN_ADDRESS,
    abort: true,
  })
  .refine((text) => {
    const { username, password, search, hash } = new URL(text);
    return !username && !password && !search && !hash;
  }, 'must not hold credentials, a query or a fragment')
  .transform((text) => text.replace(/\/+$/, ''));

/** `:8080`, `127.0.0.1:8080` or `[::1]:8080`. */
export const listenAddress = z
  .string(A_LISTEN_ADDRESS)
  .regex(/^(?:\[[0-9a-fA-F:]+\]|[^\s:[\]]*):\d{1,5}$/, A_LISTEN_ADDRESS)
  .refine((text) => Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535, 'must end in a port of at most 65535');

/** A part of a whole, from 0 to 1. */
export const share = z
  .string(A_SHARE)
  .regex(/^(?:0|1|0?\.\d+|1\.0+|0\.\d+)$/, A_SHARE)
  .transform(Number);

/** The name of an installation, as it stands in every row. */
export const ownerId = z.string(AN_OWNER_ID).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, AN_OWNER_ID);

/** What stands in a Lease is whole seconds; the waits that are parts of it need some. */
export const leaseDuration = duration.refine(
  (ms) => ms >= 2_000 && ms % 1_000 === 0,
  'must be 2s or more, in whole seconds',
);

/** The name of a Kubernetes object. */
export const objectName = z
  .string(AN_OBJECT_NAME)
  .regex(/^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/, AN_OBJECT_NAME);

/** A Kubernetes namespace. */
export const namespace = z.string(A_NAMESPACE).regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, A_NAMESPACE);

const VALUE = '(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?';
const KEY = `(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?`;
const REQUIREMENT = [
  `!\\s*${KEY}`,
  KEY,
  `${KEY}\\s*(?:==?|!=)\\s*${VALUE}`,
  `${KEY}\\s+(?:in|notin)\\s*\\(\\s*${VALUE}(?:\\s*,\\s*${VALUE})*\\s*\\)`,
  `${KEY}\\s*[<>]\\s*\\d+`,
].join('|');
const SELECTOR = new RegExp(`^\\s*(?:${REQUIREMENT})\\s*(?:,\\s*(?:${REQUIREMENT})\\s*)*$`);

/** A label selector as the API server takes it: labels.Parse of Kubernetes' apimachinery. */
export const labelSelector = z.string(A_SELECTOR).max(4_096, A_SELECTOR).regex(SELECTOR, A_SELECTOR);
