import { MAX_TEXT_CHARS } from '#contract/log-limits.ts';
import { PLAIN, sizeOfCharacter } from './json-text.ts';
import type { LineArena } from './line-arena.ts';
import { DAY_SECONDS, dayNumber, isDate } from './time.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const LF = 0x0a;
const NOT_PLAIN = -1;

/** `"\/bfnrt` without the solidus, which JSON.stringify writes bare. */
const SAME_ESCAPES = new Uint8Array(128);
for (const letter of '"\\bfnrt') SAME_ESCAPES[letter.charCodeAt(0)] = 1;

/** With their quotes. */
const KEYS = ['"timestamp"', '"user"', '"message"'].map((name) =>
  Uint8Array.from(name, (letter) => letter.charCodeAt(0)),
);
const ANOTHER = KEYS.length;

/**
 * Copies plain chat messages from JSON to lines without making strings of them. Plain is an object of strings alone whose timestamp
 * is `YYYY-MM-DDTHH:MM:SSZ` and whose user and message need no change to be stored. At anything else it stops: that is
 * for the parser, which must come to the same result for what is plain.
 */
export class ChatScanner {
  /** Messages written and line ends passed by the last `run`. */
  messages = 0;
  lineEnds = 0;
  readonly #lines: LineArena;
  #bytes: Uint8Array = new Uint8Array();
  #end = 0;
  /** Where the fields of the object at hand begin and end, by KEYS. */
  readonly #from = new Int32Array(3);
  readonly #to = new Int32Array(3);
  #expected = 0;
  #date = new Uint8Array(10);
  #midnight = Number.NaN;

  constructor(lines: LineArena) {
    this.#lines = lines;
  }

  /** From `start`, which stands between elements, to the first element that is not plain or not whole. */
  run(bytes: Uint8Array, start: number): number {
    this.#bytes = bytes;
    this.#end = bytes.length;
    this.messages = 0;
    this.lineEnds = 0;
    let done = start;
    for (;;) {
      const lineEnds = this.lineEnds;
      const next = this.#object(this.#toObject(done));
      if (next === NOT_PLAIN) {
        this.lineEnds = lineEnds;
        return done;
      }
      this.messages += 1;
      done = next;
    }
  }

  /** Over blanks and commas. */
  #toObject(start: number): number {
    let at = this.#blank(start);
    while (at < this.#end && this.#bytes[at] === COMMA) at = this.#blank(at + 1);
    return at;
  }

