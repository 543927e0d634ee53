import { MAX_TEXT_CHARS } from '#contract/log-limits.ts';
import { IsoStamp } from './iso-stamp.ts';
import { sizeOfCharacter, skipPlain } from './json-text.ts';
import { type Keys, KIND, TEXT, TIME, USER, word } from './keys.ts';
import type { LineArena } from './line-arena.ts';
import { viewOf } from './sink.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const LF = 0x0a;
/** Of JSON, within a line. */
const BLANK: readonly number[] = [0x20, 0x09, 0x0d];
const BLANKS = 0x20202020;
export const NOT_PLAIN = -1;

/** `"\/bfnrt` without the solidus, which JSON.stringify writes bare. */
const SAME_ESCAPES = new Uint8Array(128);
for (const letter of '"\\bfnrt') SAME_ESCAPES[letter.charCodeAt(0)] = 1;

/**
 * Copies plain messages from JSON to packed lines without making strings of them. Plain is an object of strings alone whose time is
 * `YYYY-MM-DDTHH:MM:SSZ` or alike and whose user and text need no change to be stored. Anything else is for the parser,
 * which must come to the same result for what is plain.
 */
export class ObjectScanner {
  /** Line ends passed by `blank` and `object`; the caller sets it. */
  lineEnds = 0;
  readonly #lines: LineArena;
  readonly #keys: Keys;
  readonly #stamp = new IsoStamp();
  #view = viewOf(new Uint8Array());
  #end = 0;
  /** Where the fields of the object at hand begin and end. */
  readonly #from = new Int32Array(4);
  readonly #to = new Int32Array(4);
  /** Of the string passed last: bytes beyond one for each character; and of the text. */
  #extra = 0;
  #textExtra = 0;

  constructor(lines: LineArena, keys: Keys) {
    this.#lines = lines;
    this.#keys = keys;
  }

  look(bytes: Uint8Array): void {
    this.#view = viewOf(bytes);
    this.#end = bytes.length;
  }

