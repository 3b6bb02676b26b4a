import { parseTokenCount } from '../registration/index.ts';
import { type Flag, lastFlag } from './flags.ts';
import type { ServerKind } from './server-kind.ts';

/** A value with the place where it was found, for messages. */
export type Found = Pick<Flag, 'written' | 'values'>;

/** What a setting is read from. */
export interface Settings {
  server: ServerKind | undefined;
  flags: ReadonlyMap<string, Flag>;
  variable: (name: string) => Found | undefined;
  /** The readable texts of a value. */
  take: (setting: 'mode' | 'maxModelLen', found: Found | undefined) => string[];
}

/** Tasks of vLLM and of KServe's Hugging Face server that are a mode of LiteLLM; a text generator may be chat or completion. */
const MODE_OF_TASK: ReadonlyMap<string, string> = new Map([
  ['embed', 'embedding'],
  ['embedding', 'embedding'],
  ['text_embedding', 'embedding'],
  ['score', 'rerank'],
  ['rerank', 'rerank'],
  ['transcription', 'audio_transcription'],
]);

/**
 * LiteLLM's mode, and the task as it is written.
 *
 * Flags: `--task` (KServe's Hugging Face server, older vLLM), `--runner`, `--convert` (vLLM, `docs/models/pooling_models.md`),
 * `--is-embedding` (SGLang, `python/sglang/srt/server_args.py`), `--embedding(s)`, `--rerank(ing)` (llama.cpp, `common/arg.cpp`, also as
 * `LLAMA_ARG_EMBEDDINGS`, `LLAMA_ARG_RERANKING`). Text Embeddings Inference has no such flag (`router/src/main.rs`): it embeds, or it
 * ranks, by what the model is.
 */
export function readMode({ server, flags, variable, take }: Settings): { mode?: string; task?: string } {
  const [task] = take('mode', flags.get('task'));
  const [runner] = take('mode', flags.get('runner'));
  const [convert] = take('mode', flags.get('convert'));
  const on = (name: string) => /^(1|true|on|enabled)$/i.test(variable(name)?.values[0]?.text ?? '');
  const mode = modeOf(task, runner, convert) ?? modeOfServer();
  return { ...(mode === undefined ? {} : { mode }), ...(task === undefined ? {} : { task }) };

  function modeOfServer(): string | undefined {
    if (server === 'sglang') return flags.has('is-embedding') ? 'embedding' : undefined;
    if (server === 'text-embeddings-inference') {
      const named = [lastFlag(flags, ['model-id']), variable('MODEL_ID')].find((found) => found?.values[0]);
      return /rerank/i.test(named?.values[0]?.text ?? '') ? 'rerank' : 'embedding';
    }
    if (server !== 'llama.cpp') return undefined;
    if (flags.has('rerank') || flags.has('reranking') || on('LLAMA_ARG_RERANKING')) return 'rerank';
    return flags.has('embedding') || flags.has('embeddings') || on('LLAMA_ARG_EMBEDDINGS') ? 'embedding' : undefined;
  }
}

/**
 * The context length in tokens.
 *
 * Flags: `--max-model-len` (vLLM, KServe's Hugging Face server, which also has the older `--max_length`), `--context-length` (SGLang),
 * `--ctx-size`, `-c` (llama.cpp, also as `LLAMA_ARG_CTX_SIZE`; its slots share the context unless it is unified).
 */
export function readMaxModelLen({ server, flags, variable, take }: Settings): number | undefined {
  if (server !== 'llama.cpp') return tokens(lastFlag(flags, ['max-model-len', 'max-length', 'context-length']));
  const context = tokens(lastFlag(flags, ['ctx-size', 'c']) ?? variable('LLAMA_ARG_CTX_SIZE'));
  if (context === undefined || flags.has('kv-unified') || flags.has('kvu')) return context;
  const slots = tokens(lastFlag(flags, ['parallel', 'np']) ?? variable('LLAMA_ARG_N_PARALLEL'));
  return Math.max(1, Math.floor(context / (slots ?? 1)));

  function tokens(found: Found | undefined): number | undefined {
    const [text] = take('maxModelLen', found);
    return text === undefined ? undefined : parseTokenCount(text);
  }
}

/** vLLM's `--runner pooling` is an embedding model unless a conversion or a task says another kind. */
function modeOf(task: string | undefined, runner: string | undefined, convert: string | undefined): string | undefined {
  if (task !== undefined && task !== 'auto') return MODE_OF_TASK.get(task);
  if (convert !== undefined && convert !== 'auto' && convert !== 'none') return MODE_OF_TASK.get(convert);
  return runner === 'pooling' ? 'embedding' : undefined;
}
