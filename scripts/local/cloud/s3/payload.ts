import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import * as z from 'zod';
import { unchunk } from './chunked.ts';
import { S3Error } from './errors.ts';
import { header } from './request.ts';
import type { Signed } from './signature.ts';

/** A body that arrived whole and is what its sender said it is. */
export interface Received {
  readonly size: number;
  readonly md5: string;
  /** The checksum header that came with it, to be given back with the object. */
  readonly checksum: Readonly<Record<string, string>>;
}

type Sink = (bytes: Uint8Array) => Promise<void> | void;

interface Digest {
  readonly update: (bytes: Uint8Array) => void;
  readonly base64: () => string;
}

const Bytes = z.instanceof(Uint8Array);
const CHECKSUM = 'x-amz-checksum-';
const isHash = (payload: string) => /^[0-9a-f]{64}$/.test(payload);
const NOT_VALUES = new Set([`${CHECKSUM}algorithm`, `${CHECKSUM}mode`, `${CHECKSUM}type`]);

/**
 * Feeds the body to `sink` piece by piece and checks length, SHA-256, chunk signatures, Content-MD5 and
 * flexible checksums. What the sink got counts only when this resolves.
 * @throws S3Error
 */
export async function receive(
  message: IncomingMessage,
  signed: Signed,
  sink: Sink,
): Promise<Received> {
  const md5 = createHash('md5');
  const sha256 = createHash('sha256');
  const wanted = checksumName(message);
  const digest = wanted === undefined ? undefined : digestOf(wanted);
  const hashed = isHash(signed.payload);
  let size = 0;
  const trailers = await drain(plainOrChunked(message, signed), async (bytes) => {
    md5.update(bytes);
    if (hashed) sha256.update(bytes);
    digest?.update(bytes);
    size += bytes.length;
    await sink(bytes);
  });
  const received = { size, md5: md5.digest(), sha256: sha256.digest('hex') };
  refuseOtherBody(message, signed, received);
  const checksum =
    wanted === undefined || !digest
      ? {}
      : proven(wanted, header(message, wanted) ?? trailers.get(wanted), digest.base64());
  return { size, md5: received.md5.toString('hex'), checksum };
}

type Body = AsyncGenerator<Uint8Array, ReadonlyMap<string, string>>;

async function drain(body: Body, sink: Sink): Promise<ReadonlyMap<string, string>> {
  try {
    for (;;) {
      const piece = await body.next();
      if (piece.done) return piece.value;
      await sink(piece.value);
    }
  } finally {
    await body.return(new Map());
  }
}

function proven(name: string, given: string | undefined, computed: string) {
  if (given === undefined)
    throw new S3Error('MalformedTrailerError', `The declared trailer ${name} did not come.`);
  if (given !== computed)
    throw new S3Error('BadDigest', `The ${name} you specified did not match what we received.`);
  return { [name]: given };
}

/** A small body as text. */
export async function receiveText(message: IncomingMessage, signed: Signed): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  await receive(message, signed, (bytes) => {
    size += bytes.length;
    if (size > 2 * 1024 * 1024) throw new S3Error('EntityTooLarge', 'The document is too large.');
    pieces.push(bytes);
  });
  return Buffer.concat(pieces).toString();
}

async function* plainOrChunked(
  message: IncomingMessage,
  { payload, chain }: Signed,
): AsyncGenerator<Uint8Array, ReadonlyMap<string, string>> {
  switch (payload) {
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return yield* unchunk(bytesOf(message), undefined);
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return yield* unchunk(bytesOf(message), chain);
    default:
      if (payload !== 'UNSIGNED-PAYLOAD' && !isHash(payload))
        throw new S3Error(
          'InvalidArgument',
          'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a known STREAMING word or a SHA-256.',
        );
      yield* bytesOf(message);
      return new Map();
  }
}

async function* bytesOf(message: IncomingMessage): AsyncGenerator<Uint8Array> {
  // kept open when reading stops early, so that the refusal can still be answered on this connection
  for await (const chunk of message.iterator({ destroyOnReturn: false })) yield Bytes.parse(chunk);
}

function refuseOtherBody(
  message: IncomingMessage,
  { payload }: Signed,
  { size, md5, sha256 }: { size: number; md5: Buffer; sha256: string },
): void {
  const length = header(message, 'x-amz-decoded-content-length');
  if (payload.startsWith('STREAMING-') && length !== undefined && Number(length) !== size)
    throw new S3Error(
      'IncompleteBody',
      'You did not provide the number of bytes specified by x-amz-decoded-content-length.',
    );
  if (isHash(payload) && payload !== sha256)
    throw new S3Error(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  const contentMd5 = header(message, 'content-md5');
  if (contentMd5 !== undefined && contentMd5 !== md5.toString('base64'))
    throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
}

/** The name of the checksum that came in a header or is announced as a trailer. */
function checksumName(message: IncomingMessage): string | undefined {
  const trailing = header(message, 'x-amz-trailer')
    ?.split(',')
    .map((name) => name.trim().toLowerCase());
  return [...Object.keys(message.headers), ...(trailing ?? [])].find(
    (name) => name.startsWith(CHECKSUM) && !NOT_VALUES.has(name),
  );
}

function digestOf(name: string): Digest {
  const algorithm = name.slice(CHECKSUM.length);
  if (algorithm === 'crc32') {
    let value = 0;
    return {
      update: (bytes) => {
        value = crc32(bytes, value);
      },
      base64: () => {
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32BE(value);
        return bytes.toString('base64');
      },
    };
  }
  if (algorithm !== 'sha1' && algorithm !== 'sha256')
    throw new S3Error(
      'NotImplemented',
      `The local S3 checks crc32, sha1 and sha256, not ${algorithm}.`,
    );
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), base64: () => hash.digest('base64') };
}