  #blank(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    while (at < this.#end) {
      const byte = bytes[at];
      if (byte === LF) this.lineEnds += 1;
      else if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) return at;
      at += 1;
    }
    return at;
  }

  #object(start: number): number {
    if (start >= this.#end || this.#bytes[start] !== OPEN) return NOT_PLAIN;
    this.#from[0] = 0;
    this.#from[1] = 0;
    this.#from[2] = 0;
    this.#expected = 0;
    let at = start;
    do {
      at = this.#field(this.#blank(at + 1));
      if (at === NOT_PLAIN || at >= this.#end) return NOT_PLAIN;
    } while (this.#bytes[at] === COMMA);
    return this.#bytes[at] === CLOSE && this.#write() ? at + 1 : NOT_PLAIN;
  }

  /** One `"key": "text"`; gives where the comma or brace after it stands. */
  #field(start: number): number {
    const field = this.#keyAt(start);
    const keyEnd = field === ANOTHER ? this.#string(start) : start + (KEYS[field]?.length ?? 0) - 1;
    if (keyEnd === NOT_PLAIN) return NOT_PLAIN;
    const colon = this.#blank(keyEnd + 1);
    if (colon >= this.#end || this.#bytes[colon] !== COLON) return NOT_PLAIN;
    const value = this.#blank(colon + 1);
    const valueEnd = this.#string(value);
    if (valueEnd === NOT_PLAIN) return NOT_PLAIN;
    if (field !== ANOTHER) {
      // of a key that comes twice JSON.parse takes the last: let it
      if (this.#from[field] !== 0) return NOT_PLAIN;
      this.#from[field] = value + 1;
      this.#to[field] = valueEnd;
      this.#expected = field + 1;
    }
    return this.#blank(valueEnd + 1);
  }

  /** Which key stands there; the expected one is tried first. */
  #keyAt(start: number): number {
    if (this.#isKey(this.#expected, start)) return this.#expected;
    for (let field = 0; field < ANOTHER; field += 1) if (this.#isKey(field, start)) return field;
    return ANOTHER;
  }

  #isKey(field: number, start: number): boolean {
    const key = KEYS[field];
    if (key === undefined || start + key.length > this.#end) return false;
    for (let index = 0; index < key.length; index += 1) {
      if (this.#bytes[start + index] !== key[index]) return false;
    }
    return true;
  }

  /** The closing quote of a string that begins at `start` and that JSON.stringify would write the same. */
  #string(start: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    if (start >= end || bytes[start] !== QUOTE) return NOT_PLAIN;
    let at = start + 1;
    while (at < end) {
      const byte = bytes[at] ?? 0;
      if (PLAIN[byte] === 1) {
        at += 1;
      } else {
        if (byte === QUOTE) return at;
        const size = this.#special(byte, at);
        if (size === 0) return NOT_PLAIN;
        at += size;
      }
    }
    return NOT_PLAIN;
  }

  #special(byte: number, at: number): number {
    if (byte >= 0x80) return sizeOfCharacter(this.#bytes, at, this.#end);
    if (byte !== BACKSLASH || at + 1 >= this.#end) return 0;
    return SAME_ESCAPES[this.#bytes[at + 1] ?? 0] === 1 ? 2 : 0;
  }

  #write(): boolean {
    const userFrom = this.#from[1] ?? 0;
    const userTo = this.#to[1] ?? 0;
    const textFrom = this.#from[2] ?? 0;
    const textTo = this.#to[2] ?? 0;
    if (!this.#isPlainUser(userFrom, userTo) || !this.#isPlainText(textFrom, textTo)) return false;
    const seconds = this.#seconds();
    if (seconds < 0) return false;
    const lines = this.#lines;
    lines.open(seconds, userTo - userFrom + textTo - textFrom);
    lines.copy(this.#bytes, userFrom, userTo);
    lines.middle();
    lines.copy(this.#bytes, textFrom, textTo);
    lines.close('message');
    return true;
  }

  /** Printable ASCII: nothing to trim, nothing escaped. */
  #isPlainUser(from: number, to: number): boolean {
    if (from === 0 || to <= from || to - from > MAX_TEXT_CHARS) return false;
    for (let at = from; at < to; at += 1) {
      const byte = this.#bytes[at] ?? 0;
      if (byte <= 0x20 || byte >= 0x7f || byte === BACKSLASH) return false;
    }
    return true;
  }

  /** It begins with something that is surely no blank, and is surely not too long. */
  #isPlainText(from: number, to: number): boolean {
    if (from === 0 || to <= from || to - from > MAX_TEXT_CHARS) return false;
    const first = this.#bytes[from] ?? 0;
    if (first < 0x80) {
      return first === BACKSLASH ? isQuoteOrBackslash(this.#bytes[from + 1]) : first > 0x20;
    }
    return isSurelyNoBlank(first, this.#bytes[from + 1]);
  }

  /** -1 when it is no plain time. */
  #seconds(): number {
    const bytes = this.#bytes;
    const at = this.#timeAt();
    if (at === 0 || !hasMarks(bytes, at)) return -1;
    if (!this.#isKnownDate(at) && !this.#readDate(at)) return -1;
    const hour = two(bytes, at + 11);
    const minute = two(bytes, at + 14);
    const second = two(bytes, at + 17);
    if (hour > 23 || minute > 59 || second > 59) return -1;
    return this.#midnight + hour * 3600 + minute * 60 + second;
  }

  /** Where a timestamp of the usual length stands; 0 when there is none. */
  #timeAt(): number {
    const at = this.#from[0] ?? 0;
    return (this.#to[0] ?? 0) - at === 20 ? at : 0;
  }

  #isKnownDate(at: number): boolean {
    for (let index = 9; index >= 0; index -= 1) {
      if (this.#bytes[at + index] !== this.#date[index]) return false;
    }
    return true;
  }

  #readDate(at: number): boolean {
    const bytes = this.#bytes;
    if (bytes[at + 4] !== 0x2d || bytes[at + 7] !== 0x2d) return false;
    const date = {
      year: two(bytes, at) * 100 + two(bytes, at + 2),
      month: two(bytes, at + 5),
      day: two(bytes, at + 8),
    };
    if (!isDate(date)) return false;
    this.#date = bytes.slice(at, at + 10);
    this.#midnight = dayNumber(date) * DAY_SECONDS;
    return true;
  }
}

/** `T`, two colons and `Z` where they belong in the time at `at`. */
function hasMarks(bytes: Uint8Array, at: number): boolean {
  const isTimed = bytes[at + 13] === COLON && bytes[at + 16] === COLON;
  return isTimed && bytes[at + 10] === 0x54 && bytes[at + 19] === 0x5a;
}

/** Two ASCII digits; 1000 or more when they are none. */
function two(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - 48;
  const ones = (bytes[at + 1] ?? 0) - 48;
  return tens >= 0 && tens < 10 && ones >= 0 && ones < 10 ? tens * 10 + ones : 1000;
}

function isQuoteOrBackslash(byte: number | undefined): boolean {
  return byte === QUOTE || byte === BACKSLASH;
}

/** Other than U+00A0, U+1680, U+2000 and the like, U+3000 and U+FEFF. */
function isSurelyNoBlank(first: number, second: number | undefined): boolean {
  if (first === 0xc2) return second !== 0xa0;
  return first !== 0xe1 && first !== 0xe2 && first !== 0xe3 && first !== 0xef;
}
