import type { LogRecord } from '#contract/log-record.ts';
import { escape, PLAIN, sizeOfCharacter } from './json-text.ts';
import { textOf } from './text.ts';
import { DAY_SECONDS, isoSeconds } from './time.ts';

/** What somebody said, before it is a line. */
export interface Utterance extends Omit<LogRecord, 'ts'> {
  /** Since 1970, UTC. */
  readonly seconds: number;
}

const HEAD = ascii('{"ts":"1970-01-01T00:00:00Z","user":"');
const MIDDLE = ascii('","text":"');
const TAILS = {
  message: ascii('","kind":"message"}\n'),
  action: ascii('","kind":"action"}\n'),
  notice: ascii('","kind":"notice"}\n'),
} as const;
const DATE_AT = '{"ts":"'.length;
const TIME_AT = DATE_AT + 11;
/** Where the user's name begins in a line. */
export const USER_AT = HEAD.length;
/** Bytes between the user's name and the text. */
export const MIDDLE_BYTES = MIDDLE.length;
/** A line is no shorter than this. */
const LEAST_LINE = HEAD.length + 1 + MIDDLE.length + 1 + TAILS.action.length;
const FIXED = HEAD.length + MIDDLE.length + TAILS.message.length;

/** Time and place share one double of 53 bits: 33 and 20 for lines of any days, 17 and 36 for those of one day. */
const PLACES_OF_ANY_DAY = 2 ** 20;
const PLACES_OF_ONE_DAY = 2 ** 36;
const STAGING_BYTES = 262_144;
const LF = 0x0a;

/**
 * Lines of NDJSON in one piece of memory, as bytes: the same message is the same bytes, as JSON.stringify makes them. A line is written by
 * `open`, the user, `middle`, the text, `close`; one that is open may be undone. Nothing is allocated per line.
 */
