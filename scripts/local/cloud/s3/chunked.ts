import { createHash } from 'node:crypto';
import { S3Error } from './errors.ts';
import { equal, type SignatureChain, sha256, sign } from './signature.ts';

const CHUNK_ALGORITHM = 'AWS4-HMAC-SHA256-PAYLOAD';
const EMPTY = sha256('');
const MAX_LINE = 8 * 1024;
const CHUNK = /^([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/;

type Bytes = AsyncIterable<Uint8Array>;

/**
 * Undoes `Content-Encoding: aws-chunked` and returns the trailing headers:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 * @param chain when given, every chunk (and the trailer) must continue this chain of signatures
 */
export async function* unchunk(
  source: Bytes,
  chain: SignatureChain | undefined,
): AsyncGenerator<Uint8Array, ReadonlyMap<string, string>> {
  const reader = new Reader(source);
  try {
    let previous = chain;
    for (;;) {
      const [, size = '', signature = ''] = CHUNK.exec(await reader.line()) ?? [];
      if (size === '')
        throw new S3Error('IncompleteBody', 'The body is not aws-chunked as declared.');
      const length = Number.parseInt(size, 16);
      const hash = createHash('sha256');
      for await (const piece of reader.take(length)) {
        hash.update(piece);
        yield piece;
      }
      if (previous) {
        const lines = [previous.signature, EMPTY, hash.digest('hex')].join('\n');
        previous = continued(previous, signature, sign(previous, CHUNK_ALGORITHM, lines));
      }
      if (length === 0) return await trailers(reader, previous);
      if ((await reader.line()) !== '')
        throw new S3Error('IncompleteBody', 'A chunk is longer than it declares.');
    }
  } finally {
    await reader.close();
  }
}

async function trailers(
  reader: Reader,
  chain: SignatureChain | undefined,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const colon = line.indexOf(':');
    found.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const signature = found.get('x-amz-trailer-signature') ?? '';
  found.delete('x-amz-trailer-signature');
  if (chain && found.size > 0) {
    const text = [...found].map(([name, value]) => `${name}:${value}\n`).join('');
    const lines = [chain.signature, sha256(text)].join('\n');
    continued(chain, signature, sign(chain, 'AWS4-HMAC-SHA256-TRAILER', lines));
  }
  return found;
}

function continued(chain: SignatureChain, given: string, expected: string): SignatureChain {
  if (equal(given, expected)) return { ...chain, signature: given };
  throw new S3Error('SignatureDoesNotMatch', 'A chunk signature does not match its chunk.');
}

/** Bytes by line or by count, whatever pieces they come in. */
class Reader {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(source: Bytes) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Up to the next CRLF, without it; '' at the end of the body. */
  async line(): Promise<string> {
    let bytes = Buffer.from(this.#rest);
    while (!bytes.includes('\r\n')) {
      const next = await this.#source.next();
      if (next.done) break;
      bytes = Buffer.concat([bytes, next.value]);
      if (bytes.indexOf('\r\n') > MAX_LINE || (bytes.length > MAX_LINE && !bytes.includes('\r\n')))
        throw new S3Error('IncompleteBody', 'A chunk header is too long.');
    }
    const end = bytes.indexOf('\r\n');
    this.#rest = bytes.subarray(end < 0 ? bytes.length : end + 2);
    return bytes.subarray(0, end < 0 ? bytes.length : end).toString();
  }

  async *take(count: number): AsyncGenerator<Uint8Array> {
    for (let left = count; left > 0; ) {
      const piece = this.#rest.length > 0 ? this.#rest : await this.#next();
      this.#rest = piece.subarray(left);
      const taken = piece.subarray(0, left);
      left -= taken.length;
      yield taken;
    }
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #next(): Promise<Uint8Array> {
    const next = await this.#source.next();
    if (next.done) throw new S3Error('IncompleteBody', 'The body ended within a chunk.');
    return next.value;
  }
}
