import { createHash } from 'node:crypto';
import { pipeline, Readable, type Transform } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, createZstdDecompress, zstdCompress } from 'node:zlib';
import type { Codec, Hasher } from '#core/ports/codec.ts';

/** At its level 3: docs/decisions/010. */
const compressed = promisify(zstdCompress);

/** Hashing and compression by Node's own crypto and zlib. */
export class NodeCodec implements Codec {
  hasher(): Hasher {
    const hash = createHash('sha256');
    return { update: (content) => void hash.update(content), hex: () => hash.digest('hex') };
  }

  sha256(content: string | Uint8Array): string {
    return createHash('sha256').update(content).digest('hex');
  }

  zstd(content: Uint8Array): Promise<Uint8Array> {
    return compressed(content);
  }

  gunzip(
    bytes: AsyncIterable<Uint8Array>,
    onTorn: (reason: string) => void,
  ): AsyncIterable<Uint8Array> {
    return through(createGunzip(), bytes, onTorn);
  }

  unzstd(
    bytes: AsyncIterable<Uint8Array>,
    onTorn: (reason: string) => void,
  ): AsyncIterable<Uint8Array> {
    return through(createZstdDecompress(), bytes, onTorn);
  }
}

async function* through(
  plain: Transform,
  bytes: AsyncIterable<Uint8Array>,
  onTorn: (reason: string) => void,
): AsyncIterable<Uint8Array> {
  // the callback is empty because the same error ends the loop below
  pipeline(Readable.from(bytes), plain, () => undefined);
  try {
    for await (const chunk of plain) if (chunk instanceof Uint8Array) yield chunk;
  } catch (error) {
    if (!isCodecError(error)) throw error;
    onTorn(error.message);
  }
}

function isCodecError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^(?:Z|ZSTD)_/.test(String(error.code));
}
