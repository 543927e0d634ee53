import { ChatJsonParser } from './chat-json.ts';
import { type Format, formatOf, guess } from './format.ts';
import type { Found, Parser } from './found.ts';
import { FullTextParser } from './full-text.ts';
import { dayInName, IrcTextParser } from './irc-text.ts';
import { skipBlank } from './json-bytes.ts';
import { JsonLinesParser } from './json-lines.ts';
import { join } from './lines.ts';
import type { Clock } from './time.ts';

/** The version of the parsers: raised when the same file would read otherwise, so that it is read again. */
export const ENGINE = 3;

/** A file's format is looked for in this many bytes. */
const HEAD_BYTES = 65_536;
/** And in so many, where those do not tell: one huge or broken line at the beginning must not cost the rest. */
const MOST_HEAD_BYTES = 2_097_152;
/** A head that was long looked at comes to the parser in as small pieces as any bytes. */
const PIECE_BYTES = 262_144;
/** Lines that say their own day: weechat's, and irssi's remarks. */
const DATED_LINE = /^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\t|--- (?:Log opened|Day changed) )/m;

/** Finds the format in a file's first bytes, then reads on as that format. `name` is a hint for the day only. */
export class LogParser implements Parser {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #found: Found;
  #head: Uint8Array[] = [];
  #headBytes = 0;
  /** How long a head is looked at. */
  #wanted = HEAD_BYTES;
  #parser: Parser | undefined;

  constructor(name: string, clock: Clock, found: Found) {
    this.#name = name;
    this.#clock = clock;
    this.#found = found;
  }

  push(chunk: Uint8Array): void {
    if (this.#parser !== undefined) {
      this.#parser.push(chunk);
      return;
    }
    this.#headBytes += chunk.length;
    if (this.#headBytes < this.#wanted) this.#head.push(chunk.slice());
    else this.#begin(this.#head.length === 0 ? chunk : join([...this.#head, chunk]));
  }

  end(): void {
    if (this.#parser === undefined) this.#begin(join(this.#head), true);
    this.#parser?.end();
  }

  /** `isLast`: there is no more to be looked at. */
  #begin(head: Uint8Array, isLast = this.#headBytes >= MOST_HEAD_BYTES): void {
    const parser = this.#parserFor(head, isLast);
    if (parser === undefined) {
      this.#head = [head.slice()];
      // looked at again when there is as much again, so that it costs no more than twice
      this.#wanted = Math.min(2 * this.#headBytes, MOST_HEAD_BYTES);
      return;
    }
    this.#head = [];
    if (typeof parser === 'string') {
      this.#found.refuse({ offset: 0, line: 1, reason: parser, bytes: head });
      this.#parser = IGNORE;
      return;
    }
    this.#parser = parser;
    for (let at = 0; at < head.length; at += PIECE_BYTES)
      parser.push(head.subarray(at, at + PIECE_BYTES));
  }

  /** A reason when there is none; undefined while more bytes may tell. */
  #parserFor(head: Uint8Array, isLast: boolean): Parser | string | undefined {
    if (head.length === 0) return 'the file is empty';
    const said = head.subarray(skipBlank(head, 0));
    const format = formatOf(said);
    if (format === undefined && !isLast) return undefined;
    if (said.length === 0) return 'the file holds nothing but white space';
    return this.#ofFormat(format ?? guess(said), head);
  }

  #ofFormat(format: Format | undefined, head: Uint8Array): Parser | string {
    switch (format) {
      case 'chat-json':
        return new ChatJsonParser(this.#clock, this.#found);
      case 'json-lines':
        return new JsonLinesParser(this.#clock, this.#found);
      case 'full-text':
        return new FullTextParser(this.#clock, this.#found);
      case 'irc-text':
        return this.#ircTextParser(head);
      case undefined:
        return 'no known format: neither JSON with "messages", nor JSON lines with ts and sender, nor text with lines [HH:MM] <nick> or [M/D/YYYY h:mm:ss AM] user:';
    }
  }

  #ircTextParser(head: Uint8Array): Parser | string {
    const day = dayInName(this.#name);
    if (typeof day !== 'string') return new IrcTextParser(day, this.#clock, this.#found);
    return DATED_LINE.test(new TextDecoder().decode(head))
      ? new IrcTextParser(undefined, this.#clock, this.#found)
      : day;
  }
}

const IGNORE: Parser = { push: () => undefined, end: () => undefined };
