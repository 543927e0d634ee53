import { PLAIN } from './json-text.ts';
import { type LineArena, MIDDLE_BYTES, USER_AT } from './line-arena.ts';
import type { Part } from './merge.ts';
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

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const utf8 = new TextDecoder();

/** Counts per user, taken from lines as bytes. Days must come in order. */
export class Users {
  #count = 0;
  /** Open addressing: number of a user plus one, by the hash of the name. */
  #slots = new Int32Array(4096);
  #names: Uint8Array = new Uint8Array(65_536);
  #nameAt = new Int32Array(1024);
  #messages = new Float64Array(1024);
  #chars = new Float64Array(1024);
  #days = new Int32Array(1024);
  #lastDay = new Int32Array(1024);
  #first = new Float64Array(1024);
  #last = new Float64Array(1024);
  /** Messages by hour of the day, UTC, since `startDay`. */
  hours = new Array<number>(24).fill(0);
  /** Characters since `startDay`. */
  chars = 0;
  /** Users who spoke since `startDay`. */
  speakers = 0;

  startDay(): void {
    this.hours = new Array<number>(24).fill(0);
    this.chars = 0;
    this.speakers = 0;
  }

  add({ arena, keys }: Part): void {
    for (const key of keys) {
      const start = arena.starts[arena.lineOf(key)] ?? 0;
      const seconds = arena.secondsOf(key);
      const nameEnd = endOfString(arena.bytes, start + USER_AT);
      const user = this.#userOf(arena, start + USER_AT, nameEnd);
      const chars = charsOfText(arena.bytes, nameEnd + MIDDLE_BYTES);
      this.#note(user, seconds, chars);
    }
  }

  /** Most messages first; of equal ones the first by name. */
  list(): UserStatistics[] {
    const all = Array.from({ length: this.#count }, (_, user) => ({
      user: this.#nameOf(user),
      messages: this.#messages[user] ?? 0,
      chars: this.#chars[user] ?? 0,
      days: this.#days[user] ?? 0,
      first: this.#first[user] ?? 0,
      last: this.#last[user] ?? 0,
    }));
    return all.sort((a, b) => b.messages - a.messages || (a.user < b.user ? -1 : 1));
  }

  #note(user: number, seconds: number, chars: number): void {
    const day = Math.floor(seconds / DAY_SECONDS);
    const hour = Math.floor((seconds - day * DAY_SECONDS) / 3600);
    this.hours[hour] = (this.hours[hour] ?? 0) + 1;
    this.chars += chars;
    const messages = this.#messages[user] ?? 0;
    this.#messages[user] = messages + 1;
    this.#chars[user] = (this.#chars[user] ?? 0) + chars;
    this.#last[user] = seconds;
    if (messages === 0) this.#first[user] = seconds;
    if (messages > 0 && this.#lastDay[user] === day) return;
    this.#lastDay[user] = day;
    this.#days[user] = (this.#days[user] ?? 0) + 1;
    this.speakers += 1;
  }

  #userOf({ bytes }: LineArena, from: number, to: number): number {
    let hash = 0x811c9dc5;
    for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const user = (this.#slots[slot] ?? 0) - 1;
      if (user < 0) return this.#newUser(slot, bytes.subarray(from, to + 1));
      if (this.#isNamed(user, bytes, from)) return user;
      slot = (slot + 1) & mask;
    }
  }

  /** Names are kept with their closing quote, so that none is the beginning of another. */
  #isNamed(user: number, bytes: Uint8Array, at: number): boolean {
    const from = this.#nameAt[user] ?? 0;
    const length = (this.#nameAt[user + 1] ?? 0) - from;
    for (let index = 0; index < length; index += 1) {
      if (this.#names[from + index] !== bytes[at + index]) return false;
    }
    return true;
  }

  #newUser(slot: number, name: Uint8Array): number {
    const user = this.#count;
    if (user + 2 > this.#nameAt.length) this.#grow();
    const at = this.#nameAt[user] ?? 0;
    if (at + name.length > this.#names.length) {
      this.#names = grown(this.#names, new Uint8Array(2 * this.#names.length + name.length));
    }
    this.#names.set(name, at);
    this.#nameAt[user + 1] = at + name.length;
    this.#slots[slot] = user + 1;
    this.#count += 1;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return user;
  }

  #grow(): void {
    const size = this.#nameAt.length * 2;
    this.#nameAt = grown(this.#nameAt, new Int32Array(size));
    this.#messages = grown(this.#messages, new Float64Array(size));
    this.#chars = grown(this.#chars, new Float64Array(size));
    this.#days = grown(this.#days, new Int32Array(size));
    this.#lastDay = grown(this.#lastDay, new Int32Array(size));
    this.#first = grown(this.#first, new Float64Array(size));
    this.#last = grown(this.#last, new Float64Array(size));
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 4);
    const mask = slots.length - 1;
    for (let user = 0; user < this.#count; user += 1) {
      let hash = 0x811c9dc5;
      for (let at = this.#nameAt[user] ?? 0; at < (this.#nameAt[user + 1] ?? 0) - 1; at += 1) {
        hash = Math.imul(hash ^ (this.#names[at] ?? 0), 0x01000193);
      }
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = user + 1;
    }
    this.#slots = slots;
  }

  #nameOf(user: number): string {
    const json = utf8.decode(this.#names.subarray(this.#nameAt[user], this.#nameAt[user + 1]));
    return String(JSON.parse(`"${json}`));
  }
}

function grown<T extends Uint8Array | Int32Array | Float64Array>(from: T, into: T): T {
  into.set(from);
  return into;
}

function endOfString(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

/** Characters of the text from `from` to its closing quote; an escape is one. */
function charsOfText(bytes: Uint8Array, from: number): number {
  let at = from;
  while (PLAIN[bytes[at] ?? 0] === 1) at += 1;
  return bytes[at] === QUOTE ? at - from : at - from + charsOfUnusual(bytes, at);
}

function charsOfUnusual(bytes: Uint8Array, from: number): number {
  let chars = 0;
  let at = from;
  for (let byte = bytes[at] ?? QUOTE; byte !== QUOTE; byte = bytes[at] ?? QUOTE) {
    if ((byte & 0xc0) !== 0x80) chars += 1;
    if (byte === BACKSLASH) at += bytes[at + 1] === 0x75 ? 6 : 2;
    else at += 1;
  }
  return chars;
}
