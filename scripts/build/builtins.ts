import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

const OWN = 'own-builtins';
const BUILTINS = new Set(builtinModules);

/**
 * Takes of Node's own modules what is named, in place of by `import`. For an `import`, Node reads every export of the module, and with `node:http` that is
 * `WebSocket` too: undici, 20 ms of CPU that nobody asked for (`npm run bench -- cold`). It also gives CommonJS in a bundle its `require`.
 */
export const ownBuiltins: Plugin = {
  name: OWN,
  setup: (build) => {
    build.onResolve({ filter: /^(node:)?[a-z][a-z0-9_/]*$/ }, ({ path, kind }) => {
      const name = path.replace(/^node:/, '');
      return BUILTINS.has(name) || BUILTINS.has(path)
        ? { path: `node:${name}`, namespace: OWN, sideEffects: false, suffix: `?${kind}` }
        : undefined;
    });
    build.onLoad({ filter: /./, namespace: OWN }, ({ path, suffix }) => {
      const itself = `process.getBuiltinModule(${JSON.stringify(path)})`;
      if (suffix === '?require-call') return { contents: `module.exports = ${itself};` };
      const names = namesOf(path, suffix === '?dynamic-import');
      // one by one, so that esbuild drops what nobody names
      const exported = names.map(
        (name) => `export const ${name} = /* @__PURE__ */ (() => it.${name})();`,
      );
      return { contents: [`const it = ${itself}; export default it;`, ...exported].join('\n') };
    });
  },
};

/** What is behind a getter costs when it is read, and a lazy import reads all; a hidden one is on its way out of Node, and warns. */
function namesOf(path: string, isWhole: boolean): readonly string[] {
  const described = Object.entries(
    Object.getOwnPropertyDescriptors(process.getBuiltinModule(path)),
  );
  return described
    .filter(([, its]) => 'value' in its || (its.enumerable === true && !isWhole))
    .map(([name]) => name)
    .filter((name) => /^[A-Za-z]\w*$/.test(name) && name !== 'default');
}
