import { ChatJsonParser } from './chat-json.ts';
import type { Found, Parser } from './found.ts';
import { dayInName, IrcTextParser } from './irc-text.ts';
import { BYTE, skipBlank } from './json-bytes.ts';
import { join } from './lines.ts';
import type { Clock } from './time.ts';

/** The version of the parsers: raised when the same file would read otherwise, so that it is read again. */
export const ENGINE = 1;

/** A file's format is looked for in this many bytes. */
const HEAD_BYTES = 65_536;
const IRC_LINE = /^(?:\[\d\d:\d\d(?::\d\d)?\] |=== )/m;

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
    if (isJson(head, first)) return new ChatJsonParser(this.#clock, this.#found);
    if (!IRC_LINE.test(new TextDecoder('latin1').decode(head.subarray(first)))) {
      return 'no known format: neither JSON with "messages" nor IRC text with lines [HH:MM] <nick> text';
    }
    const day = dayInName(this.#name);
    return typeof day === 'string' ? day : new IrcTextParser(day, this.#clock, this.#found);
  }
}

const IGNORE: Parser = { push: () => undefined, end: () => undefined };

function isJson(head: Uint8Array, first: number): boolean {
  if (head[first] === BYTE.openObject) return true;
  if (head[first] !== BYTE.openArray) return false;
  const next = head[skipBlank(head, first + 1)];
  return next === BYTE.openObject || next === BYTE.closeArray;
}
