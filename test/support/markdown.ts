import { readFileSync } from 'node:fs';

/** A link of a page. */
export interface Link {
  /** As it stands in the text. */
  whole: string;
  /** Without the anchor; empty for one within the page. */
  path: string;
  anchor: string | undefined;
}

/** A fenced block. */
export interface Block {
  language: string;
  text: string;
  /** The HTML comments that stand directly before it. */
  marks: string[];
  /** Of its first line of text, from 1. */
  line: number;
}

const FENCE = /^( *)```(\S*)\n(.*?)^\1```$/gms;

/** The links of a page to other places of this repository; what stands in fenced blocks is none. */
export function linksOf(page: string): Link[] {
  const text = readFileSync(page, 'utf8').replaceAll(FENCE, '');
  return [...text.matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(
    ([whole, path = '', anchor]) => ({
      whole,
      path,
      anchor,
    }),
  );
}

/** The anchors of a page's headings, as GitHub makes them; a heading that repeats gets a number. */
export function anchorsOf(page: string): string[] {
  const text = readFileSync(page, 'utf8').replaceAll(FENCE, '');
  const seen = new Map<string, number>();
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

/** The fenced blocks of a page in their order. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(FENCE)].map((match) => {
    const [, indent = '', language = '', body = ''] = match;
    const before = text.slice(0, match.index);
    const comments = /(?:^ *<!--.*-->\n+)+(?![\s\S])/m.exec(before)?.[0] ?? '';
    return {
      language,
      text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      marks: [...comments.matchAll(/<!--\s*(.*?)\s*-->/g)].map(([, mark = '']) => mark),
      line: before.split('\n').length + 1,
    };
  });
}
