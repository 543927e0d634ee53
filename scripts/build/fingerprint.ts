import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { version } from 'esbuild';
import * as z from 'zod';
import { OPTIONS } from './bundle.ts';
import type { Room } from './rooms.ts';

const Inputs = z.record(z.string(), z.unknown());
/** What is kept of a build in `dist/meta/<room>.json`: esbuild's metafile, and of what it was made. */
const Kept = z.looseObject({ fingerprint: z.string(), bytes: z.number(), inputs: Inputs });

/** What a plugin made up, as esbuild names it: `<namespace>:<path>`. */
const OF_A_PLUGIN = /^[a-z-]+:/;

/**
 * Hash of all that a bundle is made of: the room's own inputs, the lockfile for everything in node_modules, and the way of
 * bundling. Undefined when an input is gone.
 */
export async function fingerprint(
  room: Room,
  root: string,
  inputs: readonly string[],
): Promise<string | undefined> {
  const own = inputs
    .filter((path) => !path.includes('node_modules/') && !OF_A_PLUGIN.test(path))
    .sort();
  const dockerfile = join(dirname(room.entry), 'Dockerfile');
  const files = [
    ...own.map((path) => join(root, path)),
    join(root, 'package-lock.json'),
    join(import.meta.dirname, 'barrels.ts'),
    join(import.meta.dirname, 'builtins.ts'),
    join(import.meta.dirname, 'contract.ts'),
    join(import.meta.dirname, 'one-start.ts'),
    join(import.meta.dirname, 'wasm.ts'),
    ...(existsSync(dockerfile) ? [dockerfile] : []),
  ];
  const hash = createHash('sha256').update(version).update(JSON.stringify(OPTIONS));
  try {
    for (const file of files) hash.update(`\0${file}\0`).update(await readFile(file));
  } catch {
    return undefined;
  }
  return hash.digest('hex');
}

/** Bytes of the last build, when nothing that it was made of has changed since. */
export async function unchangedBytes(room: Room, root: string): Promise<number | undefined> {
  if (!existsSync(join(root, 'dist', 'rooms', room.name, 'index.mjs'))) return undefined;
  const kept = await readKept(join(root, 'dist', 'meta', `${room.name}.json`));
  if (kept === undefined) return undefined;
  const now = await fingerprint(room, root, Object.keys(kept.inputs));
  return now === kept.fingerprint ? kept.bytes : undefined;
}

async function readKept(path: string): Promise<z.infer<typeof Kept> | undefined> {
  try {
    return Kept.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // absent, or cut off in the middle: the room is built again
    return undefined;
  }
}
