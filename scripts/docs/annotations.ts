import { ANNOTATION_PREFIX, ANNOTATIONS } from '../../src/registration/index.ts';
import { code, marked, page, table } from './markdown.ts';

/** Every annotation. */
export function annotationsPage(): string {
  const available = ANNOTATIONS.filter((one) => one.available);
  const later = ANNOTATIONS.filter((one) => !one.available).map((one) => code(`${ANNOTATION_PREFIX}${one.key}`));
  const rows = available.map((one) => [
    code(one.key),
    marked(one.meaning),
    marked(one.allowed),
    marked(one.default),
    code(one.example.replaceAll('\n', ' ')),
  ]);
  return page(
    'Annotations',
    `All of them begin with ${code(ANNOTATION_PREFIX)} and stand on the object that serves the model. A wrong value never guesses: the object gets a Warning Event [\`InvalidAnnotation\`](../troubleshooting.md#invalidannotation) that names the annotation, the value and what is allowed, and what is registered stays.`,
    table(['annotation', 'meaning', 'allowed', 'without it', 'example'], rows),
    later.length > 0
      ? `Known, but not supported by this version, and refused until they are: ${later.join(', ')}.`
      : '',
  );
}
