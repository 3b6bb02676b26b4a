import { z } from 'zod';
import { readAccessGroups } from './access-groups.ts';
import { ANNOTATION_PREFIX, type AnnotationKey, findAnnotation, MAX_NAMES, MODES, PROVIDERS } from './annotations.ts';
import { readFurther } from './further-settings.ts';
import type { Problem } from './projection.ts';
import { headerProblem, publicNameProblem } from './public-name.ts';
import { refusedKeys } from './refused-keys.ts';
import type { Json } from './registration.ts';
import { CREDENTIAL_PARAM, type TenantRights } from './rights.ts';
import { readDuration, readSecretName, readTags } from './short-values.ts';
import { UNREADY_POLICIES, type UnreadyPolicy } from './unready.ts';
import { quoted } from './visible.ts';

/** What an object's annotations of ours say; undefined where one is absent or cannot be used. */
export interface Options {
  enabled: boolean | undefined;
  /** The good names of `model-name`; undefined only where that annotation is absent. */
  names: string[] | undefined;
  servedName: string | undefined;
  /** With `embedding: "true"` taken in. */
  mode: (typeof MODES)[number] | undefined;
  embedding: boolean | undefined;
  /** In tokens. */
  maxModelLen: number | undefined;
  notes: string | undefined;
  provider: (typeof PROVIDERS)[number];
  /** Without a trailing slash: the root is the empty text. */
  basePath: string | undefined;
  /** The name or number of a Service's port. */
  port: string | undefined;
  /** The Secret in the object's namespace that holds the backend's key. */
  apiKeySecret: { name: string; key?: string } | undefined;
  tags: string[] | undefined;
  /** Of LiteLLM; those that the namespace may ask for. */
  accessGroups: string[] | undefined;
  unreadyPolicy: UnreadyPolicy;
  unreadyGraceMs: number;
  /** Further `litellm_params` and `model_info`; empty where something is wrong with the annotation. */
  params: Record<string, Json>;
  info: Record<string, Json>;
}

const MAX_TOKENS = 2 ** 31 - 1;

/** vLLM's suffixes (`human_readable_int` in its argument parser): small ones count by 1000 and take decimals, large ones by 1024. */
const FACTORS: Readonly<Record<string, number>> = {
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
};

const truth = z.enum(['true', 'false'], { error: 'it is neither' }).transform((text) => text === 'true');
const mode = z.enum(MODES, {
  error: ({ input }) =>
    input === 'responses'
      ? 'LiteLLM would send the chat calls of other entries to the Responses API too'
      : 'it is not a mode of LiteLLM',
});
const provider = z.enum(PROVIDERS, { error: 'it is not in the list' });
const servedName = checkedText(servedNameProblem);
const notes = checkedText(notesProblem);
const basePath = checkedText(openAiBaseProblem).transform((path) => path.replace(/\/$/, ''));
const port = z.string().regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)$/, 'it is no name and no number of a port');
const secretName = z.string().transform((text, context) => {
  const secret = readSecretName(text);
  if (secret) return secret;
  context.addIssue({ code: 'custom', message: 'it names no Secret' });
  return z.NEVER;
});
const unreadyPolicy = z.enum(UNREADY_POLICIES, { error: 'it is none of them' });
const unreadyGrace = z.string().transform((text, context) => {
  const ms = readDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: 'it is no such duration' });
  return z.NEVER;
});
const maxModelLen = z.string().transform((text, context) => {
  const tokens = parseTokenCount(text);
  if (tokens !== undefined) return tokens;
  context.addIssue({ code: 'custom', message: 'it is no such number' });
  return z.NEVER;
});

/**
 * Reads what an object's annotations ask for, and all that is wrong with them at once.
 *
 * Other people's annotations may be among those given; they are passed over. `options.names` holds the good names even where
 * something else is wrong, since an object with a mistake keeps its claim on its names.
 *
 * @param source - the kind of source: some annotations are for one of them alone
 * @param rights - what the namespace may ask for beyond what all may
 */
