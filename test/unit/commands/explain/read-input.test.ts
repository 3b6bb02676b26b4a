import { expect, test } from 'vitest';
import { explain, model } from './manifests.ts';

test.each([
  ['a text', 'hello', /^m\.yaml, document 2, is no object of Kubernetes: it needs apiVersion and kind\.$/],
  ['an object without a kind', 'a: 1', /is no object of Kubernetes/],
  ['what is not YAML', 'a: [1', /^m\.yaml is not YAML: .* end with a \] at line \d+, column 6\. Mend it there\.$/],
  ['a token too much', 'a: ]', /^m\.yaml is not YAML: Unexpected "\]" at line \d+, column 4\./],
  ['a YAML bomb', bomb(), /^m\.yaml is not YAML: /],
  ['a YAML bomb of merge keys', mergeBomb(), /^m\.yaml is not YAML: /],
  ['a merge of what is no map', 'a: { <<: 5 }', /^m\.yaml is not YAML: Merge sources must be maps/],
  [
    'an InferenceService without a name',
    model('x').replace('name: x,', ''),
    /without a name: give it a metadata\.name/,
  ],
])('%s cannot be read, and the error says where', (_case, yaml, said) => {
  const { unread, ...rest } = explain(`${model('fine')}---\n${yaml}`);
  expect(unread).toEqual([expect.stringMatching(said)]);
  expect(rest).toMatchObject({ objects: [{ source: 'inference-service/default/fine' }], refused: 0 });
  // The excerpt and the names of the parser's tokens are left out.
  expect(unread.join()).not.toMatch(/:$|flow-|\n/);
});

function bomb(): string {
  const layers = Array.from({ length: 12 }, (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(',')}]`);
  return `apiVersion: v1\nkind: Bomb\nl0: &l0 x\n${layers.join('\n')}\n`;
}

function mergeBomb(): string {
  const layers = Array.from({ length: 24 }, (_, n) => `l${n + 1}: &l${n + 1} { a: { <<: *l${n} }, b: { <<: *l${n} } }`);
  return `apiVersion: v1\nkind: Bomb\nl0: &l0 { a: x }\n${layers.join('\n')}\n`;
}
