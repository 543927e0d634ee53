import type { QuarantineEntry, SourceCounts } from '#contract/log-record.ts';
import type { Found, Unreadable } from './found.ts';
import type { LineArena, Utterance } from './line-arena.ts';
import { escapedHead } from './text.ts';
import { Window } from './window.ts';

/** Details kept of one source's quarantine; beyond, pieces are counted only, and the raw upload still has them. */
const MAX_ENTRIES = 10_000;

export const NO_COUNTS: SourceCounts = {
  read: 0,
  messages: 0,
  notMessages: 0,
  quarantined: 0,
  cut: 0,
  reencoded: 0,
};

/** Counts what a parser finds in one source. */
export class Tally implements Found {
  readonly lines: LineArena;
  readonly entries: QuarantineEntry[] = [];
  refused: string | undefined;
  /** Set when the bytes ended before the file did. */
  torn: string | undefined;
  counts: SourceCounts = { ...NO_COUNTS };
  readonly #source: string;

  readonly window: Window;

  constructor(source: string, lines: LineArena, window = new Window()) {
    this.#source = source;
    this.lines = lines;
    this.window = window;
    window.reset();
  }

  wrote(messages: number): void {
    this.counts.read += messages;
    this.counts.messages += messages;
  }

  message(said: Utterance): void {
    this.wrote(1);
    this.lines.add(said);
  }

  notMessage(): void {
    this.counts.read += 1;
    this.counts.notMessages += 1;
  }

  quarantined({ offset, line, reason, bytes }: Unreadable): void {
    this.counts.read += 1;
    this.counts.quarantined += 1;
    if (this.entries.length < MAX_ENTRIES) {
      this.entries.push({ file: this.#source, offset, line, reason, head: escapedHead(bytes) });
    }
  }

  refuse(what: Unreadable): void {
    this.refused = what.reason;
    this.quarantined(what);
  }

  reencoded(): void {
    this.counts.reencoded += 1;
  }

  cut(): void {
    this.counts.cut += 1;
  }

  /** Before the parser is told: of a damaged stream it is not the file that is at fault. */
  bytesEnd(): void {
    if (this.torn === undefined) return;
    this.quarantined({ offset: 0, line: 1, reason: this.torn, bytes: new Uint8Array() });
  }
}
