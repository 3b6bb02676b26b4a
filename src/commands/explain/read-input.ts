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

/** What was read. */
export interface Input {
  manifests: Manifest[];
  /** What could not be read: a sentence each, with the file. */
  unread: string[];
}

const ObjectHead = z.looseObject({ apiVersion: z.string().min(1), kind: z.string().min(1) });
const ObjectList = z.object({ items: z.array(z.unknown()) });

/**
 * Reads manifests: files, folders (their `.yaml`, `.yml` and `.json` files; with `recursive` those of folders below too) and `-`, the
 * standard input. Lists are taken apart. What cannot be read, is no YAML or no object of Kubernetes hides nothing of the rest.
 *
 * @throws PlainError where there is no object at all
 */
export async function readManifests(paths: readonly string[], recursive: boolean): Promise<Input> {
  const inputs: Input[] = [];
  for (const path of paths) {
    if (path === '-') inputs.push(someOf(readText('standard input', await text(process.stdin))));
    else inputs.push(...readPath(path, recursive));
  }
  const { manifests, unread } = joined(inputs);
  if (manifests.length > 0) return { manifests, unread };
  throw new PlainError(unread.join('\n') || `${paths.join(', ')}: there is no object in it; name another file.`);
}

/** A check that passes because its input never came would be none. */
function someOf(input: Input): Input {
  if (input.manifests.length + input.unread.length > 0) return input;
  throw new PlainError('Standard input holds no object: did the command before the pipe fail?');
}

function readPath(path: string, recursive: boolean): Input[] {
  const files = collected(() => filesAt(path, recursive));
  if (files instanceof PlainError) return [{ manifests: [], unread: [files.message] }];
  return files.map((file) => {
    const content = collected(() => readFile(file));
    return content instanceof PlainError ? { manifests: [], unread: [content.message] } : readText(file, content);
  });
}

function joined(inputs: readonly Input[]): Input {
  return {
    manifests: inputs.flatMap(({ manifests }) => manifests),
    unread: inputs.flatMap(({ unread }) => unread),
  };
}

/** What is wrong is told with the rest. */
function collected<T>(read: () => T): T | PlainError {
  try {
    return read();
  } catch (error) {
    if (error instanceof PlainError) return error;
    throw error;
  }
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

/** The objects of one text. */
export function readText(file: string, content: string): Input {
  const documents = parse(file, content).map((document, index) => {
    if (document instanceof PlainError) return { manifests: [], unread: [document.message] };
    return takeApart(`${file}, document ${index + 1}`, file, document);
  });
  return joined(documents);
}

/** The documents of a text; an error in place of one that is no YAML. */
function parse(file: string, content: string): unknown[] {
  // Merge keys (`<<: *common`) are of YAML 1.1, and kubectl takes them.
  const documents = parseAllDocuments(content, { merge: true, logLevel: 'silent' });
  // A stream without a document is an empty list with marks on it.
  return Array.from(documents, (document) => {
    const [error] = document.errors;
    if (error) return notYaml(file, error);
    try {
      return document.toJS() as unknown;
    } catch (bomb) {
      return notYaml(file, bomb);
    }
  });
}

function notYaml(file: string, error: unknown): PlainError {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  // The excerpt that follows the colon is left out, and what the parser calls its tokens says nothing to people.
  const said = line.replace(/:$/, '').replace(/^Unexpected [\w-]+ token in YAML (?:stream|document): /, 'Unexpected ');
  return new PlainError(
    `${file} is not YAML: ${said.replace(/^Unexpected scalar at node end/, 'Something stands here that cannot follow')}. Mend it there.`,
  );
}

function takeApart(where: string, file: string, document: unknown): Input {
  if (document === null || document === undefined) return { manifests: [], unread: [] };
  const head = ObjectHead.safeParse(document);
  if (!head.success) {
    return { manifests: [], unread: [`${where}, is no object of Kubernetes: it needs apiVersion and kind.`] };
  }
  const { apiVersion, kind } = head.data;
  const list = kind.endsWith('List') ? ObjectList.safeParse(document) : undefined;
  if (list?.success) return joined(list.data.items.map((item) => takeApart(where, file, item)));
  return { manifests: [{ file, apiVersion, kind, raw: head.data }], unread: [] };
}
