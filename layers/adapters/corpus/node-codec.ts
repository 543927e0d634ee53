import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import type { Codec, Hasher } from '#core/ports/codec.ts';

const gzipped = promisify(gzip);

/** Hashing and compression by Node's own crypto and zlib. */
export class NodeCodec implements Codec {
  hasher(): Hasher {
    const hash = createHash('sha256');
    return { update: (text) => void hash.update(text), hex: () => hash.digest('hex') };
  }

  sha256(text: string): string {
    return createHash('sha256').update(text).digest('hex');
  }

  gzip(text: string): Promise<Uint8Array> {
    return gzipped(text);
  }

  async *gunzip(
    bytes: AsyncIterable<Uint8Array>,
    onTorn: (reason: string) => void,
  ): AsyncIterable<Uint8Array> {
    const plain = createGunzip();
    // the callback is empty because the same error ends the loop below
    pipeline(Readable.from(bytes), plain, () => undefined);
    try {
      for await (const chunk of plain) if (chunk instanceof Uint8Array) yield chunk;
    } catch (error) {
      if (!isZlibError(error)) throw error;
      onTorn(error.message);
    }
  }
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
