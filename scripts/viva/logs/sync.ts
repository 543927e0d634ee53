import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { NodeCodec } from '#adapters/corpus/node-codec.ts';
import { batchOf, batchPath, objectKey } from '#contract/keys.ts';
import { borderOf } from '#core/logs/borders.ts';
import { following, type Piece } from '#core/logs/pieces.ts';
import { generationOf } from '#core/logs/read-on.ts';
import { isCompressed } from '#core/logs/unpack.ts';
import { generationIn, type Log, nameOf, type SyncState } from './sync-state.ts';
import { fileTrouble } from './troubles.ts';
import { type LogFile, someBytesAt, type Target, uploadFiles } from './uploader.ts';

/** The most that one batch carries, and about what a sync holds in memory. */
const BATCH_BYTES = 4 * 1024 * 1024;
const HEAD_BYTES = 4096;
const FIRST_LINE_BYTES = 1024;
const TAIL_BYTES = 256;
/** A last line without an end is taken for whole when its file has not changed for so long. */
const STILL_MS = 60_000;
const LF = 0x0a;

export interface Syncing {
  readonly target: Target;
  readonly state: SyncState;
  /** After every batch that is stored. */
  readonly save: () => Promise<void>;
  readonly onBatch?: (source: string, bytes: number) => void;
  /** A file that cannot be read, and why; the others go on. @default - the error is thrown, but of a file that has vanished */
  readonly onTrouble?: (file: LogFile, why: string) => void;
}

/** Stores what files have got since the state was written; bytes stored. */
export async function syncFiles(files: readonly LogFile[], syncing: Syncing): Promise<number> {
  let bytes = 0;
  for (const file of files) {
    try {
      bytes += await syncFile(file, syncing);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue;
      const why = fileTrouble(error);
      if (why === undefined || syncing.onTrouble === undefined) throw error;
      syncing.onTrouble(file, why);
    }
  }
  return bytes;
}

async function syncFile(file: LogFile, syncing: Syncing): Promise<number> {
  const { state } = syncing;
  const seen = state.seen[file.source];
  const { ino, size: sizeNow, mtimeMs } = await stat(file.path);
  const isSame = seen?.inode === ino && seen.size === sizeNow && seen.modified === mtimeMs;
  if (isSame || sizeNow === 0) return 0;
  const handle = await open(file.path, 'r');
  try {
    return await syncOpen(file, handle, syncing);
  } finally {
    await handle.close();
  }
}

async function syncOpen(file: LogFile, handle: FileHandle, syncing: Syncing): Promise<number> {
  const { state, save } = syncing;
  const seen = state.seen[file.source];
  // of the open file: by now the name may be another's
  const { ino: inode, size, mtimeMs: modified } = await handle.stat();
  const head = await someBytesAt(handle, 0, HEAD_BYTES);
  const firstLine = firstLineOf(head);
  const isStill = Date.now() - modified > STILL_MS;
  if (isDocument(head) || (firstLine === undefined && isStill)) {
    const bytes = await whole(file, syncing);
    state.seen[file.source] = { inode, size, modified };
    await save();
    return bytes;
  }
  // nobody can tell yet which log it is
  if (firstLine === undefined) return 0;
  const growing = new GrowingFile(handle, { file, firstLine, inode, isStill }, syncing);
  const bytes = await growing.store();
  // what was stored whole before may have been its beginning: of two that begin alike the longer stands
  if (seen !== undefined && seen.log === undefined) await whole(file, syncing);
  // what has not been stored yet is looked at again
  const { name: log, stored } = growing;
  state.seen[file.source] = { inode, size: stored, modified, log };
  await save();
  return bytes;
}

function isDocument(head: Uint8Array): boolean {
  return isCompressed(head) || borderOf(head) === 'json';
}

/** A document is no log that grows at its end: it is replaced. */
async function whole(file: LogFile, { target, onBatch }: Syncing): Promise<number> {
  const [done] = await uploadFiles([file], { target });
  if (done?.isNew !== true) return 0;
  onBatch?.(file.source, done.bytes);
  return done.bytes;
}

function firstLineOf(head: Uint8Array): string | undefined {
  const lf = head.indexOf(LF);
  const line = head.subarray(0, lf < 0 ? FIRST_LINE_BYTES : Math.min(lf, FIRST_LINE_BYTES));
  if (lf < 0 && line.length < FIRST_LINE_BYTES) return undefined;
  return generationOf(line, { codec: new NodeCodec() });
}

interface Found {
  readonly file: LogFile;
  readonly firstLine: string;
  readonly inode: number;
  readonly isStill: boolean;
}

/** One open file, and the log whose bytes it holds. */
class GrowingFile {
  readonly #handle: FileHandle;
  readonly #file: LogFile;
  readonly #firstLine: string;
  readonly #inode: number;
  readonly #isStill: boolean;
  readonly #syncing: Syncing;
  #log: Log | undefined;

  constructor(handle: FileHandle, found: Found, syncing: Syncing) {
    this.#handle = handle;
    this.#file = found.file;
    this.#firstLine = found.firstLine;
    this.#inode = found.inode;
    this.#isStill = found.isStill;
    this.#syncing = syncing;
  }

