import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { isFolder } from '../local/economy/uploads.ts';

/** @throws CannotStart with one sentence when nothing can or may be written there */
export async function refuseToWrite(out: string, isForced: boolean): Promise<void> {
  const there = await stat(out).catch(() => undefined);
  if (there === undefined) {
    if (await isFolder(dirname(out))) return;
    throw new CannotStart(`There is no folder ${dirname(out)}: make it, or name another file.`);
  }
  if (there.isDirectory()) throw new CannotStart(`${out} is a folder: name a file with --out.`);
  if (!isForced) throw isThere(out);
}

export function isThere(out: string): CannotStart {
  return new CannotStart(
    `${out} is there already: name another file with --out, or replace it with --force.`,
  );
}
