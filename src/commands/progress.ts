/** What takes longer is told. */
const PATIENCE_MS = 1_000;

/**
 * Runs something that may take a while. On a terminal, a line on standard error says what is waited for once it takes more than a
 * second, and goes when it is over.
 */
export async function withProgress<T>(what: string, work: () => Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) return work();
  let shown = false;
  const timer = setTimeout(() => {
    shown = true;
    process.stderr.write(`${what} …`);
  }, PATIENCE_MS);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    if (shown) process.stderr.write('\r\u001b[K');
  }
}
