import { type Fields, fieldsAt, parseFields, shown, textAt } from '../fields.ts';
import type { Answer } from '../server.ts';
import type { Deployment } from './deployment.ts';
import { noDatabase, proxyError, unprocessable } from './errors.ts';
import type { Caller } from './management.ts';
import type { Replica } from './replica.ts';

function requireAdmin({ isAdmin, database }: Caller): void {
  if (!isAdmin)
    throw proxyError(
      401,
      'Authentication Error, Only proxy admin can be used to manage credentials',
      'auth_error',
      'None',
    );
  if (database.isDown) throw noDatabase();
}

/** As LiteLLM 1.106 masks in this list: four characters are left, a text of no more is five stars. */
function maskedValues(values: Fields): Fields {
  const mask = (text: string): string => (text.length <= 4 ? '*****' : `${text.slice(0, 2)}****${text.slice(-2)}`);
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      /key|token|secret|password/.test(key) ? mask(shown(value)) : value,
    ]),
  );
}

/** `GET /credentials`: those that this replica has loaded. Throws a Refusal: 401 to others than admins. */
export function listCredentials(caller: Caller): Answer {
  requireAdmin(caller);
  const credentials = [...caller.replica.credentials].map(([name, values]) => ({
    credential_name: name,
    credential_values: maskedValues(values),
    credential_info: {},
  }));
  return { status: 200, body: { success: true, credentials } };
}

/** `POST /credentials`. Throws a Refusal: 401 to others than admins, 409 for a name that is taken, 422. */
export function createCredential(caller: Caller, text: string): Answer {
  requireAdmin(caller);
  const body = parseFields(text) ?? {};
  const name = textAt(body, 'credential_name');
  if (name === undefined)
    throw unprocessable([{ type: 'missing', loc: ['body', 'credential_name'], msg: 'Field required' }]);
  if (caller.database.credentials().has(name))
    throw proxyError(409, `Credential '${name}' already exists.`, 'internal_server_error');
  caller.database.putCredential(name, fieldsAt(body, 'credential_values'));
  caller.replica.loadCredentials();
  return { status: 200, body: { success: true, message: 'Credential created successfully' } };
}

/** `DELETE /credentials/{name}`. Throws a Refusal: 401 to others than admins, 404. */
export function deleteCredential(caller: Caller, name: string): Answer {
  requireAdmin(caller);
  if (!caller.database.removeCredential(name))
    throw proxyError(404, `Credential not found. Got credential name: ${name}`, 'internal_server_error');
  caller.replica.loadCredentials();
  return { status: 200, body: { success: true, message: 'Credential deleted successfully' } };
}

/** The key that is sent to the server of a deployment: its own, else that of the credential which it names, if this replica has that one. */
export function keyFor(replica: Replica, { params }: Deployment): string | undefined {
  const own = textAt(params, 'api_key');
  if (own !== undefined) return own;
  const values = replica.credentials.get(textAt(params, 'litellm_credential_name') ?? '');
  return values && textAt(values, 'api_key');
}
