/** A source to be collected. */
export interface LogFile {
  /** Names the source; sources are collected in its order. */
  readonly name: string;
  open(): AsyncIterable<Uint8Array>;
}

/** Room on disk for sorted runs until they are merged; gone when the collection ends. */
export interface Scratch {
  /** Appends; gives where it begins. */
  write(bytes: Uint8Array): number | Promise<number>;
  /** Fills `into` from what begins at `at`. */
  read(at: number, into: Uint8Array): void | Promise<void>;
}

/** A day segment being written. Nobody sees it before it is sealed. */
export interface DayFile {
  write(bytes: Uint8Array): void | Promise<void>;
  /** Names it by its content; gives its key and its size as stored. */
  seal(sha256: string): SealedFile | Promise<SealedFile>;
}

export interface SealedFile {
  readonly key: string;
  readonly bytes: number;
}

/** Where a whole collection is kept: day segments and, last, the documents that name them. */
export interface LogShelf {
  begin(day: string): DayFile | Promise<DayFile>;
  /** `name` relative to the collection. It appears whole or not at all. */
  document(name: string, text: string): void | Promise<void>;
}
