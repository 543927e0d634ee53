import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

export interface BucketAt {
  readonly s3: S3Client;
  readonly bucket: string;
}

/** Objects and their bytes. */
export interface CopiedLogs {
  readonly copied: number;
  readonly bytes: number;
  /** Copied before, or the same anyway. */
  readonly there: number;
  /** Under the same key lies something else that was not copied from here: it is newer, and stays. */
  readonly kept: readonly string[];
}

/** Metadata by which a copy is known again: multipart uploads of the same bytes have other ETags. */
const MARK = 'copied-from';

interface Way {
  readonly from: BucketAt;
  readonly to: BucketAt;
}

/** Brings every object below the prefix to the same key. What has changed since it was copied is copied again. */
export async function copyLogs(
  way: Way,
  { prefix, isDry }: { readonly prefix: string; readonly isDry: boolean },
): Promise<CopiedLogs> {
  let [copied, bytes, there] = [0, 0, 0];
  const kept: string[] = [];
  for await (const { Key = '', Size = 0, ETag } of objectsIn(way.from, prefix)) {
    const place = await placeOf(way.to, Key, ETag);
    if (place === 'there') there += 1;
    else if (place === 'taken') kept.push(Key);
    else {
      if (!isDry) await copyOne(way, Key);
      copied += 1;
      bytes += Size;
    }
  }
  return { copied, bytes, there, kept };
}

async function* objectsIn({ s3, bucket }: BucketAt, Prefix: string) {
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix }))
    yield* page.Contents ?? [];
}

/** Free as well when what lies there was copied from an object that has changed since. */
async function placeOf(to: BucketAt, Key: string, eTag: string | undefined) {
  const standing = await standingAt(to, Key);
  if (standing === undefined) return 'free';
  if (standing.mark === eTag || standing.eTag === eTag) return 'there';
  return standing.mark === undefined ? 'taken' : 'free';
}

async function standingAt({ s3, bucket }: BucketAt, Key: string) {
  try {
    const { ETag, Metadata } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    return { eTag: ETag, mark: Metadata?.[MARK] };
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFound') return undefined;
    throw error;
  }
}

async function copyOne({ from, to }: Way, Key: string): Promise<void> {
  const { Body, ETag, ContentType } = await from.s3.send(
    new GetObjectCommand({ Bucket: from.bucket, Key }),
  );
  if (!(Body instanceof Readable)) throw new Error(`Object ${Key} has no body.`);
  const params = { Bucket: to.bucket, Key, Body, ContentType, Metadata: { [MARK]: ETag ?? '' } };
  await new Upload({ client: to.s3, params, queueSize: 1 }).done();
}
