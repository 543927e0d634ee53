import { DAY_SECONDS, dayNumber, isDate } from './time.ts';

const DASH = 0x2d;
const COLON = 0x3a;
const DOT = 0x2e;
/** `YYYY-MM-DDTHH:MM:SS` */
const SIZE = 19;

/** Reads times of UTC from bytes, and remembers the last date. */
export class IsoStamp {
  /** `YYYY`, `-MM-`, `M-DD` as they were read. */
  #year = 0;
  #month = 0;
  #day = 0;
  #midnight = Number.NaN;

  /** Seconds since 1970 of `YYYY-MM-DDTHH:MM:SSZ`, or with a fraction or with `+00:00`; -1 when it is anything else. */
  seconds(view: DataView, from: number, to: number): number {
    if (to - from <= SIZE || !hasMarks(view, from) || !isUtc(view, from + SIZE, to)) return -1;
    if (!this.#isKnown(view, from) && !this.#read(view, from)) return -1;
    const hour = two(view, from + 11);
    const minute = two(view, from + 14);
    const second = two(view, from + 17);
    if (hour > 23 || minute > 59 || second > 59) return -1;
    return this.#midnight + hour * 3600 + minute * 60 + second;
  }

  #isKnown(view: DataView, at: number): boolean {
    return (
      view.getInt32(at + 6, true) === this.#day &&
      view.getInt32(at + 4, true) === this.#month &&
      view.getInt32(at, true) === this.#year
    );
  }

  #read(view: DataView, at: number): boolean {
    if (view.getUint8(at + 4) !== DASH || view.getUint8(at + 7) !== DASH) return false;
    const date = {
      year: two(view, at) * 100 + two(view, at + 2),
      month: two(view, at + 5),
      day: two(view, at + 8),
    };
    if (!isDate(date)) return false;
    this.#year = view.getInt32(at, true);
    this.#month = view.getInt32(at + 4, true);
    this.#day = view.getInt32(at + 6, true);
    this.#midnight = dayNumber(date) * DAY_SECONDS;
    return true;
  }
}

/** `T` and two colons where they belong. */
function hasMarks(view: DataView, at: number): boolean {
  return (
    view.getUint8(at + 10) === 0x54 &&
    view.getUint8(at + 13) === COLON &&
    view.getUint8(at + 16) === COLON
  );
}

/** `Z` or `+00:00`, after a fraction or not. */
function isUtc(view: DataView, start: number, end: number): boolean {
  let at = start;
  if (view.getUint8(at) === DOT) {
    at += 1;
    while (at < end && isDigit(view.getUint8(at))) at += 1;
    if (at === start + 1 || at === end) return false;
  }
  if (view.getUint8(at) === 0x5a) return at + 1 === end;
  return (
    at + 6 === end && view.getInt32(at, true) === PLUS_00 && view.getInt32(at + 2, true) === ZERO_00
  );
}

/** `+00:` and `0:00`, little-endian. */
const PLUS_00 = 0x3a30302b;
const ZERO_00 = 0x30303a30;

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Two ASCII digits; 1000 or more when they are none. */
function two(view: DataView, at: number): number {
  const tens = view.getUint8(at) - 48;
  const ones = view.getUint8(at + 1) - 48;
  return tens >= 0 && tens < 10 && ones >= 0 && ones < 10 ? tens * 10 + ones : 1000;
}
