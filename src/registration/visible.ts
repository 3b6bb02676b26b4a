/** A text for a message: in quotes, cut to 80 characters, with what cannot be seen written out. */
export function quoted(text: string): string {
  // Only the first part is taken apart: a value can be a quarter of a megabyte.
  const characters = Array.from(text.slice(0, 200));
  const cut = characters.length > 80 ? `${characters.slice(0, 80).join('')}…` : text;
  return `"${visible(cut)}"`;
}

/** The text with control characters, line ends and direction marks written out, so that it stays on its line. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === '\n') return '\\n';
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
