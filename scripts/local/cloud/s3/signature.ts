import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { S3Error } from './errors.ts';
import { encode, encodePath, header, type Target } from './request.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What the body must be held against, and what signs its chunks. */
export interface Signed {
  /** A hex SHA-256, UNSIGNED-PAYLOAD or one of the STREAMING-... words. */
  readonly payload: string;
  readonly chain: SignatureChain;
}

/** A signature and what the next one is made from. */
export interface SignatureChain {
  readonly key: Buffer;
  readonly date: string;
  readonly scope: string;
  readonly signature: string;
}

interface Claim {
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** As in `20260102T030405Z`. */
  readonly date: string;
  readonly payload: string;
  readonly presigned: boolean;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const UNSIGNED = 'UNSIGNED-PAYLOAD';
const SKEW_MS = 15 * 60 * 1000;
const WEEK_SECONDS = 7 * 24 * 3600;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;
const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

const hmac = (key: string | Buffer, value: string) =>
  createHmac('sha256', key).update(value).digest();
export const sha256 = (value: string | Uint8Array): string =>
  createHash('sha256').update(value).digest('hex');

/**
 * Checks Signature Version 4, in the header or presigned in the query:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 * @throws S3Error: anonymous, wrong key, tampered, expired or clocks too far apart
 */
export function authenticate(
  message: IncomingMessage,
  target: Target,
  { credentials, now }: { credentials: Credentials; now: Date },
): Signed {
  const claim = target.query.has('X-Amz-Signature')
    ? claimInQuery(message, target, now)
    : claimInHeader(message, now);
  const [accessKeyId = '', ...scope] = claim.credential.split('/');
  if (accessKeyId !== credentials.accessKeyId)
    throw new S3Error('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist.');
  const [day = '', region = '', service, end] = scope;
  if (day !== claim.date.slice(0, 8) || service !== 's3' || end !== 'aws4_request')
    throw new S3Error(
      'AuthorizationHeaderMalformed',
      'The credential scope must be <date>/<region>/s3/aws4_request.',
    );
  refuseUnsignedHeaders(message, claim);

  const key = ['s3', 'aws4_request'].reduce<Buffer>(
    hmac,
    hmac(hmac(`AWS4${credentials.secretAccessKey}`, day), region),
  );
  const chain = { key, date: claim.date, scope: scope.join('/'), signature: claim.signature };
  const expected = sign(chain, ALGORITHM, sha256(canonical(message, target, claim)));
  if (!equal(expected, claim.signature))
    throw new S3Error(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  return { payload: claim.payload, chain };
}

/** The hex signature of `hash` (the lines after the scope) under the chain's key. */
export const sign = (
  { key, date, scope }: SignatureChain,
  algorithm: string,
  hash: string,
): string => hmac(key, [algorithm, date, scope, hash].join('\n')).toString('hex');

export const equal = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

function claimInHeader(message: IncomingMessage, now: Date): Claim {
  const authorization = header(message, 'authorization');
  if (authorization === undefined) throw new S3Error('AccessDenied', 'Access Denied');
  const [, credential = '', signedHeaders = '', signature] =
    AUTHORIZATION.exec(authorization) ?? [];
  if (signature === undefined)
    throw new S3Error(
      'AuthorizationHeaderMalformed',
      'The authorization header you provided is invalid.',
    );
  const date = header(message, 'x-amz-date') ?? '';
  if (Math.abs(instant(date) - now.getTime()) > SKEW_MS)
    throw new S3Error(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    );
  const payload = header(message, 'x-amz-content-sha256');
  if (payload === undefined)
    throw new S3Error(
      'InvalidRequest',
      'Missing required header for this request: x-amz-content-sha256',
    );
  return {
    credential,
    signature,
    date,
    payload,
    signedHeaders: signedHeaders.split(';'),
    presigned: false,
  };
}

function claimInQuery(message: IncomingMessage, { query }: Target, now: Date): Claim {
  const given = (name: string) => query.get(`X-Amz-${name}`) ?? '';
  if (header(message, 'authorization') !== undefined || given('Algorithm') !== ALGORITHM)
    throw new S3Error(
      'InvalidArgument',
      `Only one auth mechanism allowed, and X-Amz-Algorithm must be ${ALGORITHM}.`,
    );
  const lives = Number(given('Expires'));
  if (!(lives >= 1 && lives <= WEEK_SECONDS))
    throw new S3Error('InvalidArgument', 'X-Amz-Expires must be between 1 and 604800 seconds.');
  const age = now.getTime() - instant(given('Date'));
  if (age > lives * 1000) throw new S3Error('AccessDenied', 'Request has expired');
  if (age < -SKEW_MS) throw new S3Error('AccessDenied', 'Request is not yet valid');
  return {
    credential: given('Credential'),
    signature: given('Signature'),
    date: given('Date'),
    payload: query.get('X-Amz-Content-Sha256') ?? UNSIGNED,
    signedHeaders: given('SignedHeaders').split(';'),
    presigned: true,
  };
}

/** Otherwise whoever carries the request could add to what was signed. */
function refuseUnsignedHeaders(
  message: IncomingMessage,
  { signedHeaders, presigned }: Claim,
): void {
  const harmless = presigned ? 'x-amz-content-sha256' : '';
  const unsigned = ['host', ...Object.keys(message.headers)].filter(
    (name) =>
      (name === 'host' || name.startsWith('x-amz-')) &&
      name !== harmless &&
      !signedHeaders.includes(name),
  );
  if (unsigned.length > 0)
    throw new S3Error(
      'AccessDenied',
      `There were headers present in the request which were not signed: ${unsigned.join(', ')}`,
    );
}

function canonical(message: IncomingMessage, target: Target, claim: Claim): string {
  const query = [...target.query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)].join('='))
    .sort();
  const headers = claim.signedHeaders.map(
    (name) => `${name}:${(header(message, name) ?? '').trim().replace(/ +/g, ' ')}\n`,
  );
  return [
    target.method,
    encodePath(target.path),
    query.join('&'),
    headers.join(''),
    claim.signedHeaders.join(';'),
    claim.payload,
  ].join('\n');
}

function instant(date: string): number {
  const [, ...parts] = DATE.exec(date) ?? [];
  const [year, month, day, hour, minute, second] = parts;
  if (second === undefined)
    throw new S3Error(
      'AccessDenied',
      'AWS authentication requires a valid Date or x-amz-date header',
    );
  return Date.parse(
    `${String(year)}-${String(month)}-${String(day)}T${String(hour)}:${String(minute)}:${second}Z`,
  );
}