  get name(): string {
    return nameOf(this.#known());
  }

  /** Bytes of the file that are stored. */
  get stored(): number {
    return this.#known().offset;
  }

  async store(): Promise<number> {
    const known = (await this.#continued()) ?? (await this.#begun(0));
    this.#log = known;
    let stored = 0;
    for (let bytes = await this.#next(); bytes.length > 0; bytes = await this.#next()) {
      if (await this.#put(bytes)) stored += bytes.length;
    }
    return stored;
  }

  #known(): Log {
    if (this.#log === undefined) throw new Error('A log was asked for before it was found.');
    return this.#log;
  }

  /**
   * The log of the state that this file goes on with: its own, or, after a rotation, that of the file from which it was renamed (the
   * same inode) or copied (a longer name, `full.txt.1`).
   */
  async #continued(): Promise<Log | undefined> {
    const { state } = this.#syncing;
    const { source } = this.#file;
    const moved = Object.values(state.seen).find(({ inode }) => inode === this.#inode)?.log;
    const own = state.seen[source]?.log;
    const logs = Object.entries(state.logs)
      .filter(([, { firstLine }]) => firstLine === this.#firstLine)
      .filter(([name, log]) => name === own || name === moved || isRotated(log.source, source))
      .toSorted(([a], [b]) => Number(b === own) - Number(a === own));
    for (const [, log] of logs) if (await this.#holds(log)) return log;
    return undefined;
  }

  async #holds({ offset, tail }: Log): Promise<boolean> {
    return (await this.#tailBefore(offset)) === tail;
  }

  /** As the bucket knows it: nothing, or what another watcher or an earlier state has stored of it. */
  async #begun(life: number): Promise<Log> {
    const { source } = this.#file;
    const log = { source, firstLine: this.#firstLine, life };
    const pieces: Piece[] = [];
    const { objects, agent } = this.#syncing.target;
    const root = objectKey.log(agent, '');
    for await (const { key, size } of objects.list(`${root}${nameOf(log)}-`)) {
      const offset = batchOf(key.slice(root.length))?.offset;
      if (offset !== undefined) pieces.push({ key, size, offset });
    }
    const last = following(pieces, 0).at(-1);
    if (last === undefined) return { ...log, offset: 0, tail: await this.#tailBefore(0) };
    if (!(await this.#isStored(last.key, last.offset))) return this.#begun(life + 1);
    const offset = last.offset + last.size;
    return { ...log, offset, tail: await this.#tailBefore(offset) };
  }

  /** Whole lines as far as there are any; of a line longer than a batch, a piece; of a file that is still, all. */
  async #next(): Promise<Uint8Array> {
    const bytes = await someBytesAt(this.#handle, this.#known().offset, BATCH_BYTES);
    const end = bytes.lastIndexOf(LF) + 1;
    const isPiece = end === 0 && bytes.length === BATCH_BYTES;
    const isLast = this.#isStill && bytes.length < BATCH_BYTES;
    return isPiece || isLast ? bytes : bytes.subarray(0, end);
  }

  /** False when somebody else has stored these bytes, or some of them; the log is on then as far as they are. */
  async #put(bytes: Uint8Array): Promise<boolean> {
    const log = this.#known();
    const { source } = log;
    const { target, onBatch } = this.#syncing;
    const path = batchPath({ source, generation: generationIn(log), offset: log.offset });
    const key = objectKey.log(target.agent, path);
    const options = { contentType: 'text/plain', ifAbsent: true };
    const isStored = await target.objects.put(key, bytes, options);
    if (isStored) {
      await this.#advance(bytes.length);
      onBatch?.(source, bytes.length);
      return true;
    }
    const there = await this.#isStored(key, log.offset);
    if (there === false) this.#log = await this.#begun(log.life + 1);
    else await this.#advance(there);
    return false;
  }

  /** Length of a stored batch, if the file has the same bytes at `offset`. */
  async #isStored(key: string, offset: number): Promise<number | false> {
    const { objects } = this.#syncing.target;
    const stored = await objects.read(key);
    if (stored === undefined || stored.length === 0)
      throw new Error(`The batch ${key} was there a moment ago, and is not now.`);
    const own = await someBytesAt(this.#handle, offset, stored.length);
    return Buffer.compare(stored, own) === 0 && stored.length;
  }

  async #advance(bytes: number): Promise<void> {
    const log = this.#known();
    const offset = log.offset + bytes;
    this.#log = { ...log, offset, tail: await this.#tailBefore(offset) };
    this.#syncing.state.logs[this.name] = this.#log;
    await this.#syncing.save();
  }

  async #tailBefore(offset: number): Promise<string> {
    const length = Math.min(TAIL_BYTES, offset);
    const bytes = await someBytesAt(this.#handle, offset - length, length);
    return bytes.length < length
      ? 'cut'
      : createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  }
}

/** `full.txt.1`, `full.txt-20260105` of `full.txt`, in the same folder. */
function isRotated(from: string, to: string): boolean {
  return dirname(from) === dirname(to) && basename(to).startsWith(basename(from));
}
