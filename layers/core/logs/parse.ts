import { ChatJsonParser } from './chat-json.ts';
import type { Found, Parser } from './found.ts';
import { FullTextParser, STAMP } from './full-text.ts';
import { dayInName, IrcTextParser } from './irc-text.ts';
import { BYTE, skipBlank } from './json-bytes.ts';
import { isJsonLine, JsonLinesParser } from './json-lines.ts';
import { join } from './lines.ts';
import type { Clock } from './time.ts';

/** The version of the parsers: raised when the same file would read otherwise, so that it is read again. */
export const ENGINE = 2;

/** A file's format is looked for in this many bytes. */
const HEAD_BYTES = 65_536;
/** JSON lines are looked for among so many. */
const LOOKED_AT = 20;
const IRC_LINE =
  /^(?:\[\d\d:\d\d(?::\d\d)?\] |=== |\d\d:\d\d(?::\d\d)? (?:<| ?\* |-)|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\t)/;
/** Lines that say their own day: weechat's, and irssi's remarks. */
const DATED_LINE = /^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\t|--- (?:Log opened|Day changed) )/;

/** Finds the format in a file's first bytes, then reads on as that format. `name` is a hint for the day only. */
export class LogParser implements Parser {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #found: Found;
  #head: Uint8Array[] = [];
  #headBytes = 0;
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
    if (this.#headBytes < HEAD_BYTES) {
      this.#head.push(chunk.slice());
      return;
    }
    this.#begin(this.#head.length === 0 ? chunk : join([...this.#head, chunk]));
  }

  end(): void {
    if (this.#parser === undefined) this.#begin(join(this.#head));
    this.#parser?.end();
  }

  #begin(head: Uint8Array): void {
    this.#head = [];
    const parser = this.#parserFor(head);
    if (typeof parser === 'string') {
      this.#found.refuse({ offset: 0, line: 1, reason: parser, bytes: head });
      this.#parser = IGNORE;
      return;
    }
    this.#parser = parser;
    parser.push(head);
  }

  #parserFor(head: Uint8Array): Parser | string {
    if (head.length === 0) return 'the file is empty';
    const first = skipBlank(head, 0);
    if (first === head.length) return 'the file holds nothing but white space';
    const text = new TextDecoder('latin1').decode(head.subarray(first));
    const isLines = text.startsWith('{') && text.split('\n', LOOKED_AT).some(isJsonLine);
    if (isLines) return new JsonLinesParser(this.#clock, this.#found);
    if (isJson(head, first)) return new ChatJsonParser(this.#clock, this.#found);
    return this.#textParserFor(text.split(/\r?\n/));
  }

  #textParserFor(lines: readonly string[]): Parser | string {
    if (lines.some((line) => STAMP.test(line))) return new FullTextParser(this.#clock, this.#found);
    if (!lines.some((line) => IRC_LINE.test(line))) {
      return 'no known format: neither JSON with "messages", nor JSON lines with ts and sender, nor text with lines [HH:MM] <nick> or [M/D/YYYY h:mm:ss AM] user:';
    }
    const isDated = lines.some((line) => DATED_LINE.test(line));
    const day = dayInName(this.#name);
    if (typeof day === 'string' && !isDated) return day;
    return new IrcTextParser(typeof day === 'string' ? undefined : day, this.#clock, this.#found);
  }
}

const IGNORE: Parser = { push: () => undefined, end: () => undefined };

function isJson(head: Uint8Array, first: number): boolean {
  if (head[first] === BYTE.openObject) return true;
  if (head[first] !== BYTE.openArray) return false;
  const next = head[skipBlank(head, first + 1)];
  return next === BYTE.openObject || next === BYTE.closeArray;
}
