const LF = 0x0a;

/** The part of a file that a parser looks at: what it has not yet understood, and the piece that follows. One buffer, reused. */
export class Window {
  /** Of the file: where the window begins. */
  offset = 0;
  #buffer: Uint8Array = new Uint8Array();
  #length = 0;
  /** Line ends before `#countedTo`, in the file and in the window. */
  #lineEnds = 0;
  #countedTo = 0;

  /** Begins another file. */
  reset(): void {
    this.offset = 0;
    this.#length = 0;
    this.#lineEnds = 0;
    this.#countedTo = 0;
  }

  /** Forgets the first `done` bytes and adds a piece; gives what is in the window, until the next push. */
  push(piece: Uint8Array, done: number): Uint8Array {
    this.countTo(done);
    this.#countedTo = 0;
    this.offset += done;
    const kept = this.#length - done;
    const length = kept + piece.length;
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(done, this.#length));
      this.#buffer = larger;
    } else {
      this.#buffer.copyWithin(0, done, this.#length);
    }
    this.#buffer.set(piece, kept);
    this.#length = length;
    return this.#buffer.subarray(0, length);
  }

  /** The line, from 1, on which the byte `at` of the window stands. */
  lineAt(at: number): number {
    this.countTo(at);
    return this.#lineEnds + 1;
  }

  countTo(at: number): void {
    const bytes = this.#buffer;
    for (let index = this.#countedTo; index < at; index += 1) {
      if (bytes[index] === LF) this.#lineEnds += 1;
    }
    if (at > this.#countedTo) this.#countedTo = at;
  }

  /** Somebody else has counted from where `countTo` last stood to `at`. */
  counted(at: number, lineEnds: number): void {
    this.#countedTo = at;
    this.#lineEnds += lineEnds;
  }
}
