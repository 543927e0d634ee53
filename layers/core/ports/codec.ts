/** A running sha256. */
export interface Hasher {
  update(text: string): void;
  /** Lower-case hex; the hasher is spent. */
  hex(): string;
}

/** Hashing and compression: the runtime's own, given in because the core imports nothing. */
export interface Codec {
  hasher(): Hasher;
  /** Hash of UTF-8 text. */
  sha256(text: string): string;
  gzip(text: string): Promise<Uint8Array>;
  /** Ends early at the first torn or corrupt byte, after calling `onTorn` with the reason. */
  gunzip(
    bytes: AsyncIterable<Uint8Array>,
    onTorn: (reason: string) => void,
  ): AsyncIterable<Uint8Array>;
}
