import type { Found, Parser } from './found.ts';
import { Keys } from './keys.ts';
import type { Utterance } from './line-arena.ts';
import { type Line, LineSplitter } from './lines.ts';
import { NOT_PLAIN, ObjectScanner } from './object-scan.ts';
import { decode, safeText, textOf } from './text.ts';
import { type Clock, parseTimestamp } from './time.ts';

/** Names under which the loggers of IRC write time, speaker and words. */
const NAMES = {
  time: ['ts', 'timestamp'],
  user: ['sender', 'user', 'nick'],
  text: ['content', 'message', 'text'],
  kind: ['kind'],
} as const;
const KEYS = new Keys(NAMES);

/**
 * IRC logs as JSON, one object a line: `{ts, sender, channel, content}` (log_listener.py) or `{ts, sender, channel, message}` (the
 * daemon's inbox), and our own NDJSON `{ts, user, text, kind}`. Plain lines are copied as bytes; of anything else strings are made.
 */
export class JsonLinesParser implements Parser {
  readonly #lines = new LineSplitter((line) => {
    this.#line(line);
  });
  readonly #clock: Clock;
  readonly #found: Found;
  readonly #objects: ObjectScanner;

  constructor(clock: Clock, found: Found) {
    this.#clock = clock;
    this.#found = found;
    this.#objects = new ObjectScanner(found.lines, KEYS);
  }

  push(piece: Uint8Array): void {
    this.#lines.push(piece);
  }

  end(): void {
    this.#lines.end();
  }

  #line(line: Line): void {
    this.#objects.look(line.bytes);
    const isWritten = !line.isTooLong && this.#objects.whole() !== NOT_PLAIN;
    if (isWritten) this.#found.wrote(1);
    else this.#unusual(line);
  }

  #unusual({ bytes, offset, number, isTooLong }: Line): void {
    const { text, reencoded } = decode(bytes);
    const said = isTooLong ? 'the line is longer than 1 MiB' : utterance(text, this.#clock);
    if (typeof said === 'string' && text.trim() !== '') {
      this.#found.quarantined({ offset, line: number, reason: said, bytes });
    } else if (typeof said === 'string' || said.text.trim() === '') {
      this.#found.notMessage();
    } else {
      if (reencoded) this.#found.reencoded();
      const [user, words] = [safeText(said.user.trim()), safeText(said.text)];
      if (user.cut || words.cut) this.#found.cut();
      this.#found.message({ ...said, user: user.text, text: words.text });
    }
  }
}

/** Whether a line is a record of this format. */
export function isJsonLine(line: string): boolean {
  const isObject = line.startsWith('{') && line.trimEnd().endsWith('}');
  return isObject && typeof utterance(line, (wall) => wall) !== 'string';
}

function utterance(line: string, clock: Clock): Utterance | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'the line is not JSON';
  }
  const [time, user, text] = [NAMES.time, NAMES.user, NAMES.text].map((names) =>
    names.map((name) => textOf(value, name)).find((field) => field !== undefined),
  );
  if (time === undefined || text === undefined || user === undefined || user.trim() === '') {
    return 'the line is no message: it needs the texts ts, sender and content or message';
  }
  const seconds = parseTimestamp(time, clock);
  if (seconds === undefined) return 'the line is no message: its ts is no ISO 8601 time';
  return { seconds, user, text, kind: kindOf(textOf(value, 'kind')) };
}

function kindOf(kind: string | undefined): Utterance['kind'] {
  return kind === 'action' || kind === 'notice' ? kind : 'message';
}
