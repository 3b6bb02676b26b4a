import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { request } from 'undici';

/** What LiteLLM's price map adds to a row: with these it has the 7.3 KB that were measured on the real one, of 160 keys. */
const PRICES = Object.fromEntries(
  Array.from({ length: 150 }, (_, index) => [`input_cost_per_token_above_${index}k_tokens`, index % 3 ? null : 1e-6]),
);

/** Stands before the sandbox's LiteLLM and makes the rows of its list as large as the real one's. Gives its URL. */
export async function startWide(target: string): Promise<string> {
  const server = createServer((incoming, response) => {
    pass(target, incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function pass(target: string, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/', headers } = incoming;
  const sent = await buffer(incoming);
  const { statusCode, body } = await request(`${target}${url}`, {
    method: method as 'GET',
    headers: {
      ...(headers.authorization && { authorization: headers.authorization }),
      ...(headers['content-type'] && { 'content-type': headers['content-type'] }),
    },
    ...(sent.length > 0 && { body: sent }),
  });
  const text = await body.text();
  const isList = url === '/model/info' && statusCode === 200;
  response.writeHead(statusCode, { 'content-type': 'application/json' }).end(isList ? widened(text) : text);
}

function widened(text: string): string {
  const { data } = JSON.parse(text) as { data: { model_info: object }[] };
  return JSON.stringify({ data: data.map((row) => ({ ...row, model_info: { ...PRICES, ...row.model_info } })) });
}
