import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  GetObjectCommand,
  NoSuchKey,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import * as z from 'zod';
import { S3Objects } from '#adapters/s3/s3-objects.ts';
import { readRecords, writeRecords } from './ndjson.ts';

/** A line of `objects.ndjson`. `file` lies in `objects/`, named by the key's hash: a key may be no file's name, or be another's folder. */
const Kept = z.object({ key: z.string(), file: z.string(), contentType: z.string().optional() });
type Kept = z.infer<typeof Kept>;

/** Every object as a file below `<dir>/objects`, and their keys in `<dir>/objects.ndjson`. @returns how many */
export async function saveObjects(s3: S3Client, Bucket: string, dir: string): Promise<number> {
  await mkdir(join(dir, 'objects'), { mode: 0o700 });
  return writeRecords(indexOf(dir), savedOf(s3, Bucket, dir));
}

async function* savedOf(s3: S3Client, Bucket: string, dir: string): AsyncGenerator<Kept> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
    for (const { Key = '' } of Contents) {
      const kept = await saveOne(s3, { Bucket, Key }, dir);
      if (kept !== undefined) yield kept;
    }
  }
}

interface At {
  readonly Bucket: string;
  readonly Key: string;
}

/** Undefined for an object that was deleted since it was listed. */
async function saveOne(s3: S3Client, at: At, dir: string): Promise<Kept | undefined> {
  const found = await s3.send(new GetObjectCommand(at)).catch((error: unknown) => {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  const { Body, ContentType } = found;
  if (!(Body instanceof Readable)) throw new Error(`Object ${at.Key} has no body.`);
  const file = createHash('sha256').update(at.Key).digest('hex');
  await pipeline(Body, createWriteStream(join(dir, 'objects', file), { mode: 0o600 }));
  return { key: at.Key, file, ...(ContentType !== undefined && { contentType: ContentType }) };
}

/** Puts back what is not there. @returns how many were put */
export async function fillObjects(s3: S3Client, Bucket: string, dir: string): Promise<number> {
  const objects = new S3Objects(s3, Bucket);
  let count = 0;
  for await (const record of readRecords(indexOf(dir))) {
    const { key: Key, file, contentType: ContentType } = Kept.parse(record);
    if ((await objects.head(Key)) !== undefined) continue;
    const Body = createReadStream(join(dir, 'objects', file));
    await new Upload({ client: s3, params: { Bucket, Key, Body, ContentType } }).done();
    count += 1;
  }
  return count;
}

function indexOf(dir: string): string {
  return join(dir, 'objects.ndjson');
}
