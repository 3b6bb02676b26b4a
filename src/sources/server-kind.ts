/** Model servers that answer in OpenAI's way. */
export type ServerKind =
  | 'huggingface'
  | 'vllm'
  | 'sglang'
  | 'text-embeddings-inference'
  | 'text-generation-inference'
  | 'llama.cpp';

/** By a part of an image's path. Hugging Face's own images come before its name, which is in all of them. */
const IMAGES: readonly [RegExp, ServerKind][] = [
  [/text-embeddings-(inference|router)/, 'text-embeddings-inference'],
  [/text-generation-(inference|launcher)/, 'text-generation-inference'],
  [/huggingface-?server/, 'huggingface'],
  [/vllm/, 'vllm'],
  [/sglang/, 'sglang'],
  [/llama[._-]?cpp|llama-server/, 'llama.cpp'],
];

/** By a whole word of a command: a program, or a module that Python starts. */
const PROGRAMS: readonly [RegExp, ServerKind][] = [
  [/^vllm\.entrypoints\.|(^|\/)vllm\/entrypoints\/.*\.py$/, 'vllm'],
  [/^(kserve[._-])?huggingfaceserver(\.__main__)?$/, 'huggingface'],
  [/^sglang\.launch_server$/, 'sglang'],
  [/^text-embeddings-router$/, 'text-embeddings-inference'],
  [/^text-generation-(launcher|server)$/, 'text-generation-inference'],
  [/^llama-server$|^llama_cpp\.server$/, 'llama.cpp'],
];

/** Servers of KServe whose OpenAI path is another one, or that have none (`config/runtimes` of KServe v0.20.0). */
const OTHERS =
  /openvino|ovms|triton|sklearn|xgb|lgb|lightgbm|mlserver|torchserve|tensorflow|paddle|pmml|predictiveserver|autogluon/;

/** No path, module or image is longer, in characters; some of the patterns take time by the square of the length. */
const MAX_LENGTH = 512;

/** The server that a command line starts, by its first words; undefined where none of them is known. */
export function serverOfCommand(words: readonly string[]): ServerKind | undefined {
  for (const [index, word] of words.slice(0, 6).entries()) {
    if (word.length > MAX_LENGTH) continue;
    const program = word.slice(word.lastIndexOf('/') + 1);
    if (/^(vllm|sglang)$/.test(program) && words[index + 1] === 'serve') return program === 'vllm' ? 'vllm' : 'sglang';
    const known = PROGRAMS.find(([pattern]) => pattern.test(word) || pattern.test(program));
    if (known) return known[1];
  }
  return undefined;
}

/** The server that an image holds, by its path; the registry's host, the tag and the digest say nothing. */
export function serverOfImage(image: string): ServerKind | undefined {
  if (image.length > MAX_LENGTH) return undefined;
  const [path = ''] = image.toLowerCase().split('@');
  const host = /^[^/]*[.:][^/]*\/|^localhost\//;
  const name = path.replace(host, '').replace(/:[^/:]*$/, '');
  return IMAGES.find(([pattern]) => pattern.test(name))?.[1];
}

/**
 * The server behind the name of a (Cluster)ServingRuntime or of a model format; `other` for those of KServe that are not reached
 * at a known OpenAI path, undefined where the name says nothing.
 */
export function serverOfName(name: string): ServerKind | 'other' | undefined {
  const lower = name.toLowerCase();
  if (OTHERS.test(lower)) return 'other';
  return (
    IMAGES.find(([pattern]) => pattern.test(lower))?.[1] ?? (lower.includes('huggingface') ? 'huggingface' : undefined)
  );
}
