import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { partBytesOf } from '#adapters/s3/parts.ts';
import type { S3Objects } from '#adapters/s3/s3-objects.ts';
import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import { fileTrouble } from './troubles.ts';

const AT_ONCE = 8;
const FEW = 20;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const KEY_BYTES = 1024;
/** What does not fit the memory that small files share goes alone. */
const LARGE_BYTES = 8 * 1024 * 1024;

export interface LogFile {
  readonly path: string;
  /** Its name as a source: below the folder, with slashes. */
  readonly source: string;
}

export interface Target {
  readonly objects: S3Objects;
  readonly agent: AgentId;
}

/** One file that is done: stored now, or stored already with the same content. */
export interface Uploaded {
  readonly source: string;
  readonly bytes: number;
  readonly isNew: boolean;
}

/** How far a file is that goes in parts. */
export interface Part {
  readonly source: string;
  /** Bytes that are stored by now, of `size`. */
  readonly stored: number;
  readonly size: number;
  /** Length of this part. */
  readonly bytes: number;
  /** An earlier upload, which was interrupted, had stored this part. */
  readonly isKept: boolean;
}

export interface UploadOptions {
  readonly target: Target;
  /** Nothing is written. */
  readonly isDry?: boolean;
  /** What to do with a file that is stored already. @default - pass it over */
  readonly again?: (file: LogFile) => boolean;
  readonly onFile?: (done: Uploaded) => void;
  readonly onPart?: (part: Part) => void;
  /** A file that cannot be read, and why; the others go on. @default - the error is thrown */
  readonly onTrouble?: (file: LogFile, why: string) => void;
}

/**
 * Uploads files as they are, those that the bucket has already with the same content excepted: whoever was interrupted starts again
 * and goes on, within a large file too. A file appears whole or not at all.
 */
export async function uploadFiles(
  files: readonly LogFile[],
  options: UploadOptions,
): Promise<readonly Uploaded[]> {
  const { target, onFile = () => undefined, onTrouble } = options;
  const stored = await storedOf(files, target);
  const done: Uploaded[] = [];
  const left = [...files];
  const large: LogFile[] = [];
  const one = async (file: LogFile, isAlone: boolean): Promise<void> => {
    try {
      if (!isAlone && (await stat(file.path)).size > LARGE_BYTES) {
        large.push(file);
        return;
      }
      const result = await upload(file, stored, options);
      done.push(result);
      onFile(result);
    } catch (error) {
      const why = fileTrouble(error);
      if (why === undefined || onTrouble === undefined) throw error;
      onTrouble(file, why);
    }
  };
  const worker = async (): Promise<void> => {
    for (let file = left.shift(); file !== undefined; file = left.shift()) await one(file, false);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const file of large) await one(file, true);
  return done;
}

async function upload(
  file: LogFile,
  stored: ReadonlyMap<string, { readonly size: number; readonly eTag: string }>,
  options: UploadOptions,
): Promise<Uploaded> {
  const { path, source } = file;
  const { size } = await stat(path);
  const key = objectKey.log(options.target.agent, source);
  if (isTooLong(key)) throw new KeyTooLong(`The key ${key} is too long.`);
  const before = stored.get(key);
  const isNew =
    before?.size !== size || before.eTag !== (await eTagOf(path)) || options.again?.(file) === true;
  if (isNew) await (options.isDry ? readable(path) : store(file, size, options));
  return { source, bytes: size, isNew };
}

/** A dry run finds as well what could not be read. */
async function readable(path: string): Promise<void> {
  await (await open(path)).close();
}

/** As much as the file had a moment ago: what it gets meanwhile comes with the next upload. */
async function store(
  { path, source }: LogFile,
  size: number,
  { target: { objects, agent }, onPart }: UploadOptions,
): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await objects.writeContent(
      objectKey.log(agent, source),
      { size, read: (from, length) => bytesAt(handle, from, length) },
      {
        contentType: contentTypeOf(source),
        onPart: ({ stored, bytes, isKept }) => onPart?.({ source, size, stored, bytes, isKept }),
      },
    );
  } finally {
    await handle.close();
  }
}

/** As S3 says it of what it is asked to write; of what it is asked for, it only says that the request is bad. */
class KeyTooLong extends Error {
  override readonly name = 'KeyTooLongError';
}

function isTooLong(key: string): boolean {
  return Buffer.byteLength(key) > KEY_BYTES;
}

/** A file became shorter while it was read. */
class Shrunk extends Error {
  override readonly name = 'Shrunk';
}

async function bytesAt(handle: FileHandle, from: number, length: number): Promise<Uint8Array> {
  const bytes = await someBytesAt(handle, from, length);
  if (bytes.length < length) throw new Shrunk('The file became shorter while it was read.');
  return bytes;
}

/** Less than `length` at the end of the file. */
export async function someBytesAt(
  handle: FileHandle,
  from: number,
  length: number,
): Promise<Uint8Array> {
  const buffer = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(buffer, read, length - read, from + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return buffer.subarray(0, read);
}

/** Few are asked for one by one, many by listing them all. */
async function storedOf(files: readonly LogFile[], { objects, agent }: Target) {
  const stored = new Map<string, { readonly size: number; readonly eTag: string }>();
  if (files.length > FEW) {
    for await (const { key, ...head } of objects.list(objectKey.log(agent, '')))
      stored.set(key, head);
    return stored;
  }
  for (const { source } of files) {
    const key = objectKey.log(agent, source);
    const head = isTooLong(key) ? undefined : await objects.head(key);
    if (head !== undefined) stored.set(key, head);
  }
  return stored;
}

/**
 * The ETag that S3 gives to this content, without encryption by keys of one's own: its MD5, or of what is uploaded in parts the
 * MD5 of their MD5s and their number.
 */
export async function eTagOf(path: string): Promise<string> {
  const step = partBytesOf((await stat(path)).size);
  const parts: Buffer[] = [];
  let part = createHash('md5');
  let held = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    if (!Buffer.isBuffer(chunk)) continue;
    for (let rest = chunk; rest.length > 0; ) {
      const taken = rest.subarray(0, step - held);
      part.update(taken);
      held += taken.length;
      rest = rest.subarray(taken.length);
      if (held === step) {
        parts.push(part.digest());
        part = createHash('md5');
        held = 0;
      }
    }
  }
  if (parts.length === 0) return part.digest('hex');
  if (held > 0) parts.push(part.digest());
  if (parts.length === 1) return parts[0]?.toString('hex') ?? '';
  return `${createHash('md5').update(Buffer.concat(parts)).digest('hex')}-${parts.length}`;
}

function contentTypeOf(source: string): string {
  return source.endsWith('.json') ? 'application/json' : 'text/plain';
}
