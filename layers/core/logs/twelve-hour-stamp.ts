import { wallSeconds } from './time.ts';

const SPACE = 0x20;

/** Reads `[M/D/YYYY h:mm:ss AM] ` from bytes, and remembers the last date. */
export class TwelveHourStamp {
  /** Seconds of the wall clock that the last `read` saw. */
  wall = 0;
  #bytes: Uint8Array = new Uint8Array();
  #at = 0;
  #date = 0;
  #midnight: number | undefined;

  /** Where the user begins after the stamp at `start`; -1 when it is none in the usual form. */
  read(bytes: Uint8Array, start: number): number {
    this.#bytes = bytes;
    this.#at = start + 1;
    const month = this.#number(0x2f);
    const day = this.#number(0x2f);
    const year = this.#number(SPACE);
    const hour = this.#number(0x3a);
    const minute = this.#number(0x3a);
    const second = this.#number(SPACE);
    const isAfternoon = bytes[this.#at] === 0x50;
    const isTime = hour >= 1 && hour <= 12 && minute < 60 && second < 60;
    if (!isTime || !this.#isHalf()) return -1;
    const date = (year * 100 + month) * 100 + day;
    if (date !== this.#date) {
      this.#date = date;
      this.#midnight = wallSeconds({ year, month, day, hour: 0, minute: 0, second: 0 });
    }
    if (this.#midnight === undefined) return -1;
    const hours = (hour % 12) + (isAfternoon ? 12 : 0);
    this.wall = this.#midnight + hours * 3600 + minute * 60 + second;
    return this.#at + 4;
  }

  /** `AM] ` or `PM] ` */
  #isHalf(): boolean {
    const [bytes, at] = [this.#bytes, this.#at];
    const isHalf = bytes[at] === 0x41 || bytes[at] === 0x50;
    return isHalf && bytes[at + 1] === 0x4d && bytes[at + 2] === 0x5d && bytes[at + 3] === SPACE;
  }

  /** Up to four digits and then `until`; 99999 when it is not so. */
  #number(until: number): number {
    let value = 0;
    for (let digits = 0; digits <= 4; digits += 1) {
      const byte = this.#bytes[this.#at] ?? 0;
      this.#at += 1;
      if (byte === until) return digits === 0 ? 99_999 : value;
      if (byte < 0x30 || byte > 0x39) return 99_999;
      value = value * 10 + byte - 0x30;
    }
    return 99_999;
  }
}