export class LineArena {
  bytes: Uint8Array;
  /** Lines closed. */
  count = 0;
  /** Where each closed line begins; `starts[count]` is where the next will. */
  starts = new Uint32Array(4096);
  /** Per closed line: its time and its place, in that order of weight. */
  keys = new Float64Array(4096);
  /** End of what is written, the open line included. */
  length = 0;
  /** Where lines that do not stand in order are put in order, a piece at a time. */
  readonly staging: Uint8Array;
  /** Of `keys`: a line's key is (its time - base) * places + its place. */
  #base = 0;
  #places = PLACES_OF_ANY_DAY;
  readonly #head = HEAD.slice();
  /** Of the date in the head. */
  #midnight = 0;
  #seconds = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    this.staging = new Uint8Array(Math.min(capacity, STAGING_BYTES));
  }

  /** More than `heldBytes` is written, or as many lines as leave room for one more piece of a file. */
  isFull(heldBytes: number): boolean {
    return this.length > heldBytes || this.count > PLACES_OF_ANY_DAY / 2;
  }

  /** The line that a key stands for. */
  lineOf(key: number): number {
    return key - Math.floor(key / this.#places) * this.#places;
  }

  /** The time that a key stands for. */
  secondsOf(key: number): number {
    return Math.floor(key / this.#places) + this.#base;
  }

  /** Begins a line; `room` bytes of user and text may follow before the next call that makes room. */
  open(seconds: number, room: number): void {
    this.makeRoom(room + FIXED);
    this.#seconds = seconds;
    this.#stamp(seconds);
    this.#put(this.#head);
  }

  middle(): void {
    this.#put(MIDDLE);
  }

  close(kind: LogRecord['kind']): void {
    this.#put(TAILS[kind]);
    this.#closed(this.#seconds);
  }

  /** Takes back the open line. */
  undo(): void {
    this.length = this.starts[this.count] ?? 0;
  }

  /** Takes back the open line, and gives what it said so far. */
  takeOpen(): Omit<Utterance, 'kind'> {
    const json = new TextDecoder().decode(
      this.bytes.subarray(this.starts[this.count], this.length),
    );
    this.undo();
    const value: unknown = JSON.parse(`${json}"}`);
    const [user = '', text = ''] = ['user', 'text'].map((name) => textOf(value, name));
    return { seconds: this.#seconds, user, text };
  }

  makeRoom(bytes: number): void {
    if (this.length + bytes <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + bytes));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  /** Copies bytes that are JSON text already. */
  copy(from: Uint8Array, start: number, end: number): void {
    const into = this.bytes;
    let at = this.length;
    for (let index = start; index < end; index += 1) {
      into[at] = from[index] ?? 0;
      at += 1;
    }
    this.length = at;
  }

  /** Copies bytes of UTF-8 as JSON text; false when they are none, and then the line is to be undone. NUL becomes U+FFFD. */
  copyEscaped(from: Uint8Array, start: number, end: number): boolean {
    const into = this.bytes;
    let at = this.length;
    let index = start;
    while (index < end) {
      const byte = from[index] ?? 0;
      if (PLAIN[byte] === 1) {
        into[at] = byte;
        at += 1;
        index += 1;
      } else if (byte >= 0x80) {
        const size = sizeOfCharacter(from, index, end);
        if (size === 0) return false;
        for (const stop = index + size; index < stop; index += 1) {
          into[at] = from[index] ?? 0;
          at += 1;
        }
      } else {
        at = escape(into, at, byte);
        index += 1;
      }
    }
    this.length = at;
    return true;
  }

  /** A whole line from strings: the way of everything unusual. */
  add({ seconds, user, text, kind }: Utterance): void {
    const line = utf8.encode(`${JSON.stringify({ ts: isoSeconds(seconds), user, text, kind })}\n`);
    this.makeRoom(line.length);
    this.bytes.set(line, this.length);
    this.length += line.length;
    this.#closed(seconds);
  }

  /** Takes in sorted lines of one day, the same for all until `clear`, that are bytes already, from `from` on, while their time is before `horizon`; gives where it stopped. */
  load(lines: Uint8Array, from: number, horizon: number): number {
    const start = this.length;
    let at = from;
    if (this.count === 0 && at < lines.length) {
      const seconds = secondsOfLine(lines, at);
      this.#base = seconds - (seconds % DAY_SECONDS);
      this.#places = PLACES_OF_ONE_DAY;
    }
    while (at < lines.length) {
      const seconds = secondsOfLine(lines, at);
      if (seconds >= horizon) break;
      at = endOfLine(lines, at);
      this.length = start + at - from;
      this.#closed(seconds);
    }
    this.length = start;
    this.makeRoom(at - from);
    this.bytes.set(lines.subarray(from, at), start);
    this.length = start + at - from;
    return at;
  }

  /** Forgets all closed lines; an open one stays. */
  clear(): void {
    const openAt = this.starts[this.count] ?? 0;
    this.bytes.copyWithin(0, openAt, this.length);
    this.length -= openAt;
    this.count = 0;
    this.starts[0] = 0;
    this.#base = 0;
    this.#places = PLACES_OF_ANY_DAY;
  }

  #closed(seconds: number): void {
    if (this.count + 1 >= this.starts.length) this.#moreLines();
    this.keys[this.count] = (seconds - this.#base) * this.#places + this.count;
    this.count += 1;
    this.starts[this.count] = this.length;
  }

  #moreLines(): void {
    const [starts, keys] = [this.starts, this.keys];
    this.starts = new Uint32Array(starts.length * 2);
    this.starts.set(starts);
    this.keys = new Float64Array(keys.length * 2);
    this.keys.set(keys);
  }

  #put(bytes: Uint8Array): void {
    const into = this.bytes;
    const at = this.length;
    for (let index = 0; index < bytes.length; index += 1) into[at + index] = bytes[index] ?? 0;
    this.length = at + bytes.length;
  }

  /** Writes the time into the head; the date only when it is another than before. */
  #stamp(seconds: number): void {
    let time = seconds - this.#midnight;
    if (time < 0 || time >= DAY_SECONDS) {
      const day = Math.floor(seconds / DAY_SECONDS);
      this.#midnight = day * DAY_SECONDS;
      this.#head.set(ascii(dayName(day)), DATE_AT);
      time = seconds - this.#midnight;
    }
    const minutes = (time / 60) | 0;
    const hours = (minutes / 60) | 0;
    twoDigits(this.#head, TIME_AT, hours);
    twoDigits(this.#head, TIME_AT + 3, minutes - hours * 60);
    twoDigits(this.#head, TIME_AT + 6, (time - minutes * 60) | 0);
  }
}

/** `YYYY-MM-DD` of a number of days since 1970. */
export function dayName(day: number): string {
  return isoSeconds(day * DAY_SECONDS).slice(0, 10);
}

let knownDate = new Uint8Array(10);
let knownDay = Number.NaN;

/** The time of the line of ours that begins at `at`. */
export function secondsOfLine(lines: Uint8Array, at: number): number {
  const date = at + DATE_AT;
  let isKnown = true;
  for (let index = 0; index < 10; index += 1) {
    if (lines[date + index] !== knownDate[index]) isKnown = false;
  }
  if (!isKnown || Number.isNaN(knownDay)) {
    knownDate = lines.slice(date, date + 10);
    knownDay = Date.parse(String.fromCharCode(...knownDate)) / (DAY_SECONDS * 1000);
  }
  const time = at + TIME_AT;
  return (
    knownDay * DAY_SECONDS +
    number2(lines, time) * 3600 +
    number2(lines, time + 3) * 60 +
    number2(lines, time + 6)
  );
}

function number2(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) - 48) * 10 + (bytes[at + 1] ?? 0) - 48;
}

/** After the line end; the length when there is none. */
function endOfLine(lines: Uint8Array, at: number): number {
  let index = at + LEAST_LINE - 1;
  while (index < lines.length && lines[index] !== LF) index += 1;
  return index + 1;
}

function twoDigits(into: Uint8Array, at: number, value: number): void {
  const tens = (value * 205) >> 11;
  into[at] = 48 + tens;
  into[at + 1] = 48 + value - tens * 10;
}

const utf8 = new TextEncoder();

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
