import { ConfigError } from '../../../src/config/errors.ts';
import { readSettings, type Settings } from '../../../src/config/read.ts';

export interface Given {
  flags?: Record<string, unknown>;
  environment?: Record<string, string>;
  file?: string;
}

export function read({ flags = {}, environment = {}, file }: Given): Settings {
  return readSettings({ flags, environment, file });
}

/** What is said about wrong settings, a line each. */
export function complaints(given: Given): string[] {
  try {
    read(given);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}
