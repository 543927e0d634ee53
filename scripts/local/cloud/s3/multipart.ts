import { createHash, randomUUID } from 'node:crypto';
import type * as z from 'zod';
import { Headers, Part, Upload } from './catalog.ts';
import { commitObject, endUpload, noSuchUpload } from './commit.ts';
import {
  type Call,
  iso,
  mustHaveBucket,
  numberIn,
  objectHeaders,
  quoted,
  sendEmpty,
  sendXml,
} from './context.ts';
import { S3Error } from './errors.ts';
import { receive, receiveText } from './payload.ts';
import { encodePath } from './request.ts';
import { elements, text } from './xml.ts';

const MIN_PART = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;
const ORDERED_PARTS = 'SELECT * FROM part WHERE upload = ? AND number > ? ORDER BY number';

export function createMultipartUpload(call: Call): void {
  mustHaveBucket(call);
  const { catalog, target, now, response } = call;
  const id = randomUUID();
  catalog.run(
    'INSERT INTO upload (id, bucket, key, started, headers) VALUES (?, ?, ?, ?, ?)',
    ...[id, target.bucket, target.key, now().getTime(), JSON.stringify(objectHeaders(call))],
  );
  const { bucket: Bucket, key: Key } = target;
  sendXml(response, 'InitiateMultipartUploadResult', { Bucket, Key, UploadId: id });
}

export async function uploadPart(call: Call): Promise<void> {
  const { id } = uploadOf(call);
  const { blobs, catalog, message, signed, target, now, response } = call;
  const number = numberIn(target, 'partNumber', { otherwise: 0, max: MAX_PARTS + 1 });
  if (number < 1 || number > MAX_PARTS)
    throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000');
  const { blob, size, md5, checksum } = await blobs.write((write) =>
    receive(message, signed, write),
  );
  const obsolete = catalog.atomically(() => {
    // the upload may have ended while the part came in
    if (!findUpload(call)) return undefined;
    const before = catalog.all(
      Part,
      'SELECT * FROM part WHERE upload = ? AND number = ?',
      id,
      number,
    );
    catalog.run(
      'INSERT OR REPLACE INTO part (upload, number, blob, size, etag, modified) VALUES (?, ?, ?, ?, ?, ?)',
      ...[id, number, blob, size, md5, now().getTime()],
    );
    return before.map((part) => part.blob);
  });
  await blobs.remove(obsolete ?? [blob]);
  if (!obsolete) throw noSuchUpload();
  sendEmpty(response, 200, { etag: quoted(md5), ...checksum });
}

export async function completeMultipartUpload(call: Call): Promise<void> {
  const { message, signed, blobs, target, response } = call;
  const upload = uploadOf(call);
  const parts = chosenParts(call, await receiveText(message, signed));
  const { blob } = await blobs.write(async (write) => {
    for (const part of parts) {
      for await (const piece of blobs.pieces(part)) await write(piece);
    }
    return {};
  });
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const md5s = Buffer.concat(parts.map((part) => Buffer.from(part.etag, 'hex')));
  const etag = `${createHash('md5').update(md5s).digest('hex')}-${String(parts.length)}`;
  const headers = Headers.parse(JSON.parse(upload.headers));
  const eventName = 'ObjectCreated:CompleteMultipartUpload';
  try {
    await commitObject(call, { blob, size, etag, headers }, { eventName, upload: upload.id });
  } catch (error) {
    await blobs.remove([blob]);
    throw error;
  }
  const { bucket: Bucket, key: Key } = target;
  sendXml(response, 'CompleteMultipartUploadResult', {
    Location: `http://${message.headers.host ?? ''}${encodePath(target.path)}`,
    Bucket,
    Key,
    ETag: quoted(etag),
  });
}

export async function abortMultipartUpload(call: Call): Promise<void> {
  const { id } = uploadOf(call);
  await call.blobs.remove(call.catalog.atomically(() => endUpload(call, id)));
  sendEmpty(call.response, 204);
}

