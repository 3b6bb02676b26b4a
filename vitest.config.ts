import { defineConfig } from 'vitest/config';

/** One project a kind of test; `npm test` runs the first three, `npm run test:e2e` the real servers. */
const project = (name: string, settings: Record<string, unknown> = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], ...settings },
});

export default defineConfig({
  test: {
    // Integration tests wait more than they compute, so that more of them fit than there are cores.
    maxWorkers: 4,
    projects: [
      project('unit'),
      project('integration', { testTimeout: 20_000 }),
      project('contract', { testTimeout: 20_000 }),
      project('e2e', {
        testTimeout: 180_000,
        hookTimeout: 1_800_000,
        fileParallelism: false,
        globalSetup: ['test/e2e/setup.ts'],
      }),
    ],
  },
});
