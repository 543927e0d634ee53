import { createHash } from 'node:crypto';
import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  paginateListParts,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

const MIB = 1024 * 1024;
/** What is longer than one of these is written in parts of so much: the ETag tells of it. */
export const PART_BYTES = 8 * MIB;
const MAX_PARTS = 10_000;
const MAX_TRIES = 3;

/** Bytes of a known length that can be read again, such as a file's. */
export interface Content {
  readonly size: number;
  /** Throws when there are not so many. */
  readonly read: (from: number, length: number) => Promise<Uint8Array>;
}

export interface Place {
  readonly s3: S3Client;
  readonly Bucket: string;
  readonly Key: string;
}

export interface StoredPart {
  /** Bytes of the whole that are stored by now, of which this part has `bytes`. */
  readonly stored: number;
  readonly bytes: number;
  /** An earlier try had stored it. */
  readonly isKept: boolean;
}

export interface PartsOptions {
  readonly contentType: string;
  /** After each part. */
  readonly onPart?: (part: StoredPart) => void;
}

/** Whole MiBs, so many that S3's limit of 10,000 parts is kept: 8 up to 78 GiB. */
export function partBytesOf(size: number): number {
  return Math.max(PART_BYTES, Math.ceil(size / MAX_PARTS / MIB) * MIB);
}

/**
 * Writes in parts, going on with the upload of the same key that a killed process left behind: parts that are stored with the same
 * MD5 are not sent again. The object appears whole or not at all.
 */
export async function writeParts(
  place: Place,
  content: Content,
  options: PartsOptions,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await tryParts(place, content, options);
      return;
    } catch (error) {
      // another uploader of the file has ended the upload that both went on with
      const isEnded = error instanceof S3ServiceException && ENDED.includes(error.name);
      if (!isEnded || tries === MAX_TRIES) throw error;
    }
  }
}

const ENDED = ['NoSuchUpload', 'InvalidPart'];

async function tryParts(place: Place, content: Content, options: PartsOptions): Promise<void> {
  const { s3, ...at } = place;
  const UploadId = (await begunOf(place)) ?? (await begin(place, options));
  const stored = await storedParts(place, UploadId);
  const { onPart = () => undefined } = options;
  const step = partBytesOf(content.size);
  const Parts: CompletedPart[] = [];
  for (let from = 0; from < content.size; from += step) {
    const PartNumber = Parts.length + 1;
    const Body = await content.read(from, Math.min(step, content.size - from));
    const there = stored.get(PartNumber);
    const isKept = there?.ETag === `"${createHash('md5').update(Body).digest('hex')}"`;
    if (there !== undefined && isKept) {
      Parts.push(there);
    } else {
      const part = new UploadPartCommand({ ...at, UploadId, PartNumber, Body });
      const { ETag, ChecksumCRC32 } = await s3.send(part);
      Parts.push({ PartNumber, ETag, ChecksumCRC32 });
    }
    onPart({ stored: from + Body.length, bytes: Body.length, isKept });
  }
  const MultipartUpload = { Parts };
  await s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload }));
}

/** The newest upload of this very key that has not ended. */
async function begunOf({ s3, Bucket, Key }: Place): Promise<string | undefined> {
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key }));
  const [newest] = Uploads.filter((upload) => upload.Key === Key).toSorted(
    (a, b) => Number(b.Initiated) - Number(a.Initiated),
  );
  return newest?.UploadId;
}

async function begin({ s3, ...at }: Place, { contentType }: PartsOptions): Promise<string> {
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({
      ...at,
      ContentType: contentType,
      // what the SDK adds to each part on its own: S3 wants it announced
      ChecksumAlgorithm: 'CRC32',
    }),
  );
  if (UploadId === undefined) throw new Error(`S3 began no upload of ${at.Key}.`);
  return UploadId;
}

async function storedParts({ s3, ...at }: Place, UploadId: string) {
  const parts = new Map<number, CompletedPart>();
  for await (const page of paginateListParts({ client: s3 }, { ...at, UploadId })) {
    for (const { PartNumber, ETag, ChecksumCRC32 } of page.Parts ?? [])
      if (PartNumber !== undefined)
        parts.set(PartNumber, { PartNumber, ETag, ...(ChecksumCRC32 && { ChecksumCRC32 }) });
  }
  return parts;
}
