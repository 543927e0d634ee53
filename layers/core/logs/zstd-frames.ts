import type { Codec } from '../ports/codec.ts';
import { join } from './lines.ts';

/** RFC 8878 section 3.1.1. */
export const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];
/** RFC 8878 section 3.1.2: the first of its four bytes has any low half. */
const SKIPPABLE = [0x50, 0x2a, 0x4d, 0x18];
const NOTHING = new Uint8Array();

/**
 * A zstd stream of any number of frames, decompressed one by one: Node's own stream ends after the first of several, and says
 * nothing of the rest. Stops where it is torn.
 */
export async function* unzstdFrames(
  bytes: AsyncIterable<Uint8Array>,
  codec: Pick<Codec, 'unzstd'>,
  onTorn: (reason: string) => void,
): AsyncIterable<Uint8Array> {
  const input = new Input(bytes[Symbol.asyncIterator]());
  const tears: string[] = [];
  const torn = (reason: string) => {
    tears.push(reason);
    onTorn(reason);
  };
  try {
    for (;;) {
      const magic = await input.take(4);
      if (magic.length === 0) return;
      if (begins(magic, SKIPPABLE, 0xf0)) await skip(input);
      else if (begins(magic, ZSTD, 0xff)) yield* codec.unzstd(frame(magic, input), torn);
      else torn('what follows a frame is none');
      if (tears.length > 0) return;
    }
  } finally {
    await input.close();
  }
}

function begins(bytes: Uint8Array, magic: readonly number[], mask: number): boolean {
  return magic.every((byte, index) => ((bytes[index] ?? 0) & (index === 0 ? mask : 0xff)) === byte);
}

async function skip(input: Input): Promise<void> {
  let left = littleEndian(await input.take(4));
  while (left > 0) {
    const { length } = await input.some(left);
    if (length === 0) return;
    left -= length;
  }
}

/** One frame's bytes, as many as there are of it: its header, its blocks, its checksum (RFC 8878 section 3.1.1). */
async function* frame(magic: Uint8Array, input: Input): AsyncIterable<Uint8Array> {
  const descriptor = await input.take(1);
  const flags = descriptor[0] ?? 0;
  yield join([magic, descriptor, await input.take(headerBytes(flags))]);
  for (let isLast = false; !isLast; ) {
    const header = await input.take(3);
    if (header.length < 3) return;
    yield header;
    const block = littleEndian(header);
    isLast = (block & 1) === 1;
    // a block of one byte repeated holds it once
    const isRepeated = ((block >> 1) & 3) === 1;
    yield* input.next(isRepeated ? 1 : block >> 3);
  }
  if ((flags & 4) !== 0) yield await input.take(4);
}

/** What follows the descriptor: window, dictionary, size of the content. */
function headerBytes(flags: number): number {
  const isSingleSegment = (flags & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][flags & 3] ?? 0;
  const size = [isSingleSegment ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
  return (isSingleSegment ? 0 : 1) + dictionary + size;
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((number, byte) => number * 256 + byte, 0);
}

/** Bytes of a stream, so many at a time. */
class Input {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Uint8Array = NOTHING;

  constructor(chunks: AsyncIterator<Uint8Array>) {
    this.#chunks = chunks;
  }

  /** At least one and at most `most`; none at the stream's end. */
  async some(most: number): Promise<Uint8Array> {
    while (this.#held.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return NOTHING;
      this.#held = next.value;
    }
    const taken = this.#held.subarray(0, most);
    this.#held = this.#held.subarray(taken.length);
    return taken;
  }

  /** So many, in pieces; fewer when the stream ends. */
  async *next(count: number): AsyncIterable<Uint8Array> {
    for (let left = count; left > 0; ) {
      const bytes = await this.some(left);
      if (bytes.length === 0) return;
      left -= bytes.length;
      yield bytes;
    }
  }

  /** So many in one piece; fewer when the stream ends. */
  async take(count: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for await (const bytes of this.next(count)) pieces.push(bytes);
    return join(pieces);
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
