/** Head of a stored object. `eTag` without quotes. */
export interface ObjectHead {
  readonly key: string;
  readonly size: number;
  readonly eTag: string;
}

/** The data bucket. Bodies are streamed; nothing holds a whole object in memory unless it says so. */
export interface Objects {
  /**
   * Undefined when absent. With `eTag`, the read fails with `changed` should the object have been replaced. `from` skips so many
   * bytes, of which the object must have more.
   */
  open(
    key: string,
    options?: { readonly eTag?: string; readonly from?: number },
  ): Promise<AsyncIterable<Uint8Array> | 'changed' | undefined>;
  /** A small object whole; throws above `maxBytes` (default 8 MiB). Undefined when absent. */
  read(key: string, maxBytes?: number): Promise<Uint8Array | undefined>;
  head(key: string): Promise<ObjectHead | undefined>;
  /** Writes a whole stream (multipart when large). The object appears whole or not at all. */
  write(key: string, body: AsyncIterable<Uint8Array>, contentType: string): Promise<void>;
  /** Writes a small object; with `ifAbsent`, false when the key exists already. */
  put(
    key: string,
    body: Uint8Array,
    options: { readonly contentType: string; readonly ifAbsent?: boolean },
  ): Promise<boolean>;
  /** In order of the keys' bytes; with `after`, only keys that come after it. */
  list(
    prefix: string,
    options?: { readonly after?: string },
  ): AsyncIterable<ObjectHead & { readonly modified: Date }>;
  /** Absent objects are no error. */
  remove(keys: readonly string[]): Promise<void>;
  /** A GET URL that dies after `seconds`. */
  presign(key: string, seconds: number, fileName: string): Promise<string>;
}
