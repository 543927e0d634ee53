import { type LineArena, secondsOfLine } from './line-arena.ts';
import { sortKeys } from './runs.ts';

/** A sorted run of one source's lines, read from its beginning on. Runs of one source are given in order of position. */
export interface Run {
  /** Place of the source among all: runs are given in its order. */
  readonly source: number;
  /** Bytes in all; Infinity when nobody knows. */
  readonly size: number;
  /** Fills `into`, or less of it; 0 when the run has ended. */
  read(into: Uint8Array): number | Promise<number>;
  /** Called once, also when the merge stops early. */
  close?(): void | Promise<void>;
}

/** Lines in their final order: `keys` of the arena's lines. Both are overwritten by the next part. */
export interface Part {
  readonly arena: LineArena;
  readonly keys: Float64Array;
  /** Copies that fell. */
  readonly duplicates: number;
}

/** What a merge may use: none of it is freed between merges. */
export interface MergeRoom {
  readonly arena: LineArena;
  /** Bytes of the runs' beginnings; as many again are taken in the arena. */
  readonly slab: Uint8Array;
}

const LEAST_SHARE = 4096;
const LF = 0x0a;
const COMMA = 0x2c;
/** Up to so many messages of one second are compared each with each. */
const FEW = 24;

/**
 * The lines of several runs in order (time, source, position). Copies fall as multisets: among messages of equal (ts, user, text)
 * those of one source stay, the one that has most of them (of several, the first); so a burst of equal lines survives and
 * a copied file does not. Holds as much of each run as the room gives it, and at least all messages of one second.
 */
export async function* merge(
  runs: readonly Run[],
  { arena, slab }: MergeRoom,
): AsyncIterable<Part> {
  const share = Math.max(LEAST_SHARE, Math.floor(slab.length / runs.length));
  let taken = 0;
  const cursors = runs.map((run) => {
    const bytes = Math.min(run.size, share);
    const own = slab.subarray(taken, taken + bytes);
    taken += bytes;
    return new Cursor(run, own.length < bytes ? new Uint8Array(bytes) : own);
  });
  try {
    for (;;) {
      const horizon = await fill(cursors);
      const sources = load(arena, cursors, horizon);
      if (arena.count > 0) yield part(arena, sources);
      else if (horizon === Number.POSITIVE_INFINITY) return;
      else cursors.forEach(grow);
    }
  } finally {
    arena.clear();
    for (const { run } of cursors) await run.close?.();
  }
}

/** Reads on; lines before the time it gives are all here. */
async function fill(cursors: readonly Cursor[]): Promise<number> {
  let horizon = Number.POSITIVE_INFINITY;
  for (const cursor of cursors) horizon = Math.min(horizon, await cursor.fill());
  return horizon;
}

function grow(cursor: Cursor): void {
  cursor.grow();
}

/** Where each run's lines end in the arena, and which source they are of. */
type Sources = readonly { readonly source: number; readonly end: number }[];

function load(arena: LineArena, cursors: readonly Cursor[], horizon: number): Sources {
  arena.clear();
  return cursors.map((cursor) => {
    cursor.loadInto(arena, horizon);
    return { source: cursor.run.source, end: arena.count };
  });
}

function part(arena: LineArena, ends: Sources): Part {
  const keys = arena.keys.subarray(0, arena.count);
  sortKeys(keys);
  const isOfOne = ends.every(({ source }) => source === ends[0]?.source);
  if (isOfOne) return { arena, keys, duplicates: 0 };
  const sources = new Uint32Array(arena.count);
  let from = 0;
  for (const { source, end } of ends) {
    sources.fill(source, from, end);
    from = end;
  }
  const kept = withoutCopies({ arena, keys, sources });
  return { arena, keys: keys.subarray(0, kept), duplicates: keys.length - kept };
}

interface Sorted {
  readonly arena: LineArena;
  readonly keys: Float64Array;
  /** By line. */
  readonly sources: Uint32Array;
}

/** Moves the keys that stay to the front; gives their number. */
function withoutCopies(sorted: Sorted): number {
  const { keys } = sorted;
  let kept = 0;
  for (let from = 0; from < keys.length; ) {
    const to = endOfSecond(sorted, from);
    const stay = isOfOne(sorted, from, to - 1) ? undefined : keepers(sorted, from, to);
    for (let index = from; index < to; index += 1) {
      if (stay?.has(index) === false) continue;
      keys[kept] = keys[index] ?? 0;
      kept += 1;
    }
    from = to;
  }
  return kept;
}

function endOfSecond({ arena, keys }: Sorted, from: number): number {
  const seconds = arena.secondsOf(keys[from] ?? 0);
  let to = from + 1;
  while (to < keys.length && arena.secondsOf(keys[to] ?? 0) === seconds) to += 1;
  return to;
}

