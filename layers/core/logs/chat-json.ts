import { ChatScanner } from './chat-scan.ts';
import { type Found, MAX_PIECE_BYTES, type Parser } from './found.ts';
import { BYTE, endOfValue, skipBlank } from './json-bytes.ts';
import type { Utterance } from './line-arena.ts';
import { decode, safeText, textOf } from './text.ts';
import { type Clock, parseTimestamp } from './time.ts';
import type { Window } from './window.ts';

const MESSAGES = new TextEncoder().encode('"messages"');
const KEPT_OF_BROKEN = 256;

type Step = 'on' | 'wait' | 'done';
type State = 'start' | 'seek' | 'elements';

/**
 * `chat_logs_YYYYMMDD.json`: a document with an array `messages` of `{timestamp, user, message}`, whatever else it holds; or
 * that array alone. Elements are cut out of the bytes one by one, the plain ones by a scanner without making strings. After something broken it goes on at the next element
 * that reads as a message; all between is one quarantined piece.
 */
export class ChatJsonParser implements Parser {
  readonly #clock: Clock;
  readonly #found: Found;
  readonly #scanner: ChatScanner;
  readonly #window: Window;
  #bytes: Uint8Array = new Uint8Array();
  #at = 0;
  #state: State = 'start';
  #isBareArray = false;
  #hasMessages = false;
  #isEnd = false;
  #broken: { offset: number; line: number; reason: string; bytes: Uint8Array } | undefined;

  constructor(clock: Clock, found: Found) {
    this.#clock = clock;
    this.#found = found;
    this.#window = found.window;
    this.#scanner = new ChatScanner(found.lines);
  }

  push(piece: Uint8Array): void {
    this.#bytes = this.#window.push(piece, this.#at);
    this.#at = 0;
    this.#run();
  }

  end(): void {
    this.#isEnd = true;
    this.#run();
    if (!this.#hasMessages) {
      const reason = 'no array "messages" of {timestamp, user, message} in the JSON';
      this.#found.refuse({ offset: 0, line: 1, reason, bytes: this.#bytes });
    } else if (this.#state === 'elements') {
      this.#break('the file is cut in the middle');
    }
    this.#mend();
  }