  /** Index of the first byte from `start` on that is not blank. */
  blank(start: number): number {
    const view = this.#view;
    const end = this.#end;
    let at = start;
    while (at < end) {
      const byte = view.getUint8(at);
      if (byte > 0x20) return at;
      if (byte === LF) this.lineEnds += 1;
      else if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) return at;
      at += 1;
      while (at + 4 <= end && view.getInt32(at, true) === BLANKS) at += 4;
    }
    return at;
  }

  /** Writes the message if it is all that there is to look at, but for blanks; else gives NOT_PLAIN. */
  whole(): number {
    let end = this.#end;
    while (end > 0 && BLANK.includes(this.#view.getUint8(end - 1))) end -= 1;
    return this.object(this.blank(0), end);
  }

  /** Writes the message that begins at `start`, and gives where it ends; NOT_PLAIN when it is not plain or not whole, or does not end at `end` as it should. */
  object(start: number, end?: number): number {
    const view = this.#view;
    if (start >= this.#end || view.getUint8(start) !== OPEN) return NOT_PLAIN;
    this.#from[TIME] = 0;
    this.#from[USER] = 0;
    this.#from[TEXT] = 0;
    this.#from[KIND] = 0;
    this.#keys.begin();
    let at = start;
    do {
      at = this.#field(this.blank(at + 1));
      if (at === NOT_PLAIN || at >= this.#end) return NOT_PLAIN;
    } while (view.getUint8(at) === COMMA);
    if (view.getUint8(at) !== CLOSE || (end !== undefined && end !== at + 1)) return NOT_PLAIN;
    return this.#write() ? at + 1 : NOT_PLAIN;
  }

  /** One `"key": "text"`; gives where the comma or brace after it stands. */
  #field(start: number): number {
    const field = this.#keys.at(this.#view, start);
    const keyEnd = field < 0 ? this.#string(start) : start + this.#keys.size - 1;
    if (keyEnd === NOT_PLAIN) return NOT_PLAIN;
    const colon = this.blank(keyEnd + 1);
    if (colon >= this.#end || this.#view.getUint8(colon) !== COLON) return NOT_PLAIN;
    const value = this.blank(colon + 1);
    const valueEnd = this.#string(value);
    if (valueEnd === NOT_PLAIN) return NOT_PLAIN;
    if (field >= 0) {
      // of a key that comes twice JSON.parse takes the last, of two names the parser takes one: let it
      if (this.#from[field] !== 0) return NOT_PLAIN;
      this.#from[field] = value + 1;
      this.#to[field] = valueEnd;
      if (field === TEXT) this.#textExtra = this.#extra;
    }
    return this.blank(valueEnd + 1);
  }

  /** The closing quote of a string that begins at `start` and that JSON.stringify would write the same. */
  #string(start: number): number {
    const view = this.#view;
    const end = this.#end;
    if (start >= end || view.getUint8(start) !== QUOTE) return NOT_PLAIN;
    this.#extra = 0;
    let at = skipPlain(view, start + 1, end);
    while (at < end) {
      const byte = view.getUint8(at);
      if (byte === QUOTE) return at;
      const size = byte < 0x80 ? this.#escape(byte, at) : sizeOfCharacter(view, at, end);
      if (size === 0) return NOT_PLAIN;
      this.#extra += size - 1;
      at = skipPlain(view, at + size, end);
    }
    return NOT_PLAIN;
  }

  #escape(byte: number, at: number): number {
    if (byte !== BACKSLASH || at + 1 >= this.#end) return 0;
    return SAME_ESCAPES[this.#view.getUint8(at + 1)] === 1 ? 2 : 0;
  }

  #write(): boolean {
    const [user, userEnd] = [this.#from[USER] ?? 0, this.#to[USER] ?? 0];
    const [text, textEnd] = [this.#from[TEXT] ?? 0, this.#to[TEXT] ?? 0];
    if (!this.#isPlainUser(user, userEnd) || !this.#isPlainText(text, textEnd)) return false;
    const seconds = this.#seconds();
    if (seconds < 0 || !this.#isMessage()) return false;
    const lines = this.#lines;
    lines.open(seconds, userEnd - user + textEnd - text);
    lines.copy(this.#view, user, userEnd);
    lines.middle();
    lines.copy(this.#view, text, textEnd);
    lines.close('message', textEnd - text - this.#textExtra);
    return true;
  }

  /** Printable ASCII: nothing to trim, nothing escaped. */
  #isPlainUser(from: number, to: number): boolean {
    if (from === 0 || to <= from || to - from > MAX_TEXT_CHARS) return false;
    const view = this.#view;
    for (let at = from; at < to; at += 1) {
      const byte = view.getUint8(at);
      if (byte <= 0x20 || byte >= 0x7f || byte === BACKSLASH) return false;
    }
    return true;
  }

  /** It begins with something that is surely no blank, and is surely not too long. */
  #isPlainText(from: number, to: number): boolean {
    if (from === 0 || to <= from || to - from > MAX_TEXT_CHARS) return false;
    const first = this.#view.getUint8(from);
    const second = this.#view.getUint8(from + 1);
    if (first === BACKSLASH) return second === QUOTE || second === BACKSLASH;
    return first < 0x80 ? first > 0x20 : isSurelyNoBlank(first, second);
  }

  #seconds(): number {
    const from = this.#from[TIME] ?? 0;
    return from === 0 ? -1 : this.#stamp.seconds(this.#view, from, this.#to[TIME] ?? 0);
  }

  #isMessage(): boolean {
    const from = this.#from[KIND] ?? 0;
    if (from === 0) return true;
    const isSeven = (this.#to[KIND] ?? 0) - from === 'message'.length;
    // of the three kinds only this one has seven letters and an s
    return (
      isSeven &&
      this.#view.getInt32(from, true) === MESS &&
      this.#view.getInt32(from + 3, true) === SAGE
    );
  }
}

const MESS = word('mess');
const SAGE = word('sage');

/** Other than U+00A0, U+1680, U+2000 and the like, U+3000 and U+FEFF. */
function isSurelyNoBlank(first: number, second: number): boolean {
  if (first === 0xc2) return second !== 0xa0;
  return first !== 0xe1 && first !== 0xe2 && first !== 0xe3 && first !== 0xef;
}
