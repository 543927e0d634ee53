import type { Codec } from '../ports/codec.ts';
import { join } from './lines.ts';
import { unzstdFrames, ZSTD } from './zstd-frames.ts';

/** What is given to a parser at once: it bounds what one piece can make of the memory. */
const PIECE_BYTES = 262_144;
const GZIP = [0x1f, 0x8b];

/** A file's bytes, decompressed when they begin as gzip or zstd do, in pieces. Offsets count decompressed bytes. */
export async function* plain(
  bytes: AsyncIterable<Uint8Array>,
  codec: Codec,
  found: { torn: string | undefined },
): AsyncIterable<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  const first = await beginning(iterator);
  const all = resumed(first, iterator);
  const onTorn = (format: string) => (reason: string) => {
    found.torn = `the ${format} stream is damaged (${reason})`;
  };
  if (begins(first, GZIP)) yield* pieces(codec.gunzip(copies(all), onTorn('gzip')));
  else if (begins(first, ZSTD)) yield* pieces(unzstdFrames(copies(all), codec, onTorn('zstd')));
  else yield* pieces(all);
}

/** A chunk may be overwritten by the next, and a decompressor reads ahead. */
async function* copies(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) yield chunk.slice();
}

/** At least as many bytes as tell a compression; less when the file is shorter. */
async function beginning(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let first: Uint8Array = new Uint8Array();
  while (first.length < ZSTD.length) {
    const next = await chunks.next();
    if (next.done === true) return first;
    first = first.length === 0 ? next.value : join([first, next.value]);
  }
  return first;
}

function begins(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

async function* pieces(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      yield chunk.subarray(at, at + PIECE_BYTES);
    }
  }
}

/** The chunk that was looked at, and the rest. */
export async function* resumed(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncIterable<Uint8Array> {
  try {
    yield first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next())
      yield next.value;
  } finally {
    await rest.return?.();
  }
}
