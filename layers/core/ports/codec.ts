/** A running sha256. */
export interface Hasher {
  /** Text counts as its UTF-8. */
  update(content: string | Uint8Array): void;
  /** Lower-case hex; the hasher is spent. */
  hex(): string;
}

/** Hashing and compression: the runtime's own, given in because the core imports nothing. */
export interface Codec {
  hasher(): Hasher;
  /** Hash of bytes, or of UTF-8 text. */
  sha256(content: string | Uint8Array): string;
  /** One frame. */
  zstd(content: Uint8Array): Promise<Uint8Array>;
  /** Ends early at the first torn or corrupt byte, after calling `onTorn` with the reason. */
  gunzip(
    bytes: AsyncIterable<Uint8Array>,
    onTorn: (reason: string) => void,
  ): AsyncIterable<Uint8Array>;
  /** The same for one frame of zstd. */
  unzstd(
    bytes: AsyncIterable<Uint8Array>,
    onTorn: (reason: string) => void,
  ): AsyncIterable<Uint8Array>;
}
