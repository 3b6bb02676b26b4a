import { passThroughKeys } from './pass-through.ts';
import { MAX_YAML_LENGTH } from './yaml-map.ts';

/** What stands before every annotation of ours. */
export const ANNOTATION_PREFIX = 'model-registrar.io/';

/**
 * LiteLLM's modes, as its `POST /health/test_connection` takes them (1.106.0), but for `responses`: one entry of that mode sends the chat
 * calls of all entries with its provider and served name to `/v1/responses`, until LiteLLM starts again (measured).
 */
export const MODES = [
  'chat',
  'completion',
  'embedding',
  'rerank',
  'audio_transcription',
  'audio_speech',
  'image_generation',
  'video_generation',
  'batch',
  'realtime',
  'ocr',
] as const;

/** A closed list, since a provider decides which of LiteLLM's own credentials might be sent along. */
export const PROVIDERS = [
  'hosted_vllm',
  'openai',
  'text-completion-openai',
  'huggingface',
  'infinity',
  'cohere',
] as const;

/** Most public names that one object may declare. */
export const MAX_NAMES = 16;

/** One line of the table that the reader of annotations, its messages and the reference page share. */
export interface Annotation {
  /** The part after {@link ANNOTATION_PREFIX}. */
  key: string;
  meaning: string;
  /** What a value may be; ends the sentence "Allowed: …" of a refusal. */
  allowed: string;
  /** What holds when the annotation is absent. */
  default: string;
  example: string;
  /** False while the name is kept for a later version: an object that carries it is refused, never half obeyed. */
  available: boolean;
  /** The one source whose objects may carry it; without, all. */
  source?: string;
}

