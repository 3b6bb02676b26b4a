/**
 * Writes the JSON Schemas of `docs/schemas/`, which describe what commands print with `-o json`, from the schemas that the program itself
 * has: part of `npm run docs`. A test fails while they are stale.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonSchemas } from '../src/commands/documents.ts';

const FOLDER = join(import.meta.dirname, '..', 'docs', 'schemas');

/** Writes each schema to its file. */
export function writeSchemas(): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const [file, text] of Object.entries(jsonSchemas())) writeFileSync(join(FOLDER, file), text);
}

if (import.meta.main) writeSchemas();
