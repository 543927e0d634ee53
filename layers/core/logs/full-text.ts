import { MAX_TEXT_CHARS } from '#contract/log-limits.ts';
import { type Found, MAX_PIECE_BYTES, type Parser } from './found.ts';
import type { Utterance } from './line-arena.ts';
import { viewOf } from './sink.ts';
import { decode, safeText } from './text.ts';
import { type Clock, localTime, wallSeconds } from './time.ts';
import { TwelveHourStamp } from './twelve-hour-stamp.ts';
import type { Window } from './window.ts';

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const OPEN = 0x5b;
const KEPT_OF_TOO_LONG = 256;

/** `[M/D/YYYY h:mm:ss AM] ` */
export const STAMP =
  /^\[(\d{1,2})\/(\d{1,2})\/(\d{4})\s+(\d{1,2}):(\d\d):(\d\d)\s+([AaPp])[Mm]\](?:\s|$)/;
const SAID = /^\s*(\S+?):(?:\s(.*))?$/s;
/** A line that was to be a stamp: torn, or with a time that no clock shows. */
const LIKE_STAMP = /^\[\d{1,2}\/\d/;
/** What the bot could not attribute: the protocol's own line (RFC 2812 section 2.3.1). */
const PROTOCOL = /^:?([^\s!]+)!\S+ PRIVMSG \S+ :(.*)$/s;
/** Protocol lines in which nobody says anything. */
const NOISE = /(?:^|\s)(?:JOIN|PART|QUIT|MODE|PING)(?:\s|$)/;
/** CTCP ACTION, as clients send `/me`. */
const ACTION = /^\u0001ACTION (.*?)\u0001?$/s;

/**
 * Twitch `full.txt` as the Karma-Hello bot writes it: `[M/D/YYYY h:mm:ss AM] user: message`, local wall clock. A line without
 * a stamp continues the message before it; blank lines are neither. Plain lines are copied as bytes; of anything else strings are made.
 */
export class FullTextParser implements Parser {
  readonly #clock: Clock;
  readonly #found: Found;
  readonly #window: Window;
  #bytes: Uint8Array = new Uint8Array();
  #view = viewOf(this.#bytes);
  #at = 0;
  /** The message that the next line may continue. */
  #pending: Utterance | undefined;
  /** The pending message is the open line of the arena, and `#pending` is not set. */
  #isOpen = false;
  /** Characters of its text. */
  #chars = 0;
  /** Of the line that is too long and not yet at its end. */
  #tooLong: { offset: number; line: number; bytes: Uint8Array } | undefined;
  readonly #stamp = new TwelveHourStamp();

  constructor(clock: Clock, found: Found) {
    this.#clock = clock;
    this.#found = found;
    this.#window = found.window;
  }

  push(piece: Uint8Array): void {
    this.#bytes = this.#window.push(piece, this.#at);
    this.#view = viewOf(this.#bytes);
    this.#at = 0;
    const whole = this.#bytes.lastIndexOf(LF) + 1;
    while (this.#at < whole) this.#line(this.#bytes.indexOf(LF, this.#at));
    if (this.#bytes.length - this.#at > MAX_PIECE_BYTES) this.#skipSome();
  }

  end(): void {
    if (this.#at < this.#bytes.length || this.#tooLong !== undefined)
      this.#line(this.#bytes.length);
    this.#settle();
  }

  /** The line from `#at` to `end`, which is its line end or the file's. */
  #line(end: number): void {
    const start = this.#at;
    this.#at = end + 1;
    if (this.#tooLong !== undefined) {
      this.#found.quarantined({ ...this.#tooLong, reason: TOO_LONG });
      this.#tooLong = undefined;
      return;
    }
    const last = end > start && this.#bytes[end - 1] === CR ? end - 1 : end;
    if (last - start > MAX_PIECE_BYTES) {
      this.#settle();
      this.#quarantine(start, last, TOO_LONG);
    } else if (!this.#plain(start, last)) this.#unusual(start, last);
  }

  /** Of a line longer than may be held, what was seen is forgotten; its end will tell. */
  #skipSome(): void {
    this.#settle();
    const at = this.#at;
    this.#tooLong ??= {
      offset: this.#window.offset + at,
      line: this.#window.lineAt(at),
      bytes: this.#bytes.slice(at, at + KEPT_OF_TOO_LONG),
    };
    this.#at = this.#bytes.length;
  }

  /** Copies the line when it needs no thought; else nothing has happened. */
  #plain(start: number, end: number): boolean {
    const bytes = this.#bytes;
    if (bytes[start] !== OPEN || end - start > MAX_TEXT_CHARS) return false;
    const user = this.#stamp.read(bytes, start);
    const colon = user < 0 ? -1 : endOfUser(bytes, user, end);
    if (colon < 0 || isUnknown(bytes, user, colon)) return false;
    if (colon + 2 >= end || !isSurelyWords(bytes, colon + 2)) return false;
    const lines = this.#found.lines;
    this.#settle();
    lines.open(this.#clock(this.#stamp.wall), 6 * (end - user));
    lines.copy(this.#view, user, colon);
    lines.middle();
    this.#chars = lines.copyEscaped(this.#view, colon + 2, end);
    this.#isOpen = this.#chars >= 0;
    if (!this.#isOpen) lines.undo();
    return this.#isOpen;
  }

  #unusual(start: number, end: number): void {
    const { text, reencoded } = decode(this.#bytes.subarray(start, end));
    if (text.trim() === '') {
      this.#found.notMessage();
      return;
    }
    const match = STAMP.exec(text);
    if (match === null) {
      this.#continue(start, end, text);
      return;
    }
    this.#settle();
    if (reencoded) this.#found.reencoded();
    const wall = wallOf(match);
    const said = SAID.exec(text.slice(match[0].length));
    if (wall === undefined) this.#quarantine(start, end, 'the time does not exist');
    else if (said === null)
      this.#quarantine(start, end, 'the line has no "user: message" after its time');
    else this.#said(this.#clock(wall), said[1] ?? '', said[2] ?? '');
  }

  #said(seconds: number, user: string, text: string): void {
    const isUnknown = user.toLowerCase() === 'unknown';
    const { by, words } = isUnknown ? spoken(user, text) : { by: user, words: text };
    const action = ACTION.exec(words)?.[1];
    const isNoise = isUnknown && words === text && NOISE.test(text);
    this.#pending = {
      seconds,
      user: by,
      text: isNoise ? '' : (action ?? words),
      kind: action === undefined ? 'message' : 'action',
    };
  }

  #continue(start: number, end: number, text: string): void {
    if (this.#isOpen) this.#reopen();
    if (LIKE_STAMP.test(text))
      this.#quarantine(start, end, 'the line begins as a time does, and is torn or no time');
    else if (this.#pending === undefined)
      this.#quarantine(start, end, 'the line has no time, and no message before it to continue');
    else if (this.#pending.text.length <= MAX_TEXT_CHARS) {
      this.#pending = { ...this.#pending, text: `${this.#pending.text}\n${text}` };
    }
  }

  /** Makes strings of the open line, which goes on after all. */
  #reopen(): void {
    const { lines } = this.#found;
    const { seconds, user, text } = lines.takeOpen();
    this.#isOpen = false;
    this.#pending = { seconds, user, text, kind: 'message' };
  }

  /** The pending message goes no further. */
  #settle(): void {
    if (this.#isOpen) {
      this.#found.lines.close('message', this.#chars);
      this.#found.wrote(1);
      this.#isOpen = false;
      return;
    }
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    if (pending.text.trim() === '') {
      this.#found.notMessage();
      return;
    }
    const [user, said] = [safeText(pending.user), safeText(pending.text)];
    if (user.cut || said.cut) this.#found.cut();
    this.#found.message({ ...pending, user: user.text, text: said.text });
  }

  #quarantine(start: number, end: number, reason: string): void {
    this.#settle();
    this.#found.quarantined({
      offset: this.#window.offset + start,
      line: this.#window.lineAt(start),
      reason,
      bytes: this.#bytes.subarray(start, Math.min(end, start + KEPT_OF_TOO_LONG)),
    });
  }
}

