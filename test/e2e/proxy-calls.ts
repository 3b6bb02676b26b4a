import type { FaultProxy } from '../bed/index.ts';
import { until } from '../support/wait.ts';

/** Waits until so many resyncs have begun and ended from now on: each begins with one reading of LiteLLM's list. */
export async function resyncs(proxy: FaultProxy, count: number): Promise<void> {
  const lists = (): number => proxy.counts()['GET /model/info'] ?? 0;
  const before = lists();
  // What the last of them led to has been sent before the next one begins.
  await until(`${count} resyncs went by`, () => lists() > before + count, 60_000);
}

/** The writes that came to the proxy, as `POST /model/new`. */
export function writesAt(proxy: FaultProxy): string[] {
  return proxy.calls.filter((call) => call.method !== 'GET').map((call) => `${call.method} ${call.template}`);
}
