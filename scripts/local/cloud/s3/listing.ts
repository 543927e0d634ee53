import * as z from 'zod';
import { Bucket } from './catalog.ts';
import { type Call, iso, mustHaveBucket, numberIn, quoted, sendEmpty, sendXml } from './context.ts';
import { S3Error } from './errors.ts';
import { encodePath, type Target } from './request.ts';
import type { Xml } from './xml.ts';

const PAGE = 1000;
/** Sorts after every continuation of the text before it. */
const LAST = '\u{10FFFF}';
const Listed = z.object({
  key: z.string(),
  size: z.number(),
  etag: z.string(),
  modified: z.number(),
});
type Listed = z.infer<typeof Listed>;

type Entry = { readonly after: string } & (
  | { readonly object: Listed }
  | { readonly prefix: string }
);

export function listBuckets({ catalog, response }: Call): void {
  const buckets = catalog.all(Bucket, 'SELECT * FROM bucket ORDER BY name');
  sendXml(response, 'ListAllMyBucketsResult', {
    Owner: { ID: 'local' },
    Buckets: {
      Bucket: buckets.map(({ name, created }) => ({ Name: name, CreationDate: iso(created) })),
    },
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, the part that matters here */
export function refuseBadName(name: string): void {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name))
    throw new S3Error(
      'InvalidBucketName',
      `The bucket name ${name} is not valid: use 3 to 63 lower-case letters, digits, dots and hyphens.`,
    );
}

export function createBucket({ catalog, target, now, response }: Call): void {
  refuseBadName(target.bucket);
  if (catalog.hasBucket(target.bucket))
    throw new S3Error('BucketAlreadyOwnedByYou', 'You already own a bucket of this name.');
  catalog.run('INSERT INTO bucket (name, created) VALUES (?, ?)', target.bucket, now().getTime());
  sendEmpty(response, 200, { location: `/${target.bucket}` });
}

export function headBucket(call: Call): void {
  mustHaveBucket(call);
  sendEmpty(call.response, 200, { 'x-amz-bucket-region': 'us-east-1' });
}

export function deleteBucket(call: Call): void {
  mustHaveBucket(call);
  const { catalog, target, response } = call;
  catalog.atomically(() => {
    const found = catalog.all(
      Listed,
      'SELECT * FROM object WHERE bucket = ? LIMIT 1',
      target.bucket,
    );
    const uploads = catalog.all(
      z.unknown(),
      'SELECT id FROM upload WHERE bucket = ? LIMIT 1',
      target.bucket,
    );
    if (found.length + uploads.length > 0)
      throw new S3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty');
    catalog.run('DELETE FROM bucket WHERE name = ?', target.bucket);
  });
  sendEmpty(response, 204);
}

/** ListObjectsV2: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export function listObjects(call: Call): void {
  mustHaveBucket(call);
  const { target, response } = call;
  const { query } = target;
  const given = (word: string) => query.get(word) ?? '';
  const [prefix, delimiter] = [given('prefix'), given('delimiter')];
  const token = query.get('continuation-token');
  const after = token === undefined ? given('start-after') : fromToken(token);
  const max = numberIn(target, 'max-keys', { otherwise: PAGE, max: PAGE });
  // one more than asked tells whether there is more
  const found = max === 0 ? [] : [...entries(call, { prefix, delimiter, after }).take(max + 1)];
  const page = found.slice(0, max);
  const name = namer(target);
  sendXml(response, 'ListBucketResult', {
    Name: target.bucket,
    Prefix: name(prefix),
    Delimiter: name(delimiter),
    StartAfter: name(given('start-after')),
    EncodingType: query.get('encoding-type'),
    ContinuationToken: token,
    NextContinuationToken: found.length > max ? page.slice(-1).map(toToken) : undefined,
    KeyCount: page.length,
    MaxKeys: max,
    IsTruncated: found.length > max,
    Contents: page.flatMap((entry) => ('object' in entry ? [contents(entry.object, name)] : [])),
    CommonPrefixes: page.flatMap((entry) =>
      'prefix' in entry ? [{ Prefix: name(entry.prefix) }] : [],
    ),
  });
}

/** Objects and common prefixes in the order of their UTF-8 bytes, after `after`. */
function* entries(
  { catalog, target }: Call,
  { prefix, delimiter, after }: { prefix: string; delimiter: string; after: string },
): Generator<Entry> {
  let position = after;
  for (;;) {
    const page = catalog.all(
      Listed,
      `SELECT key, size, etag, modified FROM object
       WHERE bucket = ? AND key > ? AND key >= ? AND key < ? ORDER BY key LIMIT ?`,
      ...[target.bucket, position, prefix, prefix + LAST, PAGE],
    );
    let given: string | undefined;
    for (const object of page) {
      if (given !== undefined && object.key.startsWith(given)) continue;
      const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
      given = end < 0 ? undefined : object.key.slice(0, end + delimiter.length);
      position = given === undefined ? object.key : given + LAST;
      yield given === undefined ? { after: position, object } : { after: position, prefix: given };
    }
    if (page.length < PAGE) return;
  }
}

const contents = ({ key, size, etag, modified }: Listed, name: (raw: string) => string): Xml => ({
  Key: name(key),
  LastModified: iso(modified),
  ETag: quoted(etag),
  Size: size,
  StorageClass: 'STANDARD',
});

function namer({ query }: Target): (raw: string) => string {
  return query.get('encoding-type') === 'url' ? encodePath : (raw) => raw;
}

const toToken = ({ after }: Entry): string => Buffer.from(after).toString('base64url');
const fromToken = (token: string): string => Buffer.from(token, 'base64url').toString();
