import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import type { DayFile, LogFile, LogShelf, Scratch, SealedFile } from '#core/ports/log-shelf.ts';

/** Calls are synchronous: a collection has nothing else to do, and a hop to a thread costs more than a read from the cache. */
const READ_BYTES = 262_144;

export interface FoundFile {
  readonly path: string;
  /** Relative, with `/`. */
  readonly name: string;
}

/** Control characters (a newline among them), which no listing of a bucket can carry. */
const UNSPEAKABLE = /\p{Cc}/u;

/**
 * Every file below `folder` whose name and folders do not begin with a dot, by name. What is neither file nor folder, such as a
 * symbolic link, is no log, nor is a file with a control character in its name: `passedOver`.
 */
export async function filesBelow(
  folder: string,
): Promise<{ readonly files: readonly FoundFile[]; readonly passedOver: readonly string[] }> {
  const files: FoundFile[] = [];
  const passedOver: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join('/');
    if (entry.isDirectory() || name.split('/').some((part) => part.startsWith('.'))) continue;
    if (entry.isFile() && !UNSPEAKABLE.test(name)) files.push({ path, name });
    else passedOver.push(name);
  }
  return { files: files.toSorted((a, b) => (a.name < b.name ? -1 : 1)), passedOver };
}

/** The files below `folder`, to be read. */
export async function logFiles(folder: string): Promise<LogFile[]> {
  const buffer = new Uint8Array(READ_BYTES);
  const { files } = await filesBelow(folder);
  return files.map(({ path, name }) => ({ name, open: () => chunks(path, buffer) }));
}

/** A file's bytes; each chunk is overwritten by the next. */
async function* chunks(path: string, buffer: Uint8Array): AsyncIterable<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
      yield await Promise.resolve(buffer.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
}

/** One file below `folder`, deleted from it at once where the system lets us, and at the latest by `remove`. */
export class FolderScratch implements Scratch {
  readonly #folder: string;
  readonly #file: number;
  #length = 0;

  constructor(parent: string = tmpdir()) {
    this.#folder = mkdtempSync(join(parent, 'logs-'));
    this.#file = openSync(join(this.#folder, 'runs'), 'w+');
  }

  write(bytes: Uint8Array): number {
    const at = this.#length;
    writeAll(this.#file, bytes, at);
    this.#length += bytes.length;
    return at;
  }

  read(at: number, into: Uint8Array): void {
    let done = 0;
    while (done < into.length) {
      const read = readSync(this.#file, into, done, into.length - done, at + done);
      if (read === 0) throw new Error('The scratch file ends before what was written to it.');
      done += read;
    }
  }

  remove(): void {
    closeSync(this.#file);
    rmSync(this.#folder, { recursive: true });
  }
}

/** A collection in a folder: `segments/<day>-<sha256>.ndjson` and the documents. */
export class FolderShelf implements LogShelf {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(join(folder, 'segments'), { recursive: true });
  }

  begin(day: string): DayFile {
    return new FolderDayFile(this.#folder, day);
  }

  document(name: string, text: string): void {
    const path = join(this.#folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.part`, text);
    renameSync(`${path}.part`, path);
  }
}

class FolderDayFile implements DayFile {
  readonly #root: string;
  readonly #day: string;
  readonly #part: string;
  readonly #file: number;
  #length = 0;

  constructor(root: string, day: string) {
    this.#root = root;
    this.#day = day;
    this.#part = `${root}/segments/${day}.part`;
    this.#file = openSync(this.#part, 'w');
  }

  write(bytes: Uint8Array): void {
    writeAll(this.#file, bytes, this.#length);
    this.#length += bytes.length;
  }

  seal(sha256: string): SealedFile {
    closeSync(this.#file);
    const key = `segments/${this.#day}-${sha256}.ndjson`;
    const path = `${this.#root}/${key}`;
    // the same name is the same content; to replace a file is dear where the system then flushes it
    if (existsSync(path)) rmSync(this.#part);
    else renameSync(this.#part, path);
    return { key, bytes: this.#length };
  }
}

function writeAll(file: number, bytes: Uint8Array, at: number): void {
  let done = 0;
  while (done < bytes.length) {
    done += writeSync(file, bytes, done, bytes.length - done, at + done);
  }
}
