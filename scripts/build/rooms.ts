import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** One deployed thing: `functions/<name>/<name>.lambda.ts` (a function) or `.task.ts` (a container). */
export interface Room {
  readonly name: string;
  readonly entry: string;
  readonly kind: 'lambda' | 'task';
}

/** Every room under `root/functions` that has an entry, by name. */
export async function findRooms(root: string): Promise<Room[]> {
  const folder = join(root, 'functions');
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => roomIn(folder, name))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

function roomIn(folder: string, name: string): Room[] {
  const kinds = ['lambda', 'task'] as const;
  return kinds
    .map((kind) => ({ name, kind, entry: join(folder, name, `${name}.${kind}.ts`) }))
    .filter(({ entry }) => existsSync(entry));
}
