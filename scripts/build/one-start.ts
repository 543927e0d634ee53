import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

const LAZY = 'one-start';

/**
 * Keeps what a room's start needs in one file. esbuild cuts a chunk for every set of lazy parts that share something with the start or not: thirty
 * files, each found, read and linked at every cold start, 15 ms of CPU in all (`npm run bench -- cold`). When each lazy part also imports the room's
 * wiring, which is loaded by then, all sets are one.
 */
export const oneStart = (wiring: string): Plugin => ({
  name: LAZY,
  setup: (build) => {
    if (!existsSync(wiring)) return;
    build.onResolve({ filter: /./ }, async ({ path, kind, pluginData, ...from }) => {
      if (kind !== 'dynamic-import' || pluginData === LAZY) return undefined;
      const found = await build.resolve(path, { ...from, kind, pluginData: LAZY });
      return found.errors.length > 0 || found.external || found.namespace !== 'file'
        ? undefined
        : { path: found.path, namespace: LAZY };
    });
    build.onLoad({ filter: /./, namespace: LAZY }, ({ path }) => {
      const [start, part] = [wiring, path].map((file) => JSON.stringify(file));
      return {
        contents: `import ${start}; import * as part from ${part}; export * from ${part}; export default part.default;`,
        resolveDir: dirname(path),
      };
    });
  },
});