const TOO_LONG = 'the line is longer than 1 MiB';

/** Index of the colon before a blank, after a name of printable ASCII without quotes; -1 when the name is another. */
function endOfUser(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at + 1 < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x3a && bytes[at + 1] === SPACE) return at === start ? -1 : at;
    if (byte <= SPACE || byte >= 0x7f || byte === 0x22 || byte === 0x5c) return -1;
  }
  return -1;
}

/** `unknown` in any case: what it said may be a protocol line. */
function isUnknown(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 7 && ((bytes[start] ?? 0) | 0x20) === 0x75;
}

/** No blank comes first, nor what may be one, nor a CTCP mark. */
function isSurelyWords(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at] ?? 0;
  if (first >= 0x80) return !mayBeBlank(first, bytes[at + 1] ?? 0);
  return first > SPACE;
}

/** Lead bytes of U+00A0, U+1680, U+2000 and the like, U+3000 and U+FEFF. */
function mayBeBlank(first: number, second: number): boolean {
  if (first === 0xc2) return second === 0xa0 || second < 0xa0;
  return first === 0xe1 || first === 0xe2 || first === 0xe3 || first === 0xef;
}

/** Who said what in a protocol line. */
function spoken(user: string, text: string): { readonly by: string; readonly words: string } {
  const [, by = user, words = text] = PROTOCOL.exec(text) ?? [];
  return { by, words };
}

function wallOf(match: RegExpExecArray): number | undefined {
  const [month = 0, day = 0, year = 0, twelve = 0, ...rest] = match.slice(1, 7).map(Number);
  if (twelve < 1 || twelve > 12) return undefined;
  const hour = (twelve % 12) + (match[7]?.toLowerCase() === 'p' ? 12 : 0);
  return wallSeconds(localTime([year, month, day, hour, ...rest]));
}
