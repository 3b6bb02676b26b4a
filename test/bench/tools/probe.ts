/**
 * Loaded into the program that is measured, before it (`node --import`): answers, over the pipe to its parent, what it has used so far. Blocks are looked for from
 * `reset` on, by a timer of 5 ms; `quiet` ends that, so that the probe costs nothing itself.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What a program has used since the last `reset`. */
export interface Usage {
  /** The longest time for which the event loop did nothing else, in milliseconds. */
  longestBlockMs: number;
  /** Time on a core, in milliseconds. */
  cpuMs: number;
  /** Resident memory now, and at its highest since the start, in bytes. */
  rss: number;
  rssPeak: number;
  heapUsed: number;
}

/** `reset` and `quiet` begin to count anew. */
export type Order = 'usage' | 'reset' | 'quiet';

const RESOLUTION_MS = 5;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
let before = process.cpuUsage();

process.on('message', (order: Order) => {
  if (order !== 'usage') {
    if (order === 'reset') delay.enable();
    else delay.disable();
    delay.reset();
    before = process.cpuUsage();
    process.send?.(order);
    return;
  }
  const { user, system } = process.cpuUsage(before);
  const { rss, heapUsed } = process.memoryUsage();
  const usage: Usage = {
    longestBlockMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
    cpuMs: (user + system) / 1000,
    rss,
    rssPeak: process.resourceUsage().maxRSS * 1024,
    heapUsed,
  };
  process.send?.(usage);
});
// The pipe alone keeps nobody alive.
process.channel?.unref();
