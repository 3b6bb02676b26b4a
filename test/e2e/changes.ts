import { huggingFace } from '../support/inference-services.ts';

/** How an InferenceService is before or after a change. */
export interface Look {
  annotations: Record<string, string>;
  /** Of the server's command line. */
  args?: string[];
}

/** A change that a user makes, and what LiteLLM has to hold afterwards. */
export interface UserChange {
  what: string;
  before: Look;
  after: Look;
  /** What the database holds in the end, by public name: `model_info` beside id and mark. */
  stored: Record<string, Record<string, unknown>>;
  /** True where the row has to be another one, since LiteLLM cannot take a key away. */
  replaces?: true;
}

const length = (tokens: number) => ({ max_tokens: tokens, max_input_tokens: tokens });

/** The changes of a running model; public names are made unique by whoever applies them. */
export const CHANGES: readonly UserChange[] = [
  {
    what: 'another max length by annotation',
    before: { annotations: { 'model-name': 'a', 'max-model-len': '4096' } },
    after: { annotations: { 'model-name': 'a', 'max-model-len': '8k' } },
    stored: { a: length(8000) },
  },
  {
    what: 'another max length by arguments',
    before: { annotations: { 'model-name': 'a' }, args: ['--max-model-len=4096'] },
    after: { annotations: { 'model-name': 'a' }, args: ['--max-model-len', '8192'] },
    stored: { a: length(8192) },
  },
  {
    what: 'a max length where there was none',
    before: { annotations: { 'model-name': 'a' } },
    after: { annotations: { 'model-name': 'a', 'max-model-len': '4096' } },
    stored: { a: length(4096) },
  },
  {
    what: 'another mode',
    before: { annotations: { 'model-name': 'a', mode: 'completion' } },
    after: { annotations: { 'model-name': 'a', mode: 'chat' } },
    stored: { a: { mode: 'chat' } },
  },
  {
    what: 'a rename',
    before: { annotations: { 'model-name': 'a', 'max-model-len': '4096' } },
    after: { annotations: { 'model-name': 'b', 'max-model-len': '4096' } },
    stored: { b: length(4096) },
  },
  {
    what: 'a second name',
    before: { annotations: { 'model-name': 'a' } },
    after: { annotations: { 'model-name': 'a,b', notes: 'two names' } },
    stored: { a: { notes: 'two names' }, b: { notes: 'two names' } },
  },
  {
    what: 'one of two names taken away',
    before: { annotations: { 'model-name': 'a,b' } },
    after: { annotations: { 'model-name': 'b' } },
    stored: { b: {} },
  },
  {
    what: 'one of two names changed',
    before: { annotations: { 'model-name': 'a,b', 'max-model-len': '4096' } },
    after: { annotations: { 'model-name': 'a,c', 'max-model-len': '8192' } },
    stored: { a: length(8192), c: length(8192) },
  },
  {
    what: 'no max length any more: a replacement',
    before: { annotations: { 'model-name': 'a', 'max-model-len': '4096', notes: 'stays' } },
    after: { annotations: { 'model-name': 'a', notes: 'stays' } },
    stored: { a: { notes: 'stays' } },
    replaces: true,
  },
  {
    what: 'no max length any more, and a name less',
    before: { annotations: { 'model-name': 'a,b,c' }, args: ['--max-model-len=4096'] },
    after: { annotations: { 'model-name': 'a,b' } },
    stored: { a: {}, b: {} },
    replaces: true,
  },
];

/** The public names of a look. */
export function namesOf({ annotations }: Look): string[] {
  return (annotations['model-name'] ?? '').split(',');
}

/** The predictor of a look. */
export function predictorOf({ args = [] }: Look): object {
  return huggingFace(...args);
}
