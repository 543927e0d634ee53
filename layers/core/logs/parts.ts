import { type Border, borderOf, findBorder, wrapping } from './borders.ts';
import { join } from './lines.ts';

/** Parts are so long and on to the next border. Also what is read again when a growing log has grown. */
const PART_BYTES = 4_194_304;
const HEAD_BYTES = 65_536;

/** One part as it went by. */
export interface PartEnd {
  /** Of the file, without what was put around it. */
  readonly bytes: number;
  /** Line ends among them. */
  readonly lines: number;
  /** Bytes that were put before it. */
  readonly shift: number;
  /** It ended at a border; else where the bytes end for now. */
  readonly isClosed: boolean;
}

/** Cuts a stream into parts, each of which `read` gets as a file of its own. Holds no more than the stream's chunks. */
export class Parts {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #partBytes: number;
  #isFirst: boolean;
  #held: Uint8Array = new Uint8Array();
  border: Border | undefined;

  constructor(
    bytes: AsyncIterable<Uint8Array>,
    from: { readonly isFirst: boolean; readonly border: Border | undefined },
    partBytes = PART_BYTES,
  ) {
    this.#source = bytes[Symbol.asyncIterator]();
    this.#isFirst = from.isFirst;
    this.border = from.border;
    this.#partBytes = partBytes;
  }

  /** Gives the next part to `read` and waits for it. `onBytes` sees the file's own bytes. */
  async next<Read>(
    read: (bytes: AsyncIterable<Uint8Array>) => Promise<Read>,
    onBytes: (bytes: Uint8Array) => void = () => undefined,
  ): Promise<{ readonly read: Read; readonly end: PartEnd }> {
    const end = { bytes: 0, lines: 0, shift: 0, isClosed: false };
    const done = await read(this.#part(end, onBytes));
    this.#isFirst = false;
    return { read: done, end };
  }

  /** To be called when no more is wanted. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async *#part(
    end: { -readonly [Field in keyof PartEnd]: PartEnd[Field] },
    onBytes: (bytes: Uint8Array) => void,
  ): AsyncIterable<Uint8Array> {
    const { before } = wrapping(this.border, { isFirst: this.#isFirst, isLast: false });
    end.shift = before.length;
    if (before.length > 0) yield before;
    for await (const bytes of this.#bytes(end)) {
      end.bytes += bytes.length;
      end.lines += lineEnds(bytes);
      onBytes(bytes);
      yield bytes;
    }
    const { after } = wrapping(this.border, { isFirst: this.#isFirst, isLast: !end.isClosed });
    if (after.length > 0) yield after;
  }

  async *#bytes(end: { isClosed: boolean }): AsyncIterable<Uint8Array> {
    const head: Uint8Array[] = [];
    let size = 0;
    while (size < this.#partBytes) {
      if (this.#held.length === 0 && !(await this.#more())) return;
      const bytes = this.#take(this.#partBytes - size);
      // what comes later in a long head would only make it slower to tell
      if (this.border === undefined && size < HEAD_BYTES)
        head.push(bytes.slice(0, HEAD_BYTES - size));
      size += bytes.length;
      yield bytes;
    }
    this.border ??= borderOf(join(head));
    yield* this.#upToBorder(this.border, end);
  }

  async *#upToBorder(border: Border, end: { isClosed: boolean }): AsyncIterable<Uint8Array> {
    do {
      const found = findBorder(this.#held, border);
      end.isClosed = 'at' in found;
      const bytes = this.#take('at' in found ? found.at : found.undecided);
      if (bytes.length > 0) yield bytes;
    } while (!end.isClosed && (await this.#more()));
    if (!end.isClosed && this.#held.length > 0) yield this.#take(this.#held.length);
  }

  #take(count: number): Uint8Array {
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done === true) return false;
    this.#held = this.#held.length === 0 ? next.value : join([this.#held, next.value]);
    return true;
  }
}

const LF = 0x0a;

function lineEnds(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines += 1;
  return lines;
}
