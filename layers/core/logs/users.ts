import type { PackedLines } from './line-writer.ts';
import { charsOf, HEAD_BYTES, secondOf, textAt } from './packed.ts';
import { DAY_SECONDS } from './time.ts';

/** What one user said in the corpus. Times in seconds since 1970; `chars` are Unicode characters. */
export interface UserStatistics {
  readonly user: string;
  readonly messages: number;
  readonly chars: number;
  readonly days: number;
  readonly first: number;
  readonly last: number;
}

/** Of a user's row: eight doubles, which are one line of a processor's cache. */
const [MESSAGES, CHARS, DAYS, LAST_DAY, FIRST, LAST, NAME_AT, NAME_BYTES] = [
  0, 1, 2, 3, 4, 5, 6, 7,
];
const ROW = 8;
const utf8 = new TextDecoder();

/** Counts per user, taken from packed lines. Days must come in order. */
export class Users {
  #count = 0;
  /** Open addressing: number of a user plus one, by the hash of the name. */
  #slots = new Int32Array(4096);
  #names: Uint8Array = new Uint8Array(65_536);
  #namesEnd = 0;
  #rows = new Float64Array(1024 * ROW);
  /** Since 1970. */
  #day = 0;
  /** Messages by hour of the day, UTC, since `startDay`. */
  hours = new Array<number>(24).fill(0);
  /** Characters since `startDay`. */
  chars = 0;
  /** Users who spoke since `startDay`. */
  speakers = 0;

  startDay(day: number): void {
    this.#day = day;
    this.hours = new Array<number>(24).fill(0);
    this.chars = 0;
    this.speakers = 0;
  }

  /** Lines of the day that was begun last. */
  add({ view, starts }: PackedLines): void {
    for (const at of starts) {
      const row = this.#rowOf(view, at + HEAD_BYTES, textAt(view, at));
      this.#note(row, secondOf(view, at), charsOf(view, at));
    }
  }

  /** Most messages first; of equal ones the first by name. */
  list(): UserStatistics[] {
    const all = Array.from({ length: this.#count }, (_, user) => {
      const row = this.#rows.subarray(user * ROW, (user + 1) * ROW);
      const [messages = 0, chars = 0, days = 0, , first = 0, last = 0] = row;
      return { user: this.#nameOf(row), messages, chars, days, first, last };
    });
    return all.sort((a, b) => b.messages - a.messages || (a.user < b.user ? -1 : 1));
  }

  #note(row: number, second: number, chars: number): void {
    const rows = this.#rows;
    const day = this.#day;
    const seconds = day * DAY_SECONDS + second;
    const hour = (second / 3600) | 0;
    this.hours[hour] = (this.hours[hour] ?? 0) + 1;
    this.chars += chars;
    const messages = rows[row + MESSAGES] ?? 0;
    rows[row + MESSAGES] = messages + 1;
    rows[row + CHARS] = (rows[row + CHARS] ?? 0) + chars;
    rows[row + LAST] = seconds;
    if (messages === 0) rows[row + FIRST] = seconds;
    else if (rows[row + LAST_DAY] === day) return;
    rows[row + LAST_DAY] = day;
    rows[row + DAYS] = (rows[row + DAYS] ?? 0) + 1;
    this.speakers += 1;
  }

  /** Where the row of the user begins whose name stands there. */
  #rowOf(view: DataView, from: number, to: number): number {
    const mask = this.#slots.length - 1;
    let slot = slotOf(view, from, to) & mask;
    for (;;) {
      const row = ((this.#slots[slot] ?? 0) - 1) * ROW;
      if (row < 0)
        return this.#newUser(slot, new Uint8Array(view.buffer, view.byteOffset + from, to - from));
      if (this.#rows[row + NAME_BYTES] === to - from && this.#isNamed(row, view, from)) return row;
      slot = (slot + 1) & mask;
    }
  }

  #isNamed(row: number, view: DataView, from: number): boolean {
    const names = this.#names;
    const at = this.#rows[row + NAME_AT] ?? 0;
    const length = this.#rows[row + NAME_BYTES] ?? 0;
    for (let index = 0; index < length; index += 1) {
      if (names[at + index] !== view.getUint8(from + index)) return false;
    }
    return true;
  }

  #newUser(slot: number, name: Uint8Array): number {
    const row = this.#count * ROW;
    if (row + ROW > this.#rows.length)
      this.#rows = grown(this.#rows, new Float64Array(2 * this.#rows.length));
    const end = this.#namesEnd + name.length;
    if (end > this.#names.length) this.#names = grown(this.#names, new Uint8Array(2 * end));
    this.#names.set(name, this.#namesEnd);
    this.#rows[row + NAME_AT] = this.#namesEnd;
    this.#rows[row + NAME_BYTES] = name.length;
    this.#namesEnd = end;
    this.#count += 1;
    this.#slots[slot] = this.#count;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return row;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 4);
    const mask = slots.length - 1;
    const names = new DataView(this.#names.buffer);
    for (let user = 0; user < this.#count; user += 1) {
      const at = this.#rows[user * ROW + NAME_AT] ?? 0;
      let slot = slotOf(names, at, at + (this.#rows[user * ROW + NAME_BYTES] ?? 0)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = user + 1;
    }
    this.#slots = slots;
  }

  #nameOf(row: Float64Array): string {
    const at = row[NAME_AT] ?? 0;
    const json = utf8.decode(this.#names.subarray(at, at + (row[NAME_BYTES] ?? 0)));
    return String(JSON.parse(`"${json}"`));
  }
}

/** FNV-1a (draft-eastlake-fnv) over words of four bytes, with another prime, and its high bits mixed into the low. */
function slotOf(view: DataView, from: number, to: number): number {
  let hash = 0x811c9dc5;
  let at = from;
  for (; at + 4 <= to; at += 4) hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
  for (; at < to; at += 1) hash = Math.imul(hash ^ view.getUint8(at), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

function grown<T extends Uint8Array | Float64Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
