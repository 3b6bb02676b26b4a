/** The longest line of a watch: etcd takes objects of about 1.5 MB, so this is only met by something broken. */
const LONGEST_LINE = 32 * 1024 * 1024;

/**
 * Splits a byte stream into its lines, without the line ends; empty lines are left out.
 *
 * @throws RangeError when a line never ends; SyntaxError when the stream ends within a line, which is then not given out,
 *   since half an event is none.
 */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      const line = rest + text.slice(start, end);
      rest = '';
      start = end + 1;
      if (line.trim() !== '') yield line;
    }
    rest += text.slice(start);
    if (rest.length > LONGEST_LINE) throw new RangeError('A line of the stream is too long.');
  }
  if (rest.trim() !== '') throw new SyntaxError('The stream ended within a line.');
}
