import { gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain } from '#core/logs/plain.ts';
import { codec } from './house.ts';

const SKIPPABLE = Uint8Array.of(0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
/** Texts that make raw blocks, repeated bytes, several blocks, and nothing at all. */
const texts = fc.array(
  fc.oneof(
    fc.string(),
    fc.constant(''),
    fc.nat(400_000).map((size) => 'a'.repeat(size)),
    fc.nat(40_000).map((size) => Array.from({ length: size }, (_, n) => n ** 2 % 9973).join(' ')),
  ),
  { minLength: 1, maxLength: 4 },
);

/** What `plain` makes of bytes that come in one buffer, which every chunk overwrites. */
async function read(bytes: Uint8Array, size: number) {
  const found: { torn: string | undefined } = { torn: undefined };
  const chunks = async function* () {
    const buffer = new Uint8Array(size);
    for (let at = 0; at < bytes.length; at += size) {
      const chunk = bytes.subarray(at, at + size);
      buffer.set(chunk);
      yield await Promise.resolve(buffer.subarray(0, chunk.length));
    }
  };
  const pieces: Uint8Array[] = [];
  for await (const piece of plain(chunks(), codec, found)) pieces.push(piece.slice());
  return { text: Buffer.concat(pieces).toString(), torn: found.torn };
}

describe('a compressed file', () => {
  it.each([
    ['gzip', (text: string) => gzipSync(text), new Uint8Array()],
    ['zstd', (text: string) => zstdCompressSync(text), SKIPPABLE],
  ] as const)(
    'of %s is read whole, of however many members or frames, in chunks of any size',
    async (_format, pack, between) => {
      await fc.assert(
        fc.asyncProperty(texts, fc.integer({ min: 5, max: 100_000 }), async (all, size) => {
          const packed = all.flatMap((text, index) => [
            ...(index === 0 ? [] : [between]),
            pack(text),
          ]);
          const found = await read(Buffer.concat(packed), size);
          expect(found.torn).toBeUndefined();
          expect(found.text === all.join('')).toBe(true);
        }),
        { numRuns: 40 },
      );
    },
  );

  it('that is torn in its second frame gives what came before, and says so', async () => {
    const [first, second] = ['one\n', 'two\n'.repeat(90_000)].map((text) => zstdCompressSync(text));
    for (const cut of [1, 3, 5, 20]) {
      const { text, torn } = await read(
        Buffer.concat([first!, second!.subarray(0, second!.length - cut)]),
        64,
      );
      expect(text.startsWith('one\n')).toBe(true);
      expect(torn).toContain('the zstd stream is damaged');
    }
    const followed = await read(Buffer.concat([first!, Buffer.from('what is this?')]), 7);
    expect(followed.text).toBe('one\n');
    expect(followed.torn).toContain('what follows a frame is none');
  });
});
