const LARGEST_BODY = 64 * 1024 * 1024;
const LARGEST_ERROR_BODY = 64 * 1024;

async function readText(body: AsyncIterable<Uint8Array>, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw new RangeError('The body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * The body as parsed JSON, undefined where it is empty.
 *
 * @throws SyntaxError when it is not JSON, RangeError when it is larger than 64 MiB.
 */
export async function readJson(body: AsyncIterable<Uint8Array>): Promise<unknown> {
  const text = await readText(body, LARGEST_BODY);
  return text === '' ? undefined : JSON.parse(text);
}

/** The `reason` word of the Kubernetes Status in an error's body; all else in it goes no further. Never throws. */
export async function readReason(body: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  try {
    const status: unknown = JSON.parse(await readText(body, LARGEST_ERROR_BODY));
    if (typeof status !== 'object' || status === null || !('reason' in status)) return undefined;
    return typeof status.reason === 'string' ? status.reason : undefined;
  } catch {
    return undefined;
  }
}
