import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** A constant of a module, with what it is: from the first column to a semicolon that ends an unindented statement. */
const CONSTANT = /^((?:export )?const \w+(?:: [^=]+)? =)(\s[\s\S]*?);$(?!\n[ })])/gm;

/**
 * Leaves out of a bundle the contract's schemas that nobody in it names: 200 of the heartbeat's 900, nearly all of a small room's, and 8 to 13 ms of CPU of
 * most starts (`npm run bench -- cold`). For all that esbuild knows, a call of zod's might do something besides; so it is told that the constants of the
 * contract, which imports nothing but zod, do nothing.
 */
export const namedSchemas: Plugin = {
  name: 'named-schemas',
  setup: (build) => {
    build.onLoad({ filter: /[\\/]layers[\\/]contract[\\/][\w-]+\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll(
        CONSTANT,
        '$1 /* @__PURE__ */ (() => ($2))();',
      ),
      loader: 'ts',
    }));
  },
};
