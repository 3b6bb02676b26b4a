import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { Model } from '../../../src/commands/sandbox/observe.ts';
import { createPrinter, type Printer } from '../../../src/commands/sandbox/printer.ts';

const row: Model = { id: 'llm.a.1', name: 'a', mode: 'chat', tokens: 4096, from: 'llm/a', address: undefined };

function tell(printer: Printer): void {
  printer.scene(1, 2, {
    title: 'A title',
    tells: 'A sentence that has to be broken somewhere in the middle.',
    steps: [],
  });
  printer.deed({ command: ['kubectl annotate isvc a', 'model-registrar.io/notes=Hello'], excerpt: ['minReplicas: 1'] });
  printer.deed({ remark: 'KServe, for llm/a: Ready is True' });
  printer.events([
    { type: 'Warning', reason: 'NameConflict', message: 'The name is held by another object.', count: 1, about: 'b/a' },
    { type: 'Normal', reason: 'Registered', message: 'LiteLLM serves it.', count: 2, about: 'llm/a' },
  ]);
  printer.told('Nothing is registered.');
  printer.models([], [row]);
  printer.failed(['A problem.']);
}

function print(layout: { width: number; colours: boolean }): string {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  tell(createPrinter({ write, layout: () => layout }));
  return text;
}

test('a scene in a narrow layout', () => {
  expect(print({ width: 44, colours: false })).toMatchInlineSnapshot(`
    "
    1/2  A title ───────────────────────────────
       A sentence that has to be broken
       somewhere in the middle.

       $ kubectl annotate isvc a \\
           model-registrar.io/notes=Hello
           minReplicas: 1
       # KServe, for llm/a: Ready is True
       ! NameConflict  b/a
         The name is held by another object.
       ✓ Registered  llm/a  ×2
         LiteLLM serves it.
       · Nothing is registered.

         NAME  MODE  TOKENS  FROM   ID
       + a     chat    4096  llm/a  llm.a.1
       ✗ This did not come out as told:
         A problem.
    "
  `);
});

test('colours add nothing but colours', () => {
  const coloured = print({ width: 44, colours: true });
  expect(coloured).toContain('\u001b[32m');
  expect(stripVTControlCharacters(coloured)).toBe(print({ width: 44, colours: false }));
});
