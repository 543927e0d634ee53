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
      project('unit'),
      project('contract'),
      project('architecture'),
      project('infra', { testTimeout: 120_000, hookTimeout: 120_000 }),
      project('e2e', { testTimeout: 300_000, hookTimeout: 120_000 }),
    ],
  },
});
