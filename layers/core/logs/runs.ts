import type { LineArena } from './line-arena.ts';

/** Lines of one source and one UTC day, sorted by time and position: the arena's `keys`. */
export interface DayRun {
  /** Counted from 1970. */
  readonly day: number;
  readonly keys: Float64Array;
  /** The lines lie in the arena in this order, one after the other. */
  readonly isInPlace: boolean;
}

/** The lines `from` to `to` of an arena, which are of one source, as runs in order of day. Their keys are sorted in place. */
export function* dayRuns(arena: LineArena, from: number, to: number): Iterable<DayRun> {
  const keys = arena.keys.subarray(from, to);
  const isInPlace = sortKeys(keys);
  let start = 0;
  while (start < keys.length) {
    const day = arena.dayOf(keys[start] ?? 0);
    const end = indexFrom(keys, start, arena.keyOfDay(day + 1));
    yield { day, keys: keys.subarray(start, end), isInPlace };
    start = end;
  }
}

/** Index of the first key from `start` on that is at least `key`; they are sorted. */
function indexFrom(keys: Float64Array, start: number, key: number): number {
  let [low, high] = [start, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? 0) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sorts keys unless they are; says whether they were. */
function sortKeys(keys: Float64Array): boolean {
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

/** The packed lines of a run, in pieces; a piece is overwritten by the next. */
export function* packedBytes(arena: LineArena, run: DayRun): Iterable<Uint8Array> {
  const into = arena.staging;
  let filled = 0;
  for (const range of ranges(arena, run)) {
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

/** What of a run lies in the arena in one piece, in the run's order. */
function* ranges(arena: LineArena, { keys, isInPlace }: DayRun): Iterable<Uint8Array> {
  const { bytes, starts } = arena;
  for (let index = 0; index < keys.length; ) {
    const next = isInPlace ? keys.length : endOfRange(arena, keys, index);
    const first = arena.lineOf(keys[index] ?? 0);
    yield bytes.subarray(starts[first], starts[first + next - index]);
    index = next;
  }
}

/** Index after the keys whose lines follow each other in the arena. */
function endOfRange(arena: LineArena, keys: Float64Array, start: number): number {
  const first = arena.lineOf(keys[start] ?? 0);
  let end = start + 1;
  while (end < keys.length && arena.lineOf(keys[end] ?? 0) === first + end - start) end += 1;
  return end;
}
