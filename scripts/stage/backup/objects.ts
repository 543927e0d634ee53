import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { filesBelow } from '#adapters/logs/folder.ts';
import { CannotStart } from '../../local/cloud/cannot-start.ts';

/** Every object as a file below `dir`, named by its key. @returns how many */
export async function saveObjects(s3: S3Client, Bucket: string, dir: string): Promise<number> {
  let count = 0;
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
    for (const { Key = '' } of Contents) {
      const file = resolve(dir, Key);
      if (relative(dir, file).startsWith(`..${sep}`))
        throw new CannotStart(
          `Object ${Key} would be written outside of ${dir}: nothing more was saved.`,
        );
      await mkdir(dirname(file), { recursive: true });
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      if (!(Body instanceof Readable)) throw new Error(`Object ${Key} has no body.`);
      await pipeline(Body, createWriteStream(file, { mode: 0o600 }));
      count += 1;
    }
  }
  return count;
}

/** Puts back what is not there. @returns how many were put */
export async function fillObjects(s3: S3Client, Bucket: string, dir: string): Promise<number> {
  const { files } = await filesBelow(dir);
  let count = 0;
  for (const { path } of files) {
    const Key = relative(dir, path).split(sep).join('/');
    if (await isThere(s3, Bucket, Key)) continue;
    await new Upload({ client: s3, params: { Bucket, Key, Body: createReadStream(path) } }).done();
    count += 1;
  }
  return count;
}

async function isThere(s3: S3Client, Bucket: string, Key: string): Promise<boolean> {
  try {
    await s3.send(new HeadObjectCommand({ Bucket, Key }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFound') return false;
    throw error;
  }
}
