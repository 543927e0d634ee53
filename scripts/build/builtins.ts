import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

const OWN = 'own-builtins';
const BUILTINS = new Set(builtinModules);

/**
 * Takes Node's own modules as they are, in place of by `import`. For an `import`, Node reads every export of the module, and with `node:http` that is
 * `WebSocket` too: undici, 20 ms of CPU that nobody asked for (`npm run bench -- cold`). It also gives CommonJS in a bundle its `require`.
 */
export const ownBuiltins: Plugin = {
  name: OWN,
  setup: (build) => {
    build.onResolve({ filter: /^(node:)?[a-z][a-z0-9_/]*$/ }, ({ path, kind }) => {
      const name = path.replace(/^node:/, '');
      return BUILTINS.has(name) || BUILTINS.has(path)
        ? {
            path: `node:${name}`,
            namespace: OWN,
            sideEffects: false,
            ...(kind === 'dynamic-import' && { suffix: '?lazy' }),
          }
        : undefined;
    });
    build.onLoad({ filter: /./, namespace: OWN }, ({ path, suffix }) => {
      const itself = `process.getBuiltinModule(${JSON.stringify(path)})`;
      // esbuild makes of CommonJS that is imported lazily a module without names
      return suffix === ''
        ? { contents: `module.exports = ${itself};` }
        : {
            contents: `const it = ${itself}; export const { ${namesOf(path)} } = it; export default it;`,
          };
    });
  },
};

/** What is there without a getter: to read those is what costs. */
function namesOf(path: string): string {
  const described = Object.entries(
    Object.getOwnPropertyDescriptors(process.getBuiltinModule(path)),
  );
  return described
    .filter(([name, its]) => 'value' in its && /^[A-Za-z]\w*$/.test(name) && name !== 'default')
    .map(([name]) => name)
    .join();
}