export function readOptions(
  annotations: Readonly<Record<string, string>>,
  source?: string,
  rights?: TenantRights,
): { options: Options; problems: Problem[] } {
  let read = remembered.get(annotations);
  if (read?.rights !== rights || !read) {
    read = { ...readAnew(annotations, source, rights), rights };
    remembered.set(annotations, read);
  }
  // Whoever gets the problems adds his own.
  return { options: read.options, problems: [...read.problems] };
}

/** By an object's annotations, which are others after each change: an object is looked at at each resync. */
const remembered = new WeakMap<
  Readonly<Record<string, string>>,
  { options: Options; problems: Problem[]; rights: TenantRights | undefined }
>();

function readAnew(
  annotations: Readonly<Record<string, string>>,
  source: string | undefined,
  rights: TenantRights | undefined,
): { options: Options; problems: Problem[] } {
  const own = new Map(
    Object.entries(annotations).flatMap(([name, value]) =>
      name.startsWith(ANNOTATION_PREFIX) ? [[name.slice(ANNOTATION_PREFIX.length), value]] : [],
    ),
  );
  const problems = refusedKeys([...own.keys()], source);

  function read<T>(key: AnnotationKey, schema: z.ZodType<T>): T | undefined {
    const value = own.get(key);
    if (value === undefined) return undefined;
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) problems.push(valueProblem(key, value, issue.message));
    return undefined;
  }

  function accessGroups(value: string | undefined): string[] | undefined {
    const found = value === undefined ? undefined : readAccessGroups(value, rights);
    if (found?.wrong) problems.push(valueProblem('access-groups', value ?? '', found.wrong));
    if (found?.refused) problems.push(found.refused);
    return found?.groups;
  }

  const options: Options = {
    enabled: read('enabled', truth),
    names: readNames(own.get('model-name'), problems),
    servedName: read('served-name', servedName),
    mode: read('mode', mode),
    embedding: read('embedding', truth),
    maxModelLen: read('max-model-len', maxModelLen),
    notes: read('notes', notes) || undefined,
    provider: read('provider', provider) ?? 'hosted_vllm',
    basePath: read('base-path', basePath),
    port: read('port', port),
    apiKeySecret: read('api-key-secret', secretName),
    tags: readTagList(own.get('tags'), problems),
    accessGroups: accessGroups(own.get('access-groups')),
    unreadyPolicy: read('unready-policy', unreadyPolicy) ?? 'Retain',
    unreadyGraceMs: read('unready-grace', unreadyGrace) ?? 0,
    params: readFurther('litellm-params', 'params', own.get('litellm-params'), problems, rights),
    info: readFurther('model-info', 'info', own.get('model-info'), problems, rights),
  };
  if (options.embedding !== undefined && options.mode && options.embedding !== (options.mode === 'embedding')) {
    problems.push(
      valueProblem('embedding', String(options.embedding), `${ANNOTATION_PREFIX}mode says "${options.mode}"`),
    );
  }
  if (options.apiKeySecret && Object.hasOwn(options.params, CREDENTIAL_PARAM)) {
    problems.push(invalid(`${ANNOTATION_PREFIX}api-key-secret and ${CREDENTIAL_PARAM} are two keys: set one of them.`));
  }
  if (own.has('unready-grace') && !own.has('unready-policy')) {
    problems.push(
      invalid(`${ANNOTATION_PREFIX}unready-grace says nothing without ${ANNOTATION_PREFIX}unready-policy.`),
    );
  }
  if (options.embedding) options.mode ??= 'embedding';
  return { options, problems };
}

/**
 * A count of tokens as vLLM takes it: `8192`, `32k` = 32000, `32K` = 32768, `25.6k`; undefined for what is none, or not within 1 and 2^31-1.
 */
export function parseTokenCount(text: string): number | undefined {
  const [, digits, fraction = '', suffix] = /^(\d{1,12})(\.\d{1,6})?([kmgtKMGT])?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  if (fraction && (!suffix || suffix !== suffix.toLowerCase())) return undefined;
  const tokens = Math.trunc(Number(digits + fraction) * (suffix ? (FACTORS[suffix] ?? 1) : 1));
  return tokens >= 1 && tokens <= MAX_TOKENS ? tokens : undefined;
}

