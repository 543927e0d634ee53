import { pipeline } from 'node:stream/promises';
import type { StoredObject } from './catalog.ts';
import { failed } from './commit.ts';
import { type Call, mustHaveBucket, quoted, sendEmpty } from './context.ts';
import { S3Error } from './errors.ts';
import { header } from './request.ts';

interface Range {
  readonly start: number;
  /** Inclusive; before `start` when there are no bytes. */
  readonly end: number;
  readonly partial: boolean;
}

/** GetObject and HeadObject. */
export async function getObject(call: Call): Promise<void> {
  mustHaveBucket(call);
  const { catalog, target, response, message, blobs } = call;
  const object = catalog.object(target.bucket, target.key);
  if (!object) throw new S3Error('NoSuchKey', 'The specified key does not exist.');
  if (isUnchanged(call, object)) {
    sendEmpty(response, 304, { etag: quoted(object.etag), 'last-modified': httpDate(object) });
    return;
  }
  const { start, end, partial } = rangeOf(header(message, 'range'), object.size);
  // before the first await, so that nobody has replaced the object since it was looked up
  const bytes =
    end < start || target.method === 'HEAD' ? undefined : blobs.read(object.blob, { start, end });
  response.writeHead(partial ? 206 : 200, {
    ...headersOf(call, object, partial),
    ...(partial && {
      'content-range': `bytes ${String(start)}-${String(end)}/${String(object.size)}`,
    }),
    'content-length': end - start + 1,
  });
  if (bytes) await pipeline(bytes, response);
  else response.end();
}

function headersOf(
  { message, target }: Call,
  object: StoredObject,
  partial: boolean,
): Record<string, string> {
  const withChecksum = !partial && header(message, 'x-amz-checksum-mode') === 'ENABLED';
  const stored = Object.entries(object.headers).filter(
    ([name]) => withChecksum || !name.startsWith('x-amz-checksum-'),
  );
  const overrides = [...target.query]
    .filter(([name]) => name.startsWith('response-'))
    .map(([name, value]): [string, string] => [name.slice('response-'.length), value]);
  return {
    ...Object.fromEntries(stored),
    ...Object.fromEntries(overrides),
    etag: quoted(object.etag),
    'last-modified': httpDate(object),
    'accept-ranges': 'bytes',
  };
}

/** The four conditions in the order of RFC 9110 section 13.2.2. */
function isUnchanged({ message }: Call, object: StoredObject): boolean {
  const ifMatch = header(message, 'if-match');
  const unmodified = header(message, 'if-unmodified-since');
  if (ifMatch !== undefined && !names(ifMatch, object)) throw failed('If-Match');
  if (ifMatch === undefined && unmodified !== undefined && isNewer(object, unmodified))
    throw failed('If-Unmodified-Since');
  const ifNoneMatch = header(message, 'if-none-match');
  if (ifNoneMatch !== undefined) return names(ifNoneMatch, object);
  const modified = header(message, 'if-modified-since');
  return modified !== undefined && !isNewer(object, modified);
}

const names = (condition: string, { etag }: StoredObject): boolean =>
  condition
    .split(',')
    .map((one) => one.trim())
    .some((one) => one === '*' || one === etag || one === quoted(etag));

/** HTTP dates have whole seconds. */
const isNewer = ({ modified }: StoredObject, date: string): boolean =>
  Math.floor(modified / 1000) * 1000 > Date.parse(date);

const httpDate = ({ modified }: StoredObject): string => new Date(modified).toUTCString();

/** One range of bytes; anything else is answered with the whole object, as S3 does. */
function rangeOf(header: string | undefined, size: number): Range {
  const asked = askedRange(header ?? '', size);
  if (!asked) return { start: 0, end: size - 1, partial: false };
  if (asked.start >= size)
    throw new S3Error('InvalidRange', 'The requested range is not satisfiable', {
      'content-range': `bytes */${String(size)}`,
    });
  return { ...asked, partial: true };
}

function askedRange(header: string, size: number): { start: number; end: number } | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if (from + to === '') return undefined;
  if (from === '') return { start: Math.max(0, size - Number(to)), end: size - 1 };
  if (to === '') return { start: Number(from), end: size - 1 };
  if (Number(to) < Number(from)) return undefined;
  return { start: Number(from), end: Math.min(Number(to), size - 1) };
}
