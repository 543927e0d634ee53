import { dayName, type LineArena } from './line-arena.ts';
import { DAY_SECONDS } from './time.ts';

/** Lines of one source and one UTC day, sorted by time and position. */
export interface DayRun {
  readonly day: string;
  readonly lines: number;
  /** Bytes, in pieces that the next piece or run overwrites. */
  readonly pieces: Iterable<Uint8Array>;
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
    const pieces = isSorted
      ? [arena.bytes.subarray(arena.starts[from + start], arena.starts[from + end])]
      : inOrder(arena, keys.subarray(start, end), arena.staging);
    yield { day: dayName(day), lines: end - start, pieces };
    start = end;
  }
}

/** Sorts keys unless they are; says whether they were. */
export function sortKeys(keys: Float64Array): boolean {
  let before = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] ?? 0;
    if (key < before) {
      if (!inserted(keys, index)) keys.sort();
      return false;
    }
    before = key;
  }
  return true;
}

/** Insertion sort from `start` on, for what is nearly sorted; gives up when much would have to be moved. */
function inserted(keys: Float64Array, start: number): boolean {
  let moves = 4 * keys.length;
  for (let index = start; index < keys.length; index += 1) {
    const key = keys[index] ?? 0;
    let at = index;
    for (; at > 0 && (keys[at - 1] ?? 0) > key; at -= 1) keys[at] = keys[at - 1] ?? 0;
    keys[at] = key;
    moves -= index - at;
    if (moves < 0) return false;
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

function dayOf(arena: LineArena, key: number | undefined): number {
  return Math.floor(arena.secondsOf(key ?? 0) / DAY_SECONDS);
}
