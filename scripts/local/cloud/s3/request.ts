import type { IncomingMessage } from 'node:http';
import { S3Error } from './errors.ts';

/** What a path-style request names. `bucket` and `key` are '' where the path ends before them. */
export interface Target {
  readonly method: string;
  readonly path: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
}

/** @throws S3Error InvalidURI, KeyTooLongError */
export function targetOf(message: IncomingMessage): Target {
  const [rawPath = '/', ...rawQuery] = (message.url ?? '/').split('?');
  const path = decode(rawPath);
  const [, bucket = '', ...rest] = path.split('/');
  const key = rest.join('/');
  if (Buffer.byteLength(key) > 1024) throw new S3Error('KeyTooLongError', 'Your key is too long');
  const pairs = rawQuery
    .join('?')
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair): [string, string] => {
      const [name = '', ...value] = pair.split('=');
      return [decode(name), decode(value.join('='))];
    });
  return { method: message.method ?? 'GET', path, bucket, key, query: new Map(pairs) };
}

/** A header as one string. */
export function header(message: IncomingMessage, name: string): string | undefined {
  const value = message.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

/** RFC 3986 encoding as SigV4 wants it: everything but letters, digits and -._~ */
export const encode = (raw: string): string =>
  encodeURIComponent(raw).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** The same, with slashes kept. */
export const encodePath = (path: string): string => path.split('/').map(encode).join('/');

export function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
  }
}
