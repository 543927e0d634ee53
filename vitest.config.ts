import { defineConfig } from 'vitest/config';

const project = (name: string, more: Record<string, unknown> = {}) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], ...more },
});

export default defineConfig({
  test: {
    pool: 'forks',
    // one more than the cores that it is meant for: a fifth of the time each waits for something that it has started
    maxWorkers: 3,
    // a net for what hangs, never a measure: machines are busy
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // to start a process for each file, and to load there again what is no part of us, took a third of the time
    isolate: false,
    setupFiles: ['test/support/own-modules.ts'],
    projects: [
      project('unit'),
      project('architecture'),
      project('contract'),
      project('infra', { testTimeout: 120_000, hookTimeout: 120_000 }),
      project('e2e', { testTimeout: 300_000, hookTimeout: 120_000 }),
    ],
  },
});
