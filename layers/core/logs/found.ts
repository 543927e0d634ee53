import type { LineArena, Utterance } from './line-arena.ts';
import type { Window } from './window.ts';

/** Where something unreadable stands, and why it is so. */
export interface Unreadable {
  /** Bytes from the start of the (uncompressed) file. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  readonly reason: string;
  /** Its first bytes; more may be given than are kept. */
  readonly bytes: Uint8Array;
}

/** What a parser tells its caller, in order of position in the file. Exactly one call per piece read, `reencoded` and `cut` beside it. */
export interface Found {
  /** Where messages go, in order of position. A parser of a hot format writes its lines here itself, and then says `wrote`. */
  readonly lines: LineArena;
  /** Whatever a parser has to hold of the file: reused by the next. */
  readonly window: Window;
  /** So many messages were written to `lines`. */
  wrote(messages: number): void;
  message(said: Utterance): void;
  /** A join, a mode line, an empty utterance: understood, and nobody said anything. */
  notMessage(): void;
  quarantined(what: Unreadable): void;
  /** The file as a whole cannot be read; nothing else was or will be found in it. */
  refuse(what: Unreadable): void;
  reencoded(): void;
  cut(): void;
}

/** A parser holds its whole state between pieces, and never more than a bounded piece of the file. */
export interface Parser {
  push(piece: Uint8Array): void;
  end(): void;
}

/** No line or JSON element may be longer than this many bytes; what is longer is quarantined. */
export const MAX_PIECE_BYTES = 1_048_576;
