import type { Store } from './read.ts';

/** One object that holds the bytes of a longer whole from `offset` on. */
export interface Piece {
  readonly key: string;
  readonly offset: number;
  readonly size: number;
}

/** What of the pieces follows `from` without a gap, in order. Where pieces overlap, the bytes are the same. */
export function following(pieces: readonly Piece[], from: number): readonly Piece[] {
  const chosen: Piece[] = [];
  let end = from;
  for (const piece of pieces.toSorted((a, b) => a.offset - b.offset)) {
    if (piece.offset > end) break;
    if (piece.offset + piece.size <= end) continue;
    chosen.push(piece);
    end = piece.offset + piece.size;
  }
  return chosen;
}

/** The bytes from `from` to the first gap. Throws when a piece has vanished meanwhile. */
export async function* concatenated(
  pieces: readonly Piece[],
  from: number,
  { objects }: Pick<Store, 'objects'>,
): AsyncIterable<Uint8Array> {
  let at = from;
  for (const { key, offset, size } of following(pieces, from)) {
    const body = await objects.open(key, { from: at - offset });
    if (body === undefined || body === 'changed')
      throw new Error(`The object ${key} was there a moment ago, and is not now.`);
    yield* body;
    at = offset + size;
  }
}
