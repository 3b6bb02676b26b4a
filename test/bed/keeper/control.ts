import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { BedError, listen, type Operation, operationSchema, readCall } from '../base/index.ts';

export interface Control {
  url: string;
  token: string;
}

/** Opens the small HTTP server on loopback by which the bed's users reach the keeper: one operation a POST, as JSON. */
export async function openControl(perform: (operation: Operation) => Promise<unknown>): Promise<Control> {
  const token = randomBytes(24).toString('hex');
  const server = createServer(async (incoming, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    try {
      const call = await readCall(incoming);
      if (!isSame(call.headers.authorization ?? '', `Bearer ${token}`))
        return answer(401, { error: 'The token is wrong.' });
      const operation = operationSchema.safeParse(JSON.parse(call.body.toString()));
      if (!operation.success) return answer(400, { error: operation.error.message });
      answer(200, { result: (await perform(operation.data)) ?? null });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      answer(500, { error: message, code: error instanceof BedError ? error.code : 'control-failed' });
    }
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}`, token };
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
