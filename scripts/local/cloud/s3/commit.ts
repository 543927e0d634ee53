import { type Headers, Part, type StoredObject } from './catalog.ts';
import { type Call, quoted } from './context.ts';
import { S3Error } from './errors.ts';
import { header } from './request.ts';

interface NewObject {
  readonly blob: string;
  readonly size: number;
  readonly etag: string;
  readonly headers: Headers;
}

/**
 * Makes a written file the object of the call's key, if the call's conditions hold now; removes what it replaced.
 * @param upload the multipart upload that ends with it
 */
export async function commitObject(
  call: Call,
  object: NewObject,
  { eventName, upload }: { eventName: string; upload?: string },
): Promise<void> {
  const { catalog, blobs, outbox, now, target } = call;
  const { bucket, key } = target;
  const time = now();
  const obsolete = catalog.atomically(() => {
    if (!catalog.hasBucket(bucket))
      throw new S3Error('NoSuchBucket', `The specified bucket does not exist: ${bucket}`);
    const before = catalog.object(bucket, key);
    refuseUnlessCondition(call, before);
    const parts = upload === undefined ? [] : endUpload(call, upload);
    catalog.run(
      `INSERT OR REPLACE INTO object (bucket, key, blob, size, etag, modified, headers)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ...[bucket, key, object.blob, object.size],
      ...[object.etag, time.getTime(), JSON.stringify(object.headers)],
    );
    const { size, etag: eTag } = object;
    outbox.owe({ bucket, key, size, eTag, eventName, eventTime: time.toISOString() });
    return before ? [...parts, before.blob] : parts;
  });
  outbox.wake();
  await blobs.remove(obsolete);
}

/** Removes an object; one that is not there is no error and no event. */
export async function removeObject(call: Call, key: string): Promise<void> {
  const { catalog, blobs, outbox, now, target } = call;
  const { bucket } = target;
  const obsolete = catalog.atomically(() => {
    const before = catalog.object(bucket, key);
    refuseUnlessCondition(call, before);
    if (!before) return [];
    catalog.run('DELETE FROM object WHERE bucket = ? AND key = ?', bucket, key);
    const eventName = 'ObjectRemoved:Delete';
    outbox.owe({ bucket, key, size: 0, eTag: '', eventName, eventTime: now().toISOString() });
    return [before.blob];
  });
  outbox.wake();
  await blobs.remove(obsolete);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
function refuseUnlessCondition({ message }: Call, before: StoredObject | undefined): void {
  const ifMatch = header(message, 'if-match');
  const ifNoneMatch = header(message, 'if-none-match');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*')
    throw new S3Error('NotImplemented', 'A write takes If-None-Match: * only.');
  if (ifNoneMatch !== undefined && before) throw failed('If-None-Match');
  if (ifMatch === undefined) return;
  if (!before) throw new S3Error('NoSuchKey', 'The specified key does not exist.');
  if (![before.etag, quoted(before.etag), '*'].includes(ifMatch)) throw failed('If-Match');
}

export const failed = (condition: string): S3Error =>
  new S3Error(
    'PreconditionFailed',
    `At least one of the pre-conditions you specified did not hold: ${condition}`,
  );

/** Ends an upload inside a transaction and answers the files its parts leave behind. */
export function endUpload({ catalog, target }: Call, id: string): readonly string[] {
  const parts = catalog.all(Part, 'SELECT * FROM part WHERE upload = ?', id);
  const ended = catalog.run(
    'DELETE FROM upload WHERE id = ? AND bucket = ? AND key = ?',
    ...[id, target.bucket, target.key],
  );
  if (ended === 0) throw noSuchUpload();
  return parts.map(({ blob }) => blob);
}

export const noSuchUpload = (): S3Error =>
  new S3Error(
    'NoSuchUpload',
    'The specified upload does not exist. It may have been aborted or completed.',
  );
