import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CannotStart, explain } from './cannot-start.ts';

/**
 * As `mkdir -p`. Node's own (`recursive`) never returns where a folder that is there takes no entries, such as /proc.
 * @throws CannotStart with one sentence when it cannot be made
 */
export async function makeFolder(folder: string, mode?: number): Promise<void> {
  const path = resolve(folder);
  if (await isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent, mode);
  await mkdir(path, { mode }).catch(async (error: unknown) => {
    if (await isFolder(path)) return;
    const plain = explain(error, path);
    throw plain instanceof CannotStart
      ? plain
      : new CannotStart(`${path} cannot be made: choose another folder.`, { cause: error });
  });
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
