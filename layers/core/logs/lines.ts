import { MAX_PIECE_BYTES } from './found.ts';

/** One line without its end (`\n` or `\r\n`). Of one that is too long only the head is given. */
export interface Line {
  readonly bytes: Uint8Array;
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** From 1. */
  readonly number: number;
  readonly isTooLong: boolean;
}

const LF = 0x0a;
const CR = 0x0d;
const KEPT_OF_TOO_LONG = 256;

/** Cuts chunks into lines. A last line without an end is a line. */
export class LineSplitter {
  readonly #onLine: (line: Line) => void;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #offset = 0;
  #number = 1;

  constructor(onLine: (line: Line) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      this.#finish(chunk.subarray(start, end), 1);
      start = end + 1;
    }
    if (start < chunk.length) this.#hold(chunk.slice(start));
  }

  end(): void {
    if (this.#heldBytes > 0) this.#finish(new Uint8Array(), 0);
  }

  #hold(part: Uint8Array): void {
    this.#heldBytes += part.length;
    if (this.#heldBytes <= MAX_PIECE_BYTES) {
      this.#held.push(part);
    } else {
      this.#held = [join([...this.#held, part]).slice(0, KEPT_OF_TOO_LONG)];
    }
  }

  #finish(last: Uint8Array, endBytes: number): void {
    const length = this.#heldBytes + last.length;
    const isTooLong = length > MAX_PIECE_BYTES;
    const bytes = this.#held.length === 0 ? last : join([...this.#held, last]);
    this.#onLine({
      bytes: isTooLong ? bytes.subarray(0, KEPT_OF_TOO_LONG) : withoutCr(bytes),
      offset: this.#offset,
      number: this.#number,
      isTooLong,
    });
    this.#offset += length + endBytes;
    this.#number += 1;
    this.#held = [];
    this.#heldBytes = 0;
  }
}

/** One array of several. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function withoutCr(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes;
}
