import packageJson from '../../package.json' with { type: 'json' };

/** What this program calls itself in logs and metrics. */
export const SERVICE = 'model-registrar';

/** The version of this program, from its own package.json, for example `0.1.0`. */
export const VERSION: string = packageJson.version;
