import { textAt } from '../fields.ts';
import type { Answer } from '../server.ts';
import { readDelete, readNew, readPatch } from './bodies.ts';
import { type Database, DatabaseDown } from './database.ts';
import { noDatabase, plainDetail, proxyError, wrappedDetail } from './errors.ts';
import type { Replica } from './replica.ts';
import { encryptedRow, newRow, patchedRow } from './rows.ts';

/** Who calls, and whom. */
export interface Caller {
  readonly replica: Replica;
  readonly database: Database;
  readonly isAdmin: boolean;
}

const FAILED_TO_ADD = 'Failed to add model to db. Check your server logs for more details.';
const NO_ADMIN =
  'User does not have permission to make this model call. Your role=internal_user. You can only make model calls if you ' +
  'are a PROXY_ADMIN or if you are a team admin, by specifying a team_id in the model_info.';

function notLive(action: 'create' | 'update', id: string) {
  return proxyError(
    500,
    `Model ${action} was saved to the database, but the model id(s) ['${id}'] are not live in this pod's router after the ` +
      'reload and are not being served by this pod. Other pods reload on their own interval. Check server logs for ' +
      "'Error upserting deployment' or 'Error creating deployment' for the cause.",
    'internal_server_error',
  );
}

/** `POST /model/new`. Throws a Refusal: 403 to others than admins, 500 for a known id, a database that is down, or a row that is saved but not served. */
export function createModel(caller: Caller, text: string): Answer {
  const model = readNew(text);
  const { database, replica } = caller;
  if (!caller.isAdmin) throw wrappedDetail(403, NO_ADMIN);
  // PostgreSQL takes no NUL; LiteLLM tells none of these causes apart.
  const isRefused = database.isDown || text.includes('\\u0000') || database.find(model.id) !== undefined;
  if (isRefused) throw wrappedDetail(500, FAILED_TO_ADD);
  const row = newRow(model);
  database.put(row);
  replica.load();
  if (!replica.get(model.id)) throw notLive('create', model.id);
  return { status: 200, body: encryptedRow(row) };
}

/** `POST /model/unblock`, of a model that is not there: the sandbox knows no other use of it. Throws a Refusal: 401 to others than admins, 404, 503. */
export function unblockModel({ database, isAdmin }: Caller): Answer {
  if (!isAdmin)
    throw proxyError(401, 'Authentication Error, Only proxy admin can be used to unblock models', 'auth_error', 'None');
  if (database.isDown) throw noDatabase();
  throw proxyError(404, 'Model not found', 'not_found_error', 'model_id');
}

/** `PATCH /model/{id}/update`. Throws a Refusal: 404 for an unknown id, 400 for a config file's model, 403, and 500 as for new. */
export function patchModel(caller: Caller, id: string, text: string): Answer {
  const patch = readPatch(text);
  const { database, replica } = caller;
  if (database.isDown)
    throw proxyError(500, `Error updating model: ${new DatabaseDown().message}`, 'internal_server_error');
  const row = database.find(id);
  if (!row) {
    if (replica.get(id)?.info.db_model === false) {
      const message = 'Cannot edit config-based model. Store model in DB via /model/new first.';
      throw proxyError(400, message, 'validation_error');
    }
    throw proxyError(404, `Model ${id} not found on proxy.`, 'not_found_error');
  }
  if (!caller.isAdmin) throw plainDetail(403, NO_ADMIN);
  const credential = textAt(patch.params, 'litellm_credential_name');
  if (credential !== undefined && !database.credentials().has(credential))
    throw proxyError(400, `Credential '${credential}' not found.`, 'validation_error', 'litellm_credential_name');
  const next = patchedRow(row, patch);
  database.put(next);
  replica.load();
  if (!replica.get(id)) throw notLive('update', id);
  return { status: 200, body: encryptedRow(next) };
}

/** `POST /model/delete`. Throws a Refusal: 400 for an unknown id and for a database that is down, 403. */
export function deleteModel(caller: Caller, text: string): Answer {
  const id = readDelete(text);
  const { database, replica } = caller;
  if (database.isDown) {
    throw proxyError(400, `Authentication Error, ${new DatabaseDown().message}`, 'auth_error', 'None');
  }
  if (!database.find(id)) throw wrappedDetail(400, `Model with id=${id} not found in db`);
  if (!caller.isAdmin) throw wrappedDetail(403, NO_ADMIN);
  database.remove(id);
  replica.evict(id);
  return { status: 200, body: { message: `Model: ${id} deleted successfully` } };
}
