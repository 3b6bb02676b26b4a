import type { Settings } from '../../config/index.ts';
import {
  createClient,
  createHttp,
  createProbe,
  type Http,
  LITELLM_ERRORS,
  type Management,
} from '../../litellm/index.ts';
import { visible } from '../../registration/index.ts';
import { counted } from '../output.ts';
import { litellmAccess } from '../wiring/index.ts';
import { type Finding, failed, failure, ok, skipped, warning } from './check.ts';
import { examineCredentials } from './credentials.ts';
import type { Note } from './kubernetes.ts';
import { examineRows } from './rows.ts';

/** The version that all of it was measured on, and the oldest that was tried. */
const TESTED = '1.106.0';
const OLDEST: readonly [number, number] = [1, 98];

const USE_DATABASE = 'Set DATABASE_URL and STORE_MODEL_IN_DB=True for LiteLLM, and restart it.';

const { says: IS_DOWN, more: UNTIL } = LITELLM_ERRORS['database-down'];
const DOWN = failed(`LiteLLM ${IS_DOWN}.`, UNTIL);

/** Looks at LiteLLM. Nothing is written to it. */
export async function examineLiteLlm(settings: Settings, owner: string | undefined, note: Note): Promise<void> {
  let http: Http;
  try {
    http = createHttp(litellmAccess(settings));
  } catch (error) {
    return note('litellm', 'LiteLLM', failure(error));
  }
  try {
    await examine(http, settings, owner, note);
  } finally {
    await http.close();
  }
}

async function examine(http: Http, settings: Settings, owner: string | undefined, note: Note): Promise<void> {
  const probe = createProbe(http);
  const state = await probe.database().catch(failure);
  if (typeof state !== 'string') return note('litellm', 'LiteLLM', state);
  note('litellm', 'LiteLLM', ok(`${settings['litellm-url']} answers.`));
  if (state === 'down') return note('database', 'Database', DOWN);
  const rows = await createClient(http).list().catch(failure);
  if (!Array.isArray(rows)) return note('key', 'Key', rows);
  note('key', 'Key', ok(`LiteLLM knows the key, and shows it ${counted(rows.length, 'model')}.`));
  const management = state === 'none' ? 'no-database' : await probe.management().catch(failure);
  if (typeof management !== 'string') return note('key-admin', 'Key’s rights', management);
  noteManagement(management, note);
  note('version', 'Version', judgeVersion(await optional(probe.version())));
  if (DATABASE_TROUBLE[management]) return;
  await examineCredentials(http, settings, note);
  examineRows(rows, (await optional(probe.stored())) ?? [], owner, note);
  note('settle', 'Reload interval', judgeSettle(await optional(probe.reloadSeconds()), settings.settle));
  note(
    'model-info-refresh',
    'Scale to zero',
    skipped(
      'Whether LiteLLM asks each model server for its models every five minutes cannot be read from outside.',
      'Where models scale to zero, set general_settings.disable_model_info_refresh: true for LiteLLM, else it wakes them.',
    ),
  );
}

/** What keeps models from being held at all; the key is of no account then. */
const DATABASE_TROUBLE: Partial<Record<Management, Finding>> = {
  'no-database': failed(
    'LiteLLM runs without a database: it can hold no model but those of its config file.',
    USE_DATABASE,
  ),
  'not-stored': failed('LiteLLM has a database, and keeps no models in it: store_model_in_db is off.', USE_DATABASE),
  'database-down': DOWN,
};

function noteManagement(management: Management, note: Note): void {
  const trouble = DATABASE_TROUBLE[management];
  const fine =
    management === 'untold' ? skipped('This version of LiteLLM does not tell.') : ok('Models are kept in it.');
  note('database', 'Database', trouble ?? fine);
  if (!trouble) note('key-admin', 'Key’s rights', judgeKey(management));
}

function judgeKey(management: Management): Finding {
  if (management === 'admin') return ok('The key may change models.');
  if (management === 'not-admin') {
    return failed(
      'The key is not that of an administrator, or its routes are limited: LiteLLM lets it change no models.',
      'Use the key of a user with the role proxy_admin, without limited routes.',
    );
  }
  return skipped(
    'This version of LiteLLM does not tell without a write whether the key may change models.',
    'See that it is the key of a user with the role proxy_admin.',
  );
}

function judgeVersion(version: string | undefined): Finding {
  if (version === undefined) return skipped('LiteLLM does not tell its version to this key.');
  const [, major, minor] = (/^v?(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  if (major === undefined || minor === undefined)
    return skipped(`${visible(version)} is no version that can be compared; tested with ${TESTED}.`);
  const [oldestMajor, oldestMinor] = OLDEST;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor))
    return ok(`${visible(version)}; tested with ${TESTED}.`);
  return warning(
    `${visible(version)} is older than all that was tried (${OLDEST.join('.')}): its API differs.`,
    `Update LiteLLM, best to ${TESTED} or later.`,
  );
}

function judgeSettle(seconds: number | undefined, settleMs: number): Finding {
  if (seconds === undefined) {
    return skipped('How often LiteLLM’s replicas read their models anew is not told to this key; the default is 30 s.');
  }
  const settle = settleMs / 1000;
  // A replica takes up to the interval and a stagger: 16 s were seen with 10 s.
  if (settle >= 2 * seconds)
    return ok(`LiteLLM’s replicas read their models anew every ${seconds} s; --settle is ${settle} s.`);
  return warning(
    `LiteLLM’s replicas read their models anew every ${seconds} s, and --settle is ${settle} s: a list that lags is taken for an edit.`,
    `Set --settle to ${2 * seconds}s or more, or general_settings.proxy_config_reload_interval_seconds to less.`,
  );
}

/** What is only nice to know. */
async function optional<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch(() => undefined);
}
