import { createHash } from 'node:crypto';
import type { StoredObject } from './catalog.ts';
import { commitObject, failed, removeObject } from './commit.ts';
import {
  type Call,
  iso,
  mustHaveBucket,
  objectHeaders,
  quoted,
  sendEmpty,
  sendXml,
} from './context.ts';
import { S3Error } from './errors.ts';
import { receive, receiveText } from './payload.ts';
import { decode, header } from './request.ts';
import { elements, text } from './xml.ts';

export async function putObject(call: Call): Promise<void> {
  mustHaveBucket(call);
  const { blobs, message, signed, response } = call;
  const { blob, size, md5, checksum } = await blobs.write((write) =>
    receive(message, signed, write),
  );
  const headers = { ...objectHeaders(call), ...checksum };
  await committing(call, { blob, size, etag: md5, headers }, 'ObjectCreated:Put');
  sendEmpty(response, 200, { etag: quoted(md5), ...checksum });
}

export async function copyObject(call: Call): Promise<void> {
  mustHaveBucket(call);
  const { blobs, message, response, now } = call;
  const source = copySource(call);
  const md5 = createHash('md5');
  const { blob } = await blobs.write(async (write) => {
    for await (const piece of blobs.pieces(source)) {
      md5.update(piece);
      await write(piece);
    }
    return {};
  });
  const etag = md5.digest('hex');
  const replace = header(message, 'x-amz-metadata-directive') === 'REPLACE';
  const headers = replace ? objectHeaders(call) : source.headers;
  await committing(call, { blob, size: source.size, etag, headers }, 'ObjectCreated:Copy');
  sendXml(response, 'CopyObjectResult', { LastModified: iso(now().getTime()), ETag: quoted(etag) });
}

export async function deleteObject(call: Call): Promise<void> {
  mustHaveBucket(call);
  await removeObject(call, call.target.key);
  sendEmpty(call.response, 204);
}

export async function deleteObjects(call: Call): Promise<void> {
  mustHaveBucket(call);
  const body = await receiveText(call.message, call.signed);
  const keys = elements(body, 'Object').map((object) => text(object, 'Key'));
  if (keys.length === 0 || keys.length > 1000 || keys.includes(undefined))
    throw new S3Error('MalformedXML', 'Name 1 to 1000 objects, each with its Key.');
  const deleted = keys.filter((key) => key !== undefined);
  for (const key of deleted) await removeObject(call, key);
  const quiet = text(body, 'Quiet') === 'true';
  sendXml(call.response, 'DeleteResult', quiet ? {} : { Deleted: deleted.map((Key) => ({ Key })) });
}

/** Commits, or takes the written file away again. */
async function committing(
  call: Call,
  object: Parameters<typeof commitObject>[1],
  eventName: string,
): Promise<void> {
  try {
    await commitObject(call, object, { eventName });
  } catch (error) {
    await call.blobs.remove([object.blob]);
    throw error;
  }
}

function copySource({ message, catalog }: Call): StoredObject {
  const path = decode((header(message, 'x-amz-copy-source') ?? '').replace(/^\//, ''));
  const slash = path.indexOf('/');
  const [bucket, key] = [path.slice(0, slash), path.slice(slash + 1)];
  if (slash < 1 || key === '')
    throw new S3Error('InvalidArgument', 'x-amz-copy-source must be <bucket>/<key>, URL-encoded.');
  if (!catalog.hasBucket(bucket))
    throw new S3Error('NoSuchBucket', `The specified bucket does not exist: ${bucket}`);
  const source = catalog.object(bucket, key);
  if (!source) throw new S3Error('NoSuchKey', 'The specified key does not exist.');
  const same = (condition: string) => [source.etag, quoted(source.etag)].includes(condition);
  const ifMatch = header(message, 'x-amz-copy-source-if-match');
  const ifNoneMatch = header(message, 'x-amz-copy-source-if-none-match');
  if (ifMatch !== undefined && !same(ifMatch)) throw failed('x-amz-copy-source-If-Match');
  if (ifNoneMatch !== undefined && same(ifNoneMatch))
    throw failed('x-amz-copy-source-If-None-Match');
  return source;
}
