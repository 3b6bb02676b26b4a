import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { PlainError } from '../plain-error.ts';

/** An object of a manifest. */
export interface Manifest {
  /** Where it stands, for people: a file, or `standard input`. */
  file: string;
  apiVersion: string;
  kind: string;
  raw: Record<string, unknown>;
}

const ObjectHead = z.looseObject({ apiVersion: z.string().min(1), kind: z.string().min(1) });
const ObjectList = z.object({ items: z.array(z.unknown()) });

/**
 * Reads manifests: files, folders (their `.yaml`, `.yml` and `.json` files; with `recursive` those of folders below too) and `-`, the
 * standard input. Lists are taken apart.
 *
 * @throws PlainError naming the file, where one cannot be read, is no YAML, or holds what is no object of Kubernetes; where there is none
 */
export async function readManifests(paths: readonly string[], recursive: boolean): Promise<Manifest[]> {
  const manifests: Manifest[] = [];
  for (const path of paths) {
    if (path === '-') manifests.push(...someOf(readText('standard input', await text(process.stdin))));
    else for (const file of filesAt(path, recursive)) manifests.push(...readText(file, readFile(file)));
  }
  if (manifests.length === 0) throw new PlainError(`${paths.join(', ')}: there is no object in it; name another file.`);
  return manifests;
}

/** A check that passes because its input never came would be none. */
function someOf(manifests: Manifest[]): Manifest[] {
  if (manifests.length > 0) return manifests;
  throw new PlainError('Standard input holds no object: did the command before the pipe fail?');
}

function filesAt(path: string, recursive: boolean): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new PlainError(`There is no file or folder ${path}: check the path.`);
  if (!found.isDirectory()) return [path];
  const files = readdirSync(path, { recursive, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && /\.(?:ya?ml|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length > 0) return files;
  const hint = recursive ? '' : ', or add --recursive to look into those below';
  throw new PlainError(`The folder ${path} holds no .yaml, .yml or .json file: name another${hint}.`);
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new PlainError(`The file ${file} cannot be read: check its rights.`);
  }
}

/** The objects of one text. @throws PlainError */
export function readText(file: string, content: string): Manifest[] {
  return parse(file, content).flatMap((document, index) => takeApart(`${file}, document ${index + 1}`, file, document));
}

function parse(file: string, content: string): unknown[] {
  // Merge keys (`<<: *common`) are of YAML 1.1, and kubectl takes them.
  const documents = parseAllDocuments(content, { merge: true, logLevel: 'silent' });
  // A stream without a document is an empty list with marks on it.
  return Array.from(documents, (document) => {
    const [error] = document.errors;
    if (error) throw notYaml(file, error);
    try {
      return document.toJS() as unknown;
    } catch (bomb) {
      throw notYaml(file, bomb);
    }
  });
}

function notYaml(file: string, error: unknown): PlainError {
  const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
  return new PlainError(`${file} is not YAML: ${line}`);
}

function takeApart(where: string, file: string, document: unknown): Manifest[] {
  if (document === null || document === undefined) return [];
  const head = ObjectHead.safeParse(document);
  if (!head.success) throw new PlainError(`${where}, is no object of Kubernetes: it needs apiVersion and kind.`);
  const { apiVersion, kind } = head.data;
  const list = kind.endsWith('List') ? ObjectList.safeParse(document) : undefined;
  if (list?.success) return list.data.items.flatMap((item) => takeApart(where, file, item));
  return [{ file, apiVersion, kind, raw: head.data }];
}
