import { dayName, type LineArena } from './line-arena.ts';
import { DAY_SECONDS } from './time.ts';

/** Lines of one source and one UTC day, sorted by time and position. `bytes` is a view that the next run overwrites. */
export interface DayRun {
  readonly day: string;
  readonly bytes: Uint8Array;
  readonly lines: number;
}

/** The lines `from` to `to` of an arena, which are of one source, as runs in order of day. Their keys are sorted in place. */
export function* dayRuns(arena: LineArena, from: number, to: number): Iterable<DayRun> {
  const keys = arena.keys.subarray(from, to);
  const isSorted = sortKeys(keys);
  let start = 0;
  while (start < keys.length) {
    const day = dayOf(arena, keys[start]);
    let end = start + 1;
    while (end < keys.length && dayOf(arena, keys[end]) === day) end += 1;
    const bytes = isSorted
      ? arena.bytes.subarray(arena.starts[from + start], arena.starts[from + end])
      : joined(arena, keys.subarray(start, end));
    yield { day: dayName(day), bytes, lines: end - start };
    start = end;
  }
}

/** Sorts keys unless they are; says whether they were. */
export function sortKeys(keys: Float64Array): boolean {
  let before = Number.NEGATIVE_INFINITY;
  for (const key of keys) {
    if (key < before) {
      keys.sort();
      return false;
    }
    before = key;
  }
  return true;
}

/** The lines of `keys` in their order, in pieces of about `into.length` bytes; a piece is overwritten by the next. */
export function* inOrder(
  arena: LineArena,
  keys: Float64Array,
  into: Uint8Array,
): Iterable<Uint8Array> {
  let filled = 0;
  for (let index = 0; index < keys.length; ) {
    const first = arena.lineOf(keys[index] ?? 0);
    let next = index + 1;
    while (next < keys.length && arena.lineOf(keys[next] ?? 0) === first + next - index) next += 1;
    const range = arena.bytes.subarray(arena.starts[first], arena.starts[first + next - index]);
    index = next;
    if (filled + range.length > into.length) {
      if (filled > 0) yield into.subarray(0, filled);
      filled = 0;
    }
    if (range.length > into.length) {
      yield range;
    } else {
      into.set(range, filled);
      filled += range.length;
    }
  }
  if (filled > 0) yield into.subarray(0, filled);
}

function joined(arena: LineArena, keys: Float64Array): Uint8Array {
  let length = 0;
  for (const key of keys) {
    const line = arena.lineOf(key);
    length += (arena.starts[line + 1] ?? 0) - (arena.starts[line] ?? 0);
  }
  const into = new Uint8Array(length);
  let at = 0;
  for (const piece of inOrder(arena, keys, into)) {
    // the only piece is `into` itself, or one line that fills it
    if (piece.buffer !== into.buffer) into.set(piece, at);
    at += piece.length;
  }
  return into;
}

function dayOf(arena: LineArena, key: number | undefined): number {
  return Math.floor(arena.secondsOf(key ?? 0) / DAY_SECONDS);
}
