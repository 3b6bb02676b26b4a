import { monitorEventLoopDelay } from 'node:perf_hooks';
import { request } from 'undici';
import type { Replay } from './replay.ts';

const OBJECTS = '/apis/serving.kserve.io/v1beta1/inferenceservices';

/** The least that reading all objects can be: page after page, parsed and thrown away. */
export async function readBare(server: string): Promise<{ tookMs: number; longestBlockMs: number }> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const from = performance.now();
  let next: string | undefined = '';
  while (next !== undefined) {
    const { body } = await request(`${server}${OBJECTS}?limit=500${next && `&continue=${next}`}`);
    const page = (await body.json()) as { metadata: { continue?: string } };
    next = page.metadata.continue;
  }
  delay.disable();
  return { tookMs: performance.now() - from, longestBlockMs: Math.max(0, delay.max / 1e6 - 5) };
}

/** The least that reading a burst of changes can be: line after line, parsed and thrown away. In milliseconds. */
export async function readBareWatch(replay: Replay, events: number): Promise<number> {
  const { body } = await request(`${replay.server}${OBJECTS}?watch=true`);
  const sent = replay.burst(events);
  let read = 0;
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) JSON.parse(line);
    read += lines.length;
    if (read > events) break;
  }
  return Date.now() - (await sent).at;
}
