import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

/** `export { a, b as c } from 'd'`: the list and the file. */
const NAMED = /export\s*\{([^}]*)\}\s*from\s*(?:'([^']*)'|"([^"]*)")\s*;?/g;
const OTHER =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|export\s+\*(?:\s+as\s+\w+)?\s+from\s*(?:'[^']*'|"[^"]*")\s*;?/g;
const OWN = 'own-barrels';
/** Of which a start and a lazy chunk want different parts. The SDK's would bring 30 kB more, and cost each build seconds: it has hundreds of importers. */
const BARREL = /^viem(\/|$)/;

/**
 * Leaves of a barrel, a file of nothing but re-exports, only what its importer names. esbuild puts a file into the chunks of all who reach it, and
 * through a whole barrel who wants one thing reaches what any other wants: code that one lazy chunk needs would be loaded by every start.
 * The modules behind it stay one.
 */
export const ownBarrels: Plugin = {
  name: OWN,
  setup: (build) => {
    const sources = new Map<string, Promise<string>>();
    const sourceOf = (path: string): Promise<string> => {
      const asked = sources.get(path) ?? readFile(path, 'utf8');
      sources.set(path, asked);
      return asked;
    };
    build.onResolve({ filter: BARREL }, async ({ path, pluginData, ...from }) => {
      if (pluginData === OWN || from.kind !== 'import-statement' || from.namespace !== 'file')
        return undefined;
      const names = namesFrom(await sourceOf(from.importer), path);
      if (names === undefined) return undefined;
      const found = await build.resolve(path, { ...from, pluginData: OWN });
      if (
        found.errors.length > 0 ||
        found.external ||
        found.namespace !== 'file' ||
        found.sideEffects
      )
        return undefined;
      if (!isBarrel(await sourceOf(found.path))) return undefined;
      return { path: found.path, namespace: OWN, sideEffects: false, suffix: `?${names.join()}` };
    });
    build.onLoad({ filter: /./, namespace: OWN }, async ({ path, suffix }) => ({
      contents: only(new Set(suffix.slice(1).split(',')), await sourceOf(path)),
      resolveDir: dirname(path),
      loader: 'js',
    }));
  },
};

function isBarrel(source: string): boolean {
  return source.replaceAll(NAMED, '').replaceAll(OTHER, '').trim() === '';
}

/** What a file takes from another by name; undefined when it takes it in another way too. */
function namesFrom(source: string, specifier: string): readonly string[] | undefined {
  const quoted = `(?:'${escaped(specifier)}'|"${escaped(specifier)}")`;
  const all = [...source.matchAll(new RegExp(`from\\s*${quoted}`, 'g'))].length;
  const named = [
    ...source.matchAll(
      new RegExp(`(?:import|export)(\\s+type)?\\s*\\{([^}]*)\\}\\s*from\\s*${quoted}`, 'g'),
    ),
  ];
  if (all === 0 || named.length !== all) return undefined;
  const names = named
    .filter(([, isType]) => isType === undefined)
    .flatMap(([, , list = '']) => listed(list));
  return [...new Set(names.map(({ taken }) => taken))].sort();
}

function listed(list: string): readonly { readonly taken: string; readonly given: string }[] {
  return list
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && !one.startsWith('type '))
    .map((one) => {
      const [taken = '', given = taken] = one.split(/\s+as\s+/);
      return { taken, given };
    });
}

function only(names: ReadonlySet<string>, source: string): string {
  return source.replaceAll(NAMED, (_all, list: string, ...from: (string | undefined)[]) => {
    const kept = listed(list).filter(({ given }) => names.has(given));
    const words = kept.map(({ taken, given }) => `${taken} as ${given}`).join();
    return kept.length === 0
      ? ''
      : `export { ${words} } from '${from.find((one) => one !== undefined) ?? ''}';`;
  });
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
