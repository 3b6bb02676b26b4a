import { defineConfig } from 'vitest/config';

/** One project a kind of test; `npm test` runs the first three, `npm run test:e2e` and `npm run test:e2e:kserve` the real servers. */
const project = (name: string, settings: Record<string, unknown> = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], ...settings },
});

const REAL_SERVERS = { testTimeout: 180_000, hookTimeout: 1_800_000, fileParallelism: false };

export default defineConfig({
  test: {
    // Integration tests wait more than they compute, so that more of them fit than there are cores.
    maxWorkers: 4,
    projects: [
      project('unit'),
      project('integration', { testTimeout: 20_000 }),
      project('contract', { testTimeout: 20_000 }),
      project('e2e', { ...REAL_SERVERS, exclude: ['test/e2e/kserve/**'], globalSetup: ['test/e2e/setup.ts'] }),
      // A bed of its own, and a run of its own: two beds at a time would slow one another down.
      project('e2e-kserve', {
        ...REAL_SERVERS,
        include: ['test/e2e/kserve/**/*.test.ts'],
        globalSetup: ['test/e2e/kserve/setup.ts'],
      }),
    ],
  },
});