/** Keys of one second stand in order of source. */
function isOfOne({ arena, keys, sources }: Sorted, first: number, last: number): boolean {
  if (first === last) return true;
  return sources[arena.lineOf(keys[first] ?? 0)] === sources[arena.lineOf(keys[last] ?? 0)];
}

/** Whether two sources may have said the same within `from` to `to`, which are of one second. */
function hasCopies({ arena, keys, sources }: Sorted, from: number, to: number): boolean {
  if (to - from > FEW) return true;
  for (let a = from; a < to; a += 1) {
    const line = arena.lineOf(keys[a] ?? 0);
    for (let b = a + 1; b < to; b += 1) {
      const other = arena.lineOf(keys[b] ?? 0);
      if (sources[line] !== sources[other] && isCopy(arena, line, other)) return true;
    }
  }
  return false;
}

/** Equal (ts, user, text), whatever the kind. */
function isCopy(arena: LineArena, line: number, other: number): boolean {
  const { bytes, starts } = arena;
  const [start, otherStart] = [starts[line] ?? 0, starts[other] ?? 0];
  const length = endOfIdentity(arena, line) - start;
  if (endOfIdentity(arena, other) - otherStart !== length) return false;
  for (let index = length - 1; index >= 0; index -= 1) {
    if (bytes[start + index] !== bytes[otherStart + index]) return false;
  }
  return true;
}

/** Where `,"kind":` begins: the last comma of a line. */
function endOfIdentity({ bytes, starts }: LineArena, line: number): number {
  let at = (starts[line + 1] ?? 0) - 1;
  while (bytes[at] !== COMMA) at -= 1;
  return at;
}

const utf8 = new TextDecoder();

/** The indices of those keys of one second that stay; undefined when all do. */
function keepers(sorted: Sorted, from: number, to: number): Set<number> | undefined {
  if (!hasCopies(sorted, from, to)) return undefined;
  const { arena, keys, sources } = sorted;
  const stay = new Set<number>();
  const byIdentity = new Map<string, { source: number; at: number[] }[]>();
  for (let index = from; index < to; index += 1) {
    const line = arena.lineOf(keys[index] ?? 0);
    const source = sources[line] ?? 0;
    const identity = utf8.decode(
      arena.bytes.subarray(arena.starts[line], endOfIdentity(arena, line)),
    );
    const groups = byIdentity.get(identity) ?? [];
    byIdentity.set(identity, groups);
    const own = groups.at(-1);
    // in order of place, so those of one source stand together
    if (own?.source === source) own.at.push(index);
    else groups.push({ source, at: [index] });
  }
  for (const groups of byIdentity.values()) {
    const most = groups.reduce((best, group) => (group.at.length > best.at.length ? group : best));
    for (const index of most.at) stay.add(index);
  }
  return stay;
}

class Cursor {
  readonly run: Run;
  #held: Uint8Array;
  /** What is held and not loaded: `#at` to `#end`; whole lines to `#whole`. */
  #at = 0;
  #end = 0;
  #whole = 0;
  #hasEnded = false;

  constructor(run: Run, held: Uint8Array) {
    this.run = run;
    this.#held = held;
  }

  /** Reads on while there is room. Lines before the time it gives are all here: Infinity when everything is. */
  async fill(): Promise<number> {
    if (this.#hasEnded) return Number.POSITIVE_INFINITY;
    this.#held.copyWithin(0, this.#at, this.#end);
    this.#end -= this.#at;
    this.#at = 0;
    while (
      !this.#hasEnded &&
      (this.#end < this.#held.length || this.run.size === this.#held.length)
    ) {
      const read = await this.run.read(this.#held.subarray(this.#end));
      this.#end += read;
      if (read === 0) this.#hasEnded = true;
    }
    this.#whole = this.#held.subarray(0, this.#end).lastIndexOf(LF) + 1;
    if (this.#hasEnded) return Number.POSITIVE_INFINITY;
    if (this.#whole === 0) return Number.NEGATIVE_INFINITY;
    const lastLine = this.#held.subarray(0, this.#whole - 1).lastIndexOf(LF) + 1;
    return secondsOfLine(this.#held, lastLine);
  }

  loadInto(arena: LineArena, horizon: number): void {
    if (this.#at >= this.#whole) return;
    this.#at = arena.load(this.#held.subarray(0, this.#whole), this.#at, horizon);
  }

  /** Takes twice the room: what it holds is of one second, or no whole line. */
  grow(): void {
    if (this.#hasEnded) return;
    const grown = new Uint8Array(this.#held.length * 2);
    grown.set(this.#held.subarray(this.#at, this.#end));
    this.#end -= this.#at;
    this.#whole -= this.#at;
    this.#at = 0;
    this.#held = grown;
  }
}
