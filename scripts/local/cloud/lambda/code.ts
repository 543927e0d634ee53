import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { zipSync } from 'fflate';
import { filesBelow } from '#adapters/logs/folder.ts';

/** A function's code as Lambda keeps it. */
export interface PackedCode {
  readonly archive: Uint8Array;
  /** Base64, as GetFunction gives it. */
  readonly sha256: string;
}

/** The first time that a zip archive can tell: the same files give the same archive. */
const mtime = new Date(1980, 0, 1);

/** The folder as a zip archive, files by name, packed by nothing. */
export async function pack(codeDir: string): Promise<PackedCode> {
  const { files } = await filesBelow(codeDir);
  const bodies = await Promise.all(
    files.map(async ({ name, path }) => [name, await readFile(path)] as const),
  );
  const archive = zipSync(Object.fromEntries(bodies), { level: 0, mtime });
  return { archive, sha256: createHash('sha256').update(archive).digest('base64') };
}