export function listParts(call: Call): void {
  const { id } = uploadOf(call);
  const { catalog, target, response } = call;
  const max = numberIn(target, 'max-parts', { otherwise: 1000, max: 1000 });
  const after = numberIn(target, 'part-number-marker', { otherwise: 0, max: MAX_PARTS });
  const found = catalog.all(Part, `${ORDERED_PARTS} LIMIT ?`, id, after, max + 1);
  const page = found.slice(0, max);
  const { bucket: Bucket, key: Key } = target;
  sendXml(response, 'ListPartsResult', {
    Bucket,
    Key,
    UploadId: id,
    PartNumberMarker: after,
    NextPartNumberMarker: page.at(-1)?.number,
    MaxParts: max,
    IsTruncated: found.length > max,
    Part: page.map(({ number, modified, etag, size }) => ({
      PartNumber: number,
      LastModified: iso(modified),
      ETag: quoted(etag),
      Size: size,
    })),
  });
}

/** All uploads under a prefix, up to 1000; further pages by key and upload id. */
export function listMultipartUploads(call: Call): void {
  mustHaveBucket(call);
  const { catalog, target, response } = call;
  const prefix = target.query.get('prefix') ?? '';
  const max = numberIn(target, 'max-uploads', { otherwise: 1000, max: 1000 });
  const key = target.query.get('key-marker') ?? '';
  const id = target.query.get('upload-id-marker') ?? '\u{10FFFF}';
  const found = catalog.all(
    Upload,
    `SELECT * FROM upload WHERE bucket = ? AND substr(key, 1, length(?)) = ? AND (key, id) > (?, ?)
     ORDER BY key, id LIMIT ?`,
    ...[target.bucket, prefix, prefix, key, id, max + 1],
  );
  const page = found.slice(0, max);
  sendXml(response, 'ListMultipartUploadsResult', {
    Bucket: target.bucket,
    Prefix: prefix,
    MaxUploads: max,
    IsTruncated: found.length > max,
    NextKeyMarker: page.at(-1)?.key,
    NextUploadIdMarker: page.at(-1)?.id,
    Upload: page.map(({ key: Key, id: UploadId, started }) => ({
      Key,
      UploadId,
      Initiated: iso(started),
    })),
  });
}

function findUpload({ catalog, target }: Call) {
  return catalog.one(
    Upload,
    'SELECT * FROM upload WHERE id = ? AND bucket = ? AND key = ?',
    ...[target.query.get('uploadId') ?? '', target.bucket, target.key],
  );
}

function uploadOf(call: Call): z.infer<typeof Upload> {
  mustHaveBucket(call);
  const upload = findUpload(call);
  if (!upload) throw noSuchUpload();
  return upload;
}

/** The parts that the request names, if it names them rightly. */
function chosenParts({ catalog, target }: Call, body: string): readonly Part[] {
  const known = catalog.all(Part, ORDERED_PARTS, target.query.get('uploadId') ?? '', 0);
  const chosen = elements(body, 'Part').map((part) => {
    const number = Number(text(part, 'PartNumber'));
    const etag = text(part, 'ETag')?.replaceAll('"', '');
    const found = known.find((one) => one.number === number && one.etag === etag);
    if (!found)
      throw new S3Error('InvalidPart', `Part ${String(number)} was not uploaded with this ETag.`);
    return found;
  });
  if (chosen.length === 0) throw new S3Error('MalformedXML', 'You must specify at least one part');
  chosen.forEach((part, index) => {
    const next = chosen[index + 1];
    if (next && next.number <= part.number)
      throw new S3Error('InvalidPartOrder', 'The parts must be in ascending order.');
    if (next && part.size < MIN_PART)
      throw new S3Error(
        'EntityTooSmall',
        `Part ${String(part.number)} is smaller than 5 MiB and not the last.`,
      );
  });
  return chosen;
}
