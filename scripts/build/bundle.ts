import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { ownBarrels } from './barrels.ts';
import { ownBuiltins } from './builtins.ts';
import { namedSchemas } from './contract.ts';
import { oneStart } from './one-start.ts';
import type { Room } from './rooms.ts';
import { wasmBeside } from './wasm.ts';

/** How every room is bundled: what Lambda and the relay's container run. */
export const OPTIONS = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // the SDK's ESM: its CommonJS twin is larger and needs `require`
  mainFields: ['module', 'main'],
  splitting: true,
  minify: true,
  sourcemap: 'external',
  legalComments: 'none',
  entryNames: 'index',
  chunkNames: 'chunk-[hash]',
  assetNames: '[name]',
  outExtension: { '.js': '.mjs' },
  loader: { '.wasm': 'file' },
  metafile: true,
  logLevel: 'silent',
  plugins: [ownBuiltins, ownBarrels, namedSchemas, wasmBeside],
} satisfies BuildOptions;

export interface Bundle {
  readonly bytes: number;
  readonly metafile: Metafile;
}

/** Bundles one room into `dist/rooms/<room>`, swapped in whole; its maps go to `dist/maps`, so that they are not shipped. */
export async function bundle(room: Room, root: string): Promise<Bundle> {
  const { outputFiles, metafile } = await compile(room, root);

  const code = outputFiles.filter(({ path }) => /\.(mjs|wasm)$/.test(path));
  const maps = outputFiles.filter(({ path }) => path.endsWith('.map'));
  await swapIn(join(root, 'dist', 'maps', room.name), maps);
  await swapIn(join(root, 'dist', 'rooms', room.name), [
    ...code,
    { path: 'package.json', contents: '{"type":"module"}\n' },
  ]);
  const dockerfile = join(dirname(room.entry), 'Dockerfile');
  if (existsSync(dockerfile)) {
    await copyFile(dockerfile, join(root, 'dist', 'rooms', room.name, 'Dockerfile'));
  }
  return { bytes: code.reduce((sum, { contents }) => sum + contents.length, 0), metafile };
}

function compile({ name, entry }: Room, root: string) {
  return build({
    ...OPTIONS,
    absWorkingDir: root,
    entryPoints: [relative(root, entry)],
    outdir: join('dist', 'rooms', name),
    write: false,
    plugins: [oneStart(join(dirname(entry), 'wiring.ts')), ...OPTIONS.plugins],
  });
}

interface File {
  readonly path: string;
  readonly contents: string | Uint8Array;
}

/** A reader sees the old folder or the new one: two builds at once do no harm. */
async function swapIn(folder: string, files: readonly File[]): Promise<void> {
  const fresh = `${folder}.${process.pid}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  for (const { path, contents } of files) await writeFile(join(fresh, basename(path)), contents);
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
}
