/** Bytes written one after another. The caller makes room before writing. */
export class Sink {
  bytes: Uint8Array;
  view: DataView;
  /** End of what is written. */
  length = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    this.view = viewOf(this.bytes);
  }

  makeRoom(bytes: number): void {
    if (this.length + bytes <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + bytes));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = viewOf(grown);
  }

  /** Four bytes at a time: for a name or a text a third of what single bytes cost, and a call into the runtime costs more. */
  copy(from: DataView, start: number, end: number): void {
    const into = this.view;
    let at = this.length;
    let index = start;
    for (; index + 4 <= end; index += 4) {
      into.setInt32(at, from.getInt32(index, true), true);
      at += 4;
    }
    for (; index < end; index += 1) {
      into.setUint8(at, from.getUint8(index));
      at += 1;
    }
    this.length = at;
  }
}

/** The same bytes, for reading several at a time. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