  #run(): void {
    let step: Step = 'on';
    while (step === 'on') {
      if (this.#state === 'start') step = this.#start();
      else if (this.#state === 'seek') step = this.#seek();
      else step = this.#element();
    }
  }

  /** Takes all plain messages that come next. */
  #scan(): void {
    this.#window.countTo(this.#at);
    this.#at = this.#scanner.run(this.#bytes, this.#at);
    this.#window.counted(this.#at, this.#scanner.lineEnds);
    if (this.#scanner.messages > 0) this.#found.wrote(this.#scanner.messages);
  }

  #start(): Step {
    this.#at = skipBlank(this.#bytes, this.#at);
    if (this.#at >= this.#bytes.length) return 'wait';
    this.#isBareArray = this.#bytes[this.#at] === BYTE.openArray;
    if (this.#isBareArray) this.#at += 1;
    this.#hasMessages = this.#isBareArray;
    this.#state = this.#isBareArray ? 'elements' : 'seek';
    return 'on';
  }

  /**
   * Looks for `"messages": [`, before the messages and after them. A string cannot hold it: its quotes would be escaped. What
   * stands outside is not checked: no message is lost there.
   */
  #seek(): Step {
    const quote = this.#bytes.indexOf(BYTE.quote, this.#at);
    this.#at = quote < 0 ? this.#bytes.length : quote;
    if (quote < 0) return 'wait';
    const colon = skipBlank(this.#bytes, quote + MESSAGES.length);
    const bracket = skipBlank(this.#bytes, colon + 1);
    const isOther = MESSAGES.some((byte, index) => (this.#bytes[quote + index] ?? byte) !== byte);
    if (!isOther && bracket >= this.#bytes.length && !this.#isEnd) return 'wait';
    if (isOther || this.#bytes[colon] !== BYTE.colon || this.#bytes[bracket] !== BYTE.openArray) {
      this.#at = quote + 1;
      return 'on';
    }
    this.#at = bracket + 1;
    this.#state = 'elements';
    this.#hasMessages = true;
    return 'on';
  }

  #element(): Step {
    if (this.#broken === undefined) this.#scan();
    this.#toNext();
    const byte = this.#bytes[this.#at];
    if (byte === undefined) return 'wait';
    if (byte === BYTE.openObject) return this.#object();
    if (byte === BYTE.closeArray) return this.#close();
    this.#break('no message where one should begin');
    this.#at += 1;
    return 'on';
  }

  /** To the next byte that may begin or end something: among broken bytes, to the next `{` or `]`. */
  #toNext(): void {
    const isSkipped = (byte: number | undefined): boolean =>
      this.#broken === undefined
        ? byte === BYTE.comma
        : byte !== BYTE.openObject && byte !== BYTE.closeArray;
    this.#at = skipBlank(this.#bytes, this.#at);
    while (this.#at < this.#bytes.length && isSkipped(this.#bytes[this.#at])) {
      this.#at = skipBlank(this.#bytes, this.#at + 1);
    }
  }

  #object(): Step {
    const end = endOfValue(this.#bytes, this.#at);
    if (end === 'more' && !this.#isEnd && this.#bytes.length - this.#at < MAX_PIECE_BYTES)
      return 'wait';
    const reason =
      typeof end === 'number'
        ? this.#message(this.#bytes.subarray(this.#at, end))
        : unended(end, this.#isEnd);
    if (reason === undefined) return this.#go(end);
    const wasBroken = this.#broken !== undefined;
    this.#break(reason);
    // JSON that is no message is one piece; among broken bytes, or when it is no JSON, a message may begin inside
    if (!wasBroken && reason.startsWith(NO_MESSAGE)) return this.#go(end);
    this.#at += 1;
    return 'on';
  }

  #go(end: number | 'more' | 'broken'): Step {
    this.#mend();
    if (typeof end === 'number') this.#at = end;
    return 'on';
  }

  /** Takes the element; or says why it cannot. Broken bytes before it are reported first. */
  #message(bytes: Uint8Array): string | undefined {
    const { text, reencoded } = decode(bytes);
    const message = parseMessage(text, this.#clock);
    if (typeof message === 'string') return message;
    this.#mend();
    if (reencoded) this.#found.reencoded();
    if (message.text.trim() === '') {
      this.#found.notMessage();
      return undefined;
    }
    const [user, said] = [safeText(message.user.trim()), safeText(message.text)];
    if (said.cut || user.cut) this.#found.cut();
    this.#found.message({ ...message, user: user.text, text: said.text });
    return undefined;
  }

  /** `]` ends the array where the document goes on with a key or ends; anywhere else it is one broken byte. */
  #close(): Step {
    // among broken bytes it may be anybody's: to go on costs nothing, to end would cost all that follows
    if (this.#broken !== undefined) {
      this.#at += 1;
      return 'on';
    }
    const next = skipBlank(this.#bytes, this.#at + 1);
    const after = this.#bytes[next] === BYTE.comma ? skipBlank(this.#bytes, next + 1) : next;
    if (after >= this.#bytes.length && !this.#isEnd) return 'wait';
    if (after < this.#bytes.length && !this.#isEndOfArray(next, after)) {
      this.#break('the array of messages is closed and goes on');
      this.#at += 1;
      return 'on';
    }
    this.#mend();
    this.#at += 1;
    this.#state = 'seek';
    return 'on';
  }

  #isEndOfArray(next: number, after: number): boolean {
    if (this.#isBareArray) return false;
    return next === after
      ? this.#bytes[next] === BYTE.closeObject
      : this.#bytes[after] === BYTE.quote;
  }

  #break(reason: string): void {
    this.#broken ??= {
      offset: this.#window.offset + this.#at,
      line: this.#window.lineAt(this.#at),
      reason,
      bytes: this.#bytes.slice(this.#at, this.#at + KEPT_OF_BROKEN),
    };
  }

  #mend(): void {
    if (this.#broken !== undefined) this.#found.quarantined(this.#broken);
    this.#broken = undefined;
  }
}

const NO_MESSAGE = 'the element is no message';

function unended(end: 'more' | 'broken', isEnd: boolean): string {
  if (end === 'broken') return 'the element is not JSON';
  return isEnd ? 'the file is cut in the middle' : 'the element is longer than 1 MiB';
}

function parseMessage(json: string, clock: Clock): Utterance | string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return 'the element is not JSON';
  }
  const [timestamp, user, text] = ['timestamp', 'user', 'message'].map((name) =>
    textOf(value, name),
  );
  if (timestamp === undefined || text === undefined || user === undefined || user.trim() === '') {
    return `${NO_MESSAGE}: it needs the texts timestamp, user and message`;
  }
  const seconds = parseTimestamp(timestamp, clock);
  if (seconds === undefined) return `${NO_MESSAGE}: its timestamp is no ISO 8601 time`;
  return { seconds, user, text, kind: 'message' };
}