/** Every annotation there is, also those of later versions. */
export const ANNOTATIONS = [
  {
    key: 'enabled',
    meaning: '"true" registers this object, "false" never does',
    allowed: '"true" or "false"',
    default: 'by --selection',
    example: 'true',
    available: true,
  },
  {
    key: 'model-name',
    meaning: 'the public name, or several separated by commas',
    allowed: `1 to ${MAX_NAMES} names separated by commas, each of Latin-1 characters without "*" and control characters, none reserved by LiteLLM`,
    default: 'the served name',
    example: 'qwen3-8b, qwen3',
    available: true,
  },
  {
    key: 'served-name',
    meaning: 'the model name that the backend itself answers to',
    allowed: 'one line of 1 to 256 Latin-1 characters without control characters',
    default: 'the first one in the arguments and environment of the server, else the name of the object',
    example: 'Qwen/Qwen3-8B',
    available: true,
  },
  {
    key: 'mode',
    meaning: 'what the model does, in the words of LiteLLM',
    allowed: MODES.join(', '),
    default: 'read from the arguments of the server, else unset',
    example: 'rerank',
    available: true,
  },
  {
    key: 'embedding',
    meaning: '"true" is short for mode "embedding"',
    allowed: '"true" or "false", in agreement with the mode where both are set',
    default: 'unset',
    example: 'true',
    available: true,
  },
  {
    key: 'max-model-len',
    meaning: 'the context length in tokens',
    allowed: 'a whole number from 1 to 2147483647, also as 32k (32000) or 32K (32768)',
    default: 'read from the arguments of the server, else unset',
    example: '32768',
    available: true,
  },
  {
    key: 'notes',
    meaning: 'free text that is shown with the model',
    allowed: 'up to 4096 characters, without NUL, not beginning with "os.environ/"',
    default: 'none',
    example: 'Run by team A; ask in #llm.',
    available: true,
  },
  {
    key: 'provider',
    meaning: 'the provider prefix that LiteLLM calls the backend with',
    allowed: PROVIDERS.join(', '),
    default: 'hosted_vllm',
    example: 'openai',
    available: true,
  },
  {
    key: 'base-path',
    meaning: 'the path of the OpenAI API on the service',
    allowed:
      'a path such as /v1 or / of letters, digits and -._~!$&()+,;=:@, without "//", "..", host, query or fragment, and without an operation such as /v1/models behind it',
    default: '/openai/v1 or /v1, by runtime',
    example: '/v3',
    available: true,
  },
  {
    key: 'port',
    meaning: 'the port of the Service that speaks the API of OpenAI',
    allowed: 'the name or the number of a port of the Service',
    default: 'http, openai or the only one',
    example: '8000',
    available: true,
    source: 'service',
  },
  {
    key: 'api-key-secret',
    meaning: 'the Secret in the namespace of the object that holds the key of the backend',
    allowed: 'name or name/key, in the words of Kubernetes; without a key the entry api-key, else the only one',
    default: 'none: LiteLLM sends "not-needed"',
    example: 'backend/api-key',
    available: true,
  },
  {
    key: 'tags',
    meaning: 'tags for the tag routing of LiteLLM',
    allowed:
      '1 to 32 tags separated by commas, each of 1 to 64 letters, digits, spaces and _.:/@+-, beginning with a letter or digit',
    default: 'none',
    example: 'gpu, eu',
    available: true,
  },
  {
    key: 'access-groups',
    meaning: 'access groups of LiteLLM that the model joins, where the administrator allows it for the namespace',
    allowed: 'a list of up to 32 groups separated by commas, each up to 64 letters, digits, spaces and _ . : / @ + -',
    default: 'none',
    example: 'research',
    available: true,
  },
  {
    key: 'litellm-params',
    meaning: 'further parameters of the model entry',
    allowed: `a YAML map of up to ${MAX_YAML_LENGTH} characters, without anchors, aliases and tags, of: ${passThroughKeys('params')}`,
    default: 'none',
    example: 'rpm: 600',
    available: true,
  },
  {
    key: 'model-info',
    meaning: 'further information about the model',
    allowed: `a YAML map of up to ${MAX_YAML_LENGTH} characters, without anchors, aliases and tags, of: ${passThroughKeys('info')}`,
    default: 'none',
    example: 'supports_vision: true',
    available: true,
  },
  {
    key: 'litellm',
    meaning: 'which of the LiteLLMs of the installation gets the model',
    allowed: 'the name of a LiteLLM that the administrator lists and that is for the namespace',
    default: 'that of the namespace, else default',
    example: 'gpu',
    available: true,
  },
  {
    key: 'unready-policy',
    meaning: 'what happens to the entry of an object that is down: not Ready, and no copy serves',
    allowed: 'Retain, Block or Withdraw',
    default: 'Retain',
    example: 'Block',
    available: true,
  },
  {
    key: 'unready-grace',
    meaning: 'how long an object must be down before the policy acts',
    allowed: 'a duration such as 30s, 10m or 1h30m, of at most 24h; only beside unready-policy',
    default: '0s',
    example: '10m',
    available: true,
  },
] as const satisfies readonly Annotation[];

/** The key of an annotation of the table, without the prefix. */
export type AnnotationKey = (typeof ANNOTATIONS)[number]['key'];

/** The table's line for a key (without the prefix), or undefined where there is none. */
export function findAnnotation(key: string): Annotation | undefined {
  return ANNOTATIONS.find((annotation) => annotation.key === key);
}

/** The known key that a wrong one was probably meant to be: at most one slip away for every five letters, case and separators apart. */
export function nearestAnnotation(key: string): AnnotationKey | undefined {
  // Far longer than any key of ours; the distance costs the product of both lengths.
  if (key.length > 64) return undefined;
  const wanted = key
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[_.\s]/g, '-');
  let best: { key: AnnotationKey; slips: number } | undefined;
  for (const annotation of ANNOTATIONS) {
    const slips = distance(wanted, annotation.key);
    const allowed = Math.ceil(annotation.key.length / 5);
    if (slips <= allowed && (!best || slips < best.slips)) best = { key: annotation.key, slips };
  }
  return best?.key;
}

/** Insertions, deletions, replacements and swaps of neighbours between two short texts. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const options = [
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      ];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) options.push((beforeLast[column - 2] ?? 0) + 1);
      current.push(Math.min(...options));
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