/** Says why a text cannot be the name that a backend answers to, or undefined when it can. */
export function servedNameProblem(text: string): string | undefined {
  if (text.length === 0) return 'it is empty';
  if (text.length > 256) return 'it is longer than 256 characters';
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(text)) return 'it contains a control character or a line end';
  if (text !== text.trim()) return 'it begins or ends with a space';
  return headerProblem(text) ?? environmentProblem(text);
}

/**
 * Says why a text cannot be a path of an OpenAI API, or undefined when it can.
 *
 * The path is set behind a host that its author must not choose, so that only plain characters are taken: a percent sign could hide
 * dots and slashes, a backslash is a slash to some clients.
 */
export function basePathProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return 'it does not begin with "/"';
  if (path.length > 256) return 'it is longer than 256 characters';
  if (path.includes('//')) return 'it contains "//"';
  if (path.includes('..')) return 'it contains ".."';
  if (/\/\.(\/|$)/.test(path)) return 'it contains "/./"';
  if (/[?#]/.test(path)) return 'it contains a query or a fragment';
  if (!/^[\w\-./~!$&()+,;=:@]*$/.test(path)) return 'it contains a character that is not allowed';
  return undefined;
}

/** What stands behind the base of an OpenAI API; `/models` alone is the base of some. */
const OPERATION = /(?:\/chat\/completions|(?<=\/v\d+)\/(?:completions|embeddings|responses|models))(?=\/?$)/;

/** As {@link basePathProblem}, of a path that somebody gives as the whole base of an OpenAI API: that of one of its operations is none. */
export function openAiBaseProblem(path: string): string | undefined {
  const operation = OPERATION.exec(path)?.[0];
  return basePathProblem(path) ?? (operation && `it ends in "${operation}", which LiteLLM adds itself`);
}

function readNames(value: string | undefined, problems: Problem[]): string[] | undefined {
  if (value === undefined) return undefined;
  const names = value.split(',').map((name) => name.trim());
  if (names.length > MAX_NAMES) problems.push(valueProblem('model-name', value, `it holds ${names.length} names`));
  const good = new Set<string>();
  for (const name of names.slice(0, MAX_NAMES)) {
    const problem = publicNameProblem(name);
    if (problem) problems.push(valueProblem('model-name', name, problem));
    else good.add(name);
  }
  return [...good];
}

function readTagList(value: string | undefined, problems: Problem[]): string[] | undefined {
  if (value === undefined) return undefined;
  const read = readTags(value);
  problems.push(...read.problems.map((problem) => valueProblem('tags', value, problem)));
  return read.problems.length > 0 ? undefined : read.tags;
}

function valueProblem(key: AnnotationKey, value: string, why: string): Problem {
  const allowed = findAnnotation(key)?.allowed ?? '';
  return invalid(`${ANNOTATION_PREFIX}${key} is ${quoted(value)}: ${why}. Allowed: ${allowed}.`);
}

function invalid(message: string): Problem {
  return { reason: 'InvalidAnnotation', message };
}

function checkedText(problemOf: (text: string) => string | undefined) {
  return z.string().superRefine((text, context) => {
    const message = problemOf(text);
    if (message) context.addIssue({ code: 'custom', message });
  });
}

function notesProblem(text: string): string | undefined {
  if (text.length > 4096) return 'it is longer than 4096 characters';
  // Neither a NUL nor half a character can be stored by PostgreSQL.
  if (/\0|\p{Cs}/u.test(text)) return 'it contains a NUL character or half a character';
  return environmentProblem(text);
}

/** LiteLLM puts the value of its own environment in the place of such a text. */
function environmentProblem(text: string): string | undefined {
  return text.trimStart().startsWith('os.environ/') ? 'it refers to the environment of LiteLLM' : undefined;
}
