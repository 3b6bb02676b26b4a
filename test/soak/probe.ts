/** Loaded into the controller before it (`node --expose-gc --import`): tells its parent, when asked, what it has in use. */
import { readdirSync } from 'node:fs';
import type { Usage } from './flat.ts';

process.on('message', () => {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const usage: Usage = {
    rss,
    heap: heapUsed,
    resources: process.getActiveResourcesInfo().length,
    files: readdirSync('/proc/self/fd').length,
  };
  process.send?.(usage);
});
// The pipe alone keeps nobody alive.
process.channel?.unref();
