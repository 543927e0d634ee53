import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PART_BYTES } from '#adapters/s3/s3-objects.ts';
import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import type { Objects } from '#core/ports/objects.ts';

const AT_ONCE = 8;
const FEW = 20;
/** What does not fit the memory that small files share goes alone. */
const LARGE_BYTES = 32 * 1024 * 1024;

export interface LogFile {
  readonly path: string;
  /** Its name as a source: below the folder, with slashes. */
  readonly source: string;
}

export interface Target {
  readonly objects: Objects;
  readonly agent: AgentId;
}

/** One file that is done: stored now, or stored already with the same content. */
export interface Uploaded {
  readonly source: string;
  readonly bytes: number;
  readonly eTag: string;
  readonly isNew: boolean;
}

export interface UploadOptions {
  readonly target: Target;
  /** Nothing is written. */
  readonly isDry?: boolean;
  /** What to do with a file that is stored already. @default - pass it over */
  readonly again?: (file: LogFile) => boolean;
  readonly onFile?: (done: Uploaded) => void;
}

/**
 * Uploads files as they are, those that the bucket has already with the same content excepted: whoever was interrupted starts again
 * and goes on. Large ones go in parts; a file appears whole or not at all.
 */
export async function uploadFiles(
  files: readonly LogFile[],
  options: UploadOptions,
): Promise<readonly Uploaded[]> {
  const { target, onFile = () => undefined } = options;
  const stored = await storedOf(files, target);
  const done: Uploaded[] = [];
  const left = [...files];
  const large: LogFile[] = [];
  const one = async (file: LogFile): Promise<void> => {
    const result = await upload(file, stored, options);
    done.push(result);
    onFile(result);
  };
  const worker = async (): Promise<void> => {
    for (let file = left.shift(); file !== undefined; file = left.shift()) {
      if ((await stat(file.path)).size > LARGE_BYTES) large.push(file);
      else await one(file);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const file of large) await one(file);
  return done;
}

async function upload(
  file: LogFile,
  stored: ReadonlyMap<string, { readonly size: number; readonly eTag: string }>,
  { target: { objects, agent }, isDry = false, again = () => false }: UploadOptions,
): Promise<Uploaded> {
  const { path, source } = file;
  const key = objectKey.log(agent, source);
  const { size } = await stat(path);
  const eTag = await eTagOf(path);
  const before = stored.get(key);
  const isNew = before?.eTag !== eTag || before.size !== size || again(file);
  if (isNew && !isDry)
    await objects.write(
      key,
      createReadStream(path, { highWaterMark: 1024 * 1024 }),
      contentTypeOf(source),
    );
  return { source, bytes: size, eTag, isNew };
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
    const head = await objects.head(key);
    if (head !== undefined) stored.set(key, head);
  }
  return stored;
}

/**
 * The ETag that S3 gives to this content, without encryption by keys of one's own: its MD5, or of what is uploaded in parts the
 * MD5 of their MD5s and their number.
 */
export async function eTagOf(path: string): Promise<string> {
  const parts: Buffer[] = [];
  let part = createHash('md5');
  let held = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    if (!Buffer.isBuffer(chunk)) continue;
    for (let rest = chunk; rest.length > 0; ) {
      const taken = rest.subarray(0, PART_BYTES - held);
      part.update(taken);
      held += taken.length;
      rest = rest.subarray(taken.length);
      if (held === PART_BYTES) {
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
