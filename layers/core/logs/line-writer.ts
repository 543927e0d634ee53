import type { LogRecord } from '#contract/log-record.ts';
import type { LineArena } from './line-arena.ts';
import { endOf, HEAD_BYTES, kindOf, secondOf, textAt } from './packed.ts';
import { Sink, viewOf } from './sink.ts';
import { dayName } from './time.ts';

/** Packed lines of one UTC day in some order. */
export interface PackedLines {
  readonly view: DataView;
  /** Where each begins. */
  readonly starts: Uint32Array;
}

/** Whole lines of NDJSON, valid until the next are asked for. */
export interface Lines {
  readonly bytes: Uint8Array;
  readonly lines: number;
}

const HEAD = ascii('{"ts":"1970-01-01T00:00:00Z","user":"');
const MIDDLE = viewOf(ascii('","text":"'));
const TAILS = {
  message: viewOf(ascii('","kind":"message"}\n')),
  action: viewOf(ascii('","kind":"action"}\n')),
  notice: viewOf(ascii('","kind":"notice"}\n')),
} as const satisfies Record<LogRecord['kind'], DataView>;
const DATE_AT = '{"ts":"'.length;
const TIME_AT = DATE_AT + 11;
/** What a line has beside its name and text, at most. */
const FIXED_BYTES = HEAD.length + MIDDLE.byteLength + TAILS.message.byteLength;
/** A piece is given out when it is this long. */
const PIECE_BYTES = 262_144;
const FIRST_BYTES = 4096;

/** Writes packed lines as lines of NDJSON, which are the same bytes that JSON.stringify makes of a LogRecord. Its memory is used again and again. */
export class LineWriter {
  readonly #out: Sink;
  readonly #pieceBytes: number;
  readonly #head = HEAD.slice();
  readonly #headView = viewOf(this.#head);
  #second = -1;

  constructor(pieceBytes = PIECE_BYTES) {
    this.#pieceBytes = pieceBytes;
    this.#out = new Sink(Math.min(pieceBytes, FIRST_BYTES));
  }

  /** `day` counts from 1970. */
  *write(packed: PackedLines, day: number): Iterable<Lines> {
    // a quiet day needs little, and whoever writes much has it at once
    this.#out.length = 0;
    this.#out.makeRoom(
      Math.min(FIXED_BYTES * packed.starts.length, this.#pieceBytes + FIRST_BYTES),
    );
    this.#head.set(ascii(dayName(day)), DATE_AT);
    for (let from = 0; from < packed.starts.length; ) {
      const to = this.#piece(packed, from);
      yield { bytes: this.#out.bytes.subarray(0, this.#out.length), lines: to - from };
      from = to;
    }
  }

  /** Fills a piece; gives the index after its last line. */
  #piece({ view, starts }: PackedLines, from: number): number {
    this.#out.length = 0;
    let index = from;
    for (; index < starts.length && this.#out.length < this.#pieceBytes; index += 1) {
      this.#line(view, starts[index] ?? 0);
    }
    return index;
  }

  #line(view: DataView, at: number): void {
    const [text, end] = [textAt(view, at), endOf(view, at)];
    const out = this.#out;
    out.makeRoom(end - at + FIXED_BYTES);
    this.#stamp(secondOf(view, at));
    out.copy(this.#headView, 0, HEAD.length);
    out.copy(view, at + HEAD_BYTES, text);
    out.copy(MIDDLE, 0, MIDDLE.byteLength);
    out.copy(view, text, end);
    const tail = TAILS[kindOf(view, at)];
    out.copy(tail, 0, tail.byteLength);
  }

  #stamp(second: number): void {
    if (second === this.#second) return;
    this.#second = second;
    const minutes = (second / 60) | 0;
    const hours = (minutes / 60) | 0;
    twoDigits(this.#head, TIME_AT, hours);
    twoDigits(this.#head, TIME_AT + 3, minutes - hours * 60);
    twoDigits(this.#head, TIME_AT + 6, second - minutes * 60);
  }
}

/** The closed lines of an arena in order of position, whatever their days. */
export function* linesInPlace(arena: LineArena, writer: LineWriter): Iterable<Lines> {
  const { view, keys, starts, count } = arena;
  for (let from = 0; from < count; ) {
    const day = arena.dayOf(keys[from] ?? 0);
    let to = from + 1;
    while (to < count && arena.dayOf(keys[to] ?? 0) === day) to += 1;
    yield* writer.write({ view, starts: starts.subarray(from, to) }, day);
    from = to;
  }
}

function twoDigits(into: Uint8Array, at: number, value: number): void {
  const tens = (value * 205) >> 11;
  into[at] = 48 + tens;
  into[at + 1] = 48 + value - tens * 10;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
