import { afterAll, vi } from 'vitest';

// Files of one process share modules: here each has its own, since rooms open their clients once, and leaves the process as it was.
vi.resetModules();
const before = { ...process.env };

afterAll(() => {
  vi.restoreAllMocks();
  vi.resetConfig();
  for (const name of Object.keys(process.env))
    if (!(name in before)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, before);
});
