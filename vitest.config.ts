import { defineConfig } from 'vitest/config';

const project = (name: string, more: Record<string, unknown> = {}) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], ...more },
});

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // a net for what hangs, never a measure: machines are busy
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      // what holds no process, port or folder needs no module registry of its own: loading the same modules anew took half of their time
      project('unit', { isolate: false }),
      project('architecture', { isolate: false }),
      project('contract'),
      project('infra', { testTimeout: 120_000, hookTimeout: 120_000 }),
      project('e2e', { testTimeout: 300_000, hookTimeout: 120_000 }),
    ],
  },
});
