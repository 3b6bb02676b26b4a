import { styleText } from 'node:util';
import type { ToldDeed } from './deeds.ts';
import { compareModels, layOutModels, type ModelLine } from './model-table.ts';
import type { Model, SeenEvent } from './observe.ts';
import type { Scene } from './scene.ts';
import { type Layout, wrap, wrapCommand } from './text.ts';

type Style = Parameters<typeof styleText>[0];

const PAINTS = {
  new: 'green',
  changed: 'yellow',
  gone: 'red',
  same: 'dim',
} as const satisfies Record<ModelLine['change'], Style>;

const INDENT = '   ';

/** Tells the story, a piece at a time. */
export interface Printer {
  /** A paragraph at the margin. */
  say(text: string): void;
  heading(text: string): void;
  /** Names with what they stand for, below one another. */
  facts(facts: readonly (readonly [name: string, value: string])[]): void;
  scene(number: number, total: number, scene: Scene): void;
  deed(deed: ToldDeed): void;
  events(events: readonly SeenEvent[]): void;
  /** What came, where no Event says so. */
  told(text: string): void;
  failed(problems: readonly string[]): void;
  /** The model list, with what changed since the list before. */
  models(before: readonly Model[], now: readonly Model[]): void;
  /** What it does, and the commands for it at the margin, ready to be copied. */
  hint(does: string, commands: readonly (readonly string[])[]): void;
  good(text: string): void;
}

export interface Output {
  write(text: string): void;
  /** Asked for each piece anew: a terminal's width changes. */
  layout(): Layout;
}

/** A printer for this output. */
export function createPrinter(output: Output): Printer {
  const paint = (style: Style, text: string): string =>
    output.layout().colours ? styleText(style, text, { validateStream: false }) : text;
  const line = (text = ''): void => output.write(`${text.trimEnd()}\n`);
  const width = (indent = INDENT): number => output.layout().width - indent.length;

  function paragraph(text: string, { first = INDENT, indent = first, style }: Paragraph = {}): void {
    for (const [at, part] of wrap(text, width(indent)).entries())
      line(`${at === 0 ? first : indent}${style ? paint(style, part) : part}`);
  }

  function bullet(mark: string, style: Style, text: string, textStyle?: Style): void {
    const first = `${INDENT}${paint(style, mark)} `;
    paragraph(text, { first, indent: `${INDENT}  `, ...(textStyle && { style: textStyle }) });
  }

  function scene(number: number, total: number, { title, tells }: Scene): void {
    const head = `${number}/${total}  ${title} `;
    line();
    line(`${paint('bold', head)}${paint('dim', '─'.repeat(Math.max(0, output.layout().width - head.length)))}`);
    paragraph(tells);
    line();
  }

  function deed({ command, excerpt = [], remark }: ToldDeed): void {
    if (command) {
      for (const [at, part] of wrapCommand(command, width(`${INDENT}$ `)).entries())
        line(`${INDENT}${at === 0 ? paint('dim', '$') : ' '} ${paint('cyan', part)}`);
    }
    for (const text of excerpt) line(`${INDENT}    ${paint('dim', text)}`);
    if (remark) bullet('#', 'dim', remark, 'cyan');
  }

  function event({ type, reason, message, count, about }: SeenEvent): void {
    const [mark, style] = type === 'Warning' ? (['!', 'yellow'] as const) : (['✓', 'green'] as const);
    const times = count > 1 ? `  ×${count}` : '';
    line(`${INDENT}${paint(style, `${mark} ${reason}`)}  ${paint('dim', `${about}${times}`)}`);
    paragraph(message, { first: `${INDENT}  ` });
  }

  function models(before: readonly Model[], now: readonly Model[]): void {
    const lines = compareModels(before, now);
    const [head, ...rows] = layOutModels(lines, width());
    line();
    line(INDENT + paint('dim', (head ?? []).map(({ text }) => text).join('')));
    for (const [at, cells] of rows.entries()) {
      const { change, changed }: Pick<ModelLine, 'change' | 'changed'> = lines[at] ?? { change: 'same', changed: [] };
      const painted = cells.map(({ text, column }) =>
        column === 'mark' || changed.includes(column) ? paint(PAINTS[change], text) : text,
      );
      line(INDENT + painted.join(''));
    }
  }

  return {
    say: (text) => paragraph(text, { first: '' }),
    heading(text) {
      line();
      line(paint('bold', text));
    },
    facts(facts) {
      const longest = Math.max(...facts.map(([name]) => name.length));
      for (const [name, value] of facts) line(`${INDENT}${name.padEnd(longest)}  ${paint('cyan', value)}`);
    },
    scene,
    deed,
    events: (events) => {
      for (const one of events) event(one);
    },
    told: (text) => bullet('·', 'dim', text),
    failed(problems) {
      bullet('✗', 'red', 'This did not come out as told:', 'red');
      for (const problem of problems) paragraph(problem, { first: `${INDENT}  ` });
    },
    models,
    hint(does, commands) {
      line();
      paragraph(does, { first: '# ', style: 'dim' });
      for (const part of commands.flatMap((command) => wrapCommand(command, width('')))) line(paint('cyan', part));
    },
    good: (text) => paragraph(text, { first: `${paint('green', '✓')} `, indent: '  ' }),
  };
}

interface Paragraph {
  /** What stands before the first line; it may hold colours, so that it is not measured. */
  first?: string;
  /** What stands before the others, as wide as the first. */
  indent?: string;
  style?: Style;
}
