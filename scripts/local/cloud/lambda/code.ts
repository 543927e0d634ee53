import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { filesBelow } from '#adapters/logs/folder.ts';

/** A function's code as Lambda keeps it. */
export interface PackedCode {
  readonly archive: Buffer;
  /** Base64, as GetFunction gives it. */
  readonly sha256: string;
}

/** The folder as a zip archive, files by name, packed by nothing: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3 */
export async function pack(codeDir: string): Promise<PackedCode> {
  const [locals, entries]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  const { files } = await filesBelow(codeDir);
  for (const file of files) {
    const name = Buffer.from(file.name);
    const body = await readFile(file.path);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt32LE(crc32(body), 14);
    local.writeUInt32LE(body.length, 18);
    local.writeUInt32LE(body.length, 22);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    // checksum, both sizes and the length of the name are the local header's
    local.copy(entry, 16, 14, 28);
    entry.writeUInt32LE(at, 42);
    locals.push(local, name, body);
    entries.push(entry, name);
    at += local.length + name.length + body.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length / 2, 8);
  end.writeUInt16LE(entries.length / 2, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  const archive = Buffer.concat([...locals, directory, end]);
  return { archive, sha256: createHash('sha256').update(archive).digest('base64') };
}
