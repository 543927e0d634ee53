import type { LogRecord } from '#contract/log-record.ts';
import { skipPlain } from './json-text.ts';
import { LineArena } from './line-arena.ts';
import { join } from './lines.ts';
import { viewOf } from './sink.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SMALL_U = 0x75;
const LF = 0x0a;
const TIME_AT = '{"ts":"1970-01-01T'.length;
const USER_AT = '{"ts":"1970-01-01T00:00:00Z","user":"'.length;
const MIDDLE_BYTES = '","text":"'.length;
const BEFORE_KIND = '","kind":"'.length;
const AFTER_KIND = '"}\n'.length;
/** By their first letters. */
const KINDS: ReadonlyMap<number, LogRecord['kind']> = new Map([
  [0x6d, 'message'],
  [0x61, 'action'],
  [0x6e, 'notice'],
]);
const ARENA_BYTES = 65_536;

/** A segment's lines (NDJSON as `LineWriter` writes it) packed, in pieces that the next overwrites. `onTorn` hears of what is none. */
export async function* packedLines(
  chunks: AsyncIterable<Uint8Array>,
  onTorn: (reason: string) => void,
): AsyncIterable<Uint8Array> {
  const packer = new Packer();
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : join([rest, chunk]);
    const whole = bytes.lastIndexOf(LF) + 1;
    if (!packer.pack(bytes.subarray(0, whole))) onTorn('a line is none of ours');
    rest = bytes.slice(whole);
    const { arena } = packer;
    if (arena.length > 0) yield arena.bytes.subarray(0, arena.length);
  }
  if (rest.length > 0) onTorn('its last line has no end');
}

class Packer {
  readonly arena = new LineArena(ARENA_BYTES);
  #view = viewOf(new Uint8Array());
  /** Of the string that `#endOfString` passed: bytes beyond one for each character. */
  #extra = 0;

  /** The arena holds these lines and no others afterwards. False when they are not ours. */
  pack(lines: Uint8Array): boolean {
    this.arena.clear();
    this.#view = viewOf(lines);
    for (let at = 0; at >= 0 && at < lines.length; ) {
      at = this.#line(at);
      if (at < 0) return false;
    }
    return true;
  }

  /** Gives where the next line begins; -1 when this is none. */
  #line(start: number): number {
    const view = this.#view;
    const user = start + USER_AT;
    const userEnd = this.#endOfString(user);
    const text = userEnd + MIDDLE_BYTES;
    const end = this.#endOfString(text);
    const kindAt = end + BEFORE_KIND;
    const kind = kindAt < view.byteLength ? KINDS.get(view.getUint8(kindAt)) : undefined;
    if (kind === undefined) return -1;
    const { arena } = this;
    arena.open(this.#second(start + TIME_AT), end - user);
    arena.copy(view, user, userEnd);
    arena.middle();
    arena.copy(view, text, end);
    arena.close(kind, end - text - this.#extra);
    const next = kindAt + kind.length + AFTER_KIND;
    return next <= view.byteLength && view.getUint8(next - 1) === LF ? next : -1;
  }

  #second(at: number): number {
    return this.#two(at) * 3600 + this.#two(at + 3) * 60 + this.#two(at + 6);
  }

  #two(at: number): number {
    return (this.#view.getUint8(at) - 48) * 10 + this.#view.getUint8(at + 1) - 48;
  }

  /** The closing quote of a string whose first character stands at `start`; the end of the bytes when there is none. */
  #endOfString(start: number): number {
    const view = this.#view;
    const end = view.byteLength;
    this.#extra = 0;
    let at = skipPlain(view, start, end);
    while (at < end) {
      const byte = view.getUint8(at);
      if (byte === QUOTE) return at;
      const size = byte === BACKSLASH ? this.#escapeAt(at + 1) : 1;
      // of a character of several bytes all but the first are extra
      this.#extra += (byte & 0xc0) === 0x80 ? 1 : size - 1;
      at = skipPlain(view, at + size, end);
    }
    return end;
  }

  #escapeAt(at: number): number {
    return at < this.#view.byteLength && this.#view.getUint8(at) === SMALL_U ? 6 : 2;
  }
}
