import type { LogRecord } from '#contract/log-record.ts';
import { escape, isPlainWord, PLAIN, sizeOfCharacter } from './json-text.ts';
import { HEAD_BYTES, pack } from './packed.ts';
import { Sink, viewOf } from './sink.ts';
import { DAY_SECONDS } from './time.ts';

/** What somebody said, before it is a line. */
export interface Utterance extends Omit<LogRecord, 'ts'> {
  /** Since 1970, UTC. */
  readonly seconds: number;
}

/** Time and place share one double of 53 bits: 33 and 20. */
const PLACES = 2 ** 20;
const STAGING_BYTES = 262_144;

/**
 * Packed lines (`packed.ts`) of any days in one piece of memory. A line is written by `open`, the user, `middle`, the text, `close`; one that is
 * open may be undone. Nothing is allocated per line.
 */
export class LineArena extends Sink {
  /** Lines closed. */
  count = 0;
  /** Where each closed line begins; `starts[count]` is where the next will. */
  starts = new Uint32Array(4096);
  /** Per closed line: its time and its place, in that order of weight. */
  keys = new Float64Array(4096);
  /** Where lines that do not stand in order are put in order, a piece at a time. */
  readonly staging: Uint8Array;
  /** Of the open line. */
  #seconds = 0;
  #textAt = 0;

  constructor(capacity: number) {
    super(capacity);
    this.staging = new Uint8Array(Math.min(capacity, STAGING_BYTES));
  }

  /** More than `heldBytes` is written, or as many lines as leave room for one more piece of a file. */
  isFull(heldBytes: number): boolean {
    return this.length > heldBytes || this.count > PLACES / 2;
  }

  /** The line that a key stands for. */
  lineOf(key: number): number {
    return key - Math.floor(key / PLACES) * PLACES;
  }

  /** The UTC day that a key stands for, counted from 1970. */
  dayOf(key: number): number {
    return Math.floor(key / (PLACES * DAY_SECONDS));
  }

  /** The least key of a day. */
  keyOfDay(day: number): number {
    return day * DAY_SECONDS * PLACES;
  }

  /** Begins a line; `room` bytes of user and text may follow before the next call that makes room. */
  open(seconds: number, room: number): void {
    this.makeRoom(HEAD_BYTES + room);
    this.#seconds = seconds;
    this.length += HEAD_BYTES;
  }

  middle(): void {
    this.#textAt = this.length;
  }

  /** `chars`: Unicode characters of the text. */
  close(kind: LogRecord['kind'], chars: number): void {
    const at = this.starts[this.count] ?? 0;
    const seconds = this.#seconds;
    pack(this.view, at, {
      second: seconds - Math.floor(seconds / DAY_SECONDS) * DAY_SECONDS,
      kind,
      chars,
      userBytes: this.#textAt - at - HEAD_BYTES,
      textBytes: this.length - this.#textAt,
    });
    if (this.count + 1 >= this.starts.length) this.#moreLines();
    this.keys[this.count] = seconds * PLACES + this.count;
    this.count += 1;
    this.starts[this.count] = this.length;
  }

  /** Takes back the open line. */
  undo(): void {
    this.length = this.starts[this.count] ?? 0;
  }

  /** Takes back the open line, and gives what it said so far. */
  takeOpen(): Omit<Utterance, 'kind'> {
    const userAt = (this.starts[this.count] ?? 0) + HEAD_BYTES;
    const user = this.#string(userAt, this.#textAt);
    const text = this.#string(this.#textAt, this.length);
    this.undo();
    return { seconds: this.#seconds, user, text };
  }

  /** Copies bytes of UTF-8 as JSON text, and gives the number of characters; -1 when they are none, and then the line is to be undone. NUL becomes U+FFFD. */
  copyEscaped(from: DataView, start: number, end: number): number {
    let chars = 0;
    let index = start;
    while (index < end) {
      const stop = this.#copyPlain(from, index, end);
      chars += stop - index;
      if (stop === end) return chars;
      const byte = from.getUint8(stop);
      const size = byte < 0x80 ? 1 : sizeOfCharacter(from, stop, end);
      if (size === 0) return -1;
      if (byte < 0x80) this.length = escape(this.bytes, this.length, byte);
      else this.copy(from, stop, stop + size);
      chars += 1;
      index = stop + size;
    }
    return chars;
  }

  /** A whole line from strings: the way of everything unusual. */
  add({ seconds, user, text, kind }: Utterance): void {
    const [name, said] = [jsonText(user), jsonText(text)];
    this.open(seconds, name.byteLength + said.byteLength);
    this.copy(name, 0, name.byteLength);
    this.middle();
    this.copy(said, 0, said.byteLength);
    this.close(kind, characters(text));
  }

  /** Forgets all closed lines; an open one stays. */
  clear(): void {
    const openAt = this.starts[this.count] ?? 0;
    this.bytes.copyWithin(0, openAt, this.length);
    this.length -= openAt;
    this.#textAt -= openAt;
    this.count = 0;
    this.starts[0] = 0;
  }

  /** Copies up to the first byte that does not stand for itself in JSON; gives where that is. */
  #copyPlain(from: DataView, start: number, end: number): number {
    const into = this.view;
    let at = this.length;
    let index = start;
    for (; index + 4 <= end; index += 4) {
      const word = from.getInt32(index, true);
      if (!isPlainWord(word)) break;
      into.setInt32(at, word, true);
      at += 4;
    }
    for (; index < end; index += 1) {
      const byte = from.getUint8(index);
      if (PLAIN[byte] !== 1) break;
      into.setUint8(at, byte);
      at += 1;
    }
    this.length = at;
    return index;
  }

  #string(start: number, end: number): string {
    const json = new TextDecoder().decode(this.bytes.subarray(start, end));
    return String(JSON.parse(`"${json}"`));
  }

  #moreLines(): void {
    const [starts, keys] = [this.starts, this.keys];
    this.starts = new Uint32Array(starts.length * 2);
    this.starts.set(starts);
    this.keys = new Float64Array(keys.length * 2);
    this.keys.set(keys);
  }
}

const utf8 = new TextEncoder();
const PAIRS = /[\ud800-\udbff][\udc00-\udfff]/g;

/** What JSON writes between the quotes. */
function jsonText(text: string): DataView {
  return viewOf(utf8.encode(JSON.stringify(text).slice(1, -1)));
}

/** Unicode characters: pairs of surrogates count once. */
function characters(text: string): number {
  return text.length - (text.match(PAIRS)?.length ?? 0);
}
