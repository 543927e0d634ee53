import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Blobs } from './blobs.ts';
import type { Catalog, Headers } from './catalog.ts';
import { S3Error } from './errors.ts';
import type { Outbox } from './outbox.ts';
import { header, type Target } from './request.ts';
import type { Signed } from './signature.ts';
import { document, type Xml } from './xml.ts';

/** What every operation works with. */
export interface Context {
  readonly catalog: Catalog;
  readonly blobs: Blobs;
  readonly outbox: Outbox;
  readonly now: () => Date;
}

/** One authenticated request. */
export interface Call extends Context {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: Target;
  readonly signed: Signed;
}

/** Headers that are stored with an object and given back with it. */
const KEPT = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

const METADATA = 'x-amz-meta-';

export const quoted = (etag: string): string => `"${etag}"`;
export const iso = (ms: number): string => new Date(ms).toISOString();

/**
 * The headers of a write that belong to its object; `aws-chunked` was only about the transport.
 * Presigners move `x-amz-meta-` headers into the query.
 */
export function objectHeaders({ message, target }: Call): Headers {
  const names = Object.keys(message.headers).filter(
    (name) => KEPT.includes(name) || name.startsWith(METADATA),
  );
  const headers = new Map([
    ...[...target.query].filter(([name]) => name.startsWith(METADATA)),
    ...names.map((name): [string, string] => [name, header(message, name) ?? '']),
  ]);
  const encoding = (headers.get('content-encoding') ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && one !== 'aws-chunked')
    .join(',');
  headers.delete('content-encoding');
  if (encoding !== '') headers.set('content-encoding', encoding);
  if (!headers.has('content-type')) headers.set('content-type', 'binary/octet-stream');
  return Object.fromEntries(headers);
}

export function sendXml(response: ServerResponse, root: string, content: Xml): void {
  const body = document(root, content);
  response.writeHead(200, {
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

export function sendEmpty(response: ServerResponse, status: number, headers: Headers = {}): void {
  response.writeHead(status, status === 204 ? headers : { 'content-length': 0, ...headers });
  response.end();
}

export function mustHaveBucket({ catalog, target }: Call): void {
  if (!catalog.hasBucket(target.bucket))
    throw new S3Error('NoSuchBucket', `The specified bucket does not exist: ${target.bucket}`);
}

/** A whole number in the query, within bounds. */
export function numberIn(
  { query }: Target,
  name: string,
  { otherwise, max }: { otherwise: number; max: number },
): number {
  const given = query.get(name);
  if (given === undefined || given === '') return otherwise;
  if (!/^\d{1,10}$/.test(given))
    throw new S3Error('InvalidArgument', `Provided ${name} not an integer or within integer range`);
  return Math.min(Number(given), max);
}
