import {
  ANNOTATION_PREFIX,
  ANNOTATIONS,
  type Annotation,
  PASS_THROUGH_INFO,
  PASS_THROUGH_PARAMS,
  type PassThrough,
} from '../../src/registration/index.ts';
import { code, marked, page, sentence, table } from './markdown.ts';

/** The annotations that hold a map, whose keys have a table of their own. */
const MAPS: Record<string, readonly PassThrough[]> = {
  'litellm-params': PASS_THROUGH_PARAMS,
  'model-info': PASS_THROUGH_INFO,
};

/** Every annotation, and what may stand in those that hold a map. */
export function annotationsPage(): string {
  const available = ANNOTATIONS.filter((one) => one.available);
  const later = ANNOTATIONS.filter((one) => !one.available).map((one) => code(`${ANNOTATION_PREFIX}${one.key}`));
  return page(
    'Annotations',
    `All of them begin with ${code(ANNOTATION_PREFIX)} and stand on the object that serves the model. A wrong value never guesses: the object gets a Warning Event [\`InvalidAnnotation\`](../troubleshooting.md#invalidannotation) that names the annotation, the value and what is allowed, and what is registered stays.`,
    table(['annotation', 'meaning', 'allowed', 'without it', 'example'], available.map(row)),
    later.length > 0
      ? `Known, but not supported by this version, and refused until they are: ${later.join(', ')}.`
      : '',
    'The two that hold a map take a closed list of keys: an annotation is a tenant’s input, and can set no host, no credential, no callback and no other model. A key that is not listed is refused, and with it the annotation.',
    'LiteLLM keeps mode, lengths and abilities (`supports_…`) by provider and served name: what one entry says counts for every entry of the same two that says nothing itself, whoever made it, until LiteLLM starts again (seen with 1.106.0). Where a company’s own models are in the same LiteLLM (`openai/gpt-4o`, say), look out for objects with `provider: openai` and such a served name.',
    ...Object.entries(MAPS).map(([key, entries]) => mapSection(key, entries)),
  );
}

function row({ key, meaning, allowed, default: without, example, source }: Annotation): string[] {
  const [before = ''] = key in MAPS ? allowed.split(', of: ') : [allowed];
  const whole = key in MAPS ? `${before}, of [these keys](#${key})` : before;
  const where = source === undefined ? '' : ` (on objects of the source ${code(source)} alone)`;
  return [code(key), `${marked(meaning)}${where}`, marked(whole), marked(without), code(example.replaceAll('\n', ' '))];
}

function mapSection(key: string, entries: readonly PassThrough[]): string {
  const rows = entries.map((entry) => [code(entry.key), sentence(marked(entry.meaning)), marked(entry.allowed)]);
  return `## ${key}\n\n${table(['key', 'meaning', 'allowed'], rows)}`;
}
