import * as z from 'zod';
import type { Part } from './state.ts';
import { compareCodePoints } from './text.ts';

/**
 * Bounded memory that can be merged: whatever is kept is what has the smallest hashes, so neither the order of messages nor how
 * they were cut into parts changes it (bottom-k sketches, https://doi.org/10.1145/1281100.1281133).
 */

/** 53 bits of `text`, for sampling and not for secrets (two 32-bit lanes, mixed at the end as MurmurHash3 does). */
export function rankOf(text: string, seed = 0): number {
  // multiplied, so that a seed and the first character cannot stand for each other
  let low = Math.imul(0xdeadbeef ^ seed, 2654435761);
  let high = Math.imul(0x41c6ce57 ^ seed, 1597334677);
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 2654435761);
    high = Math.imul(high ^ unit, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return 4294967296 * (2097151 & high) + (low >>> 0);
}

const Kept = z.array(z.tuple([z.int(), z.string()]));

/** So many more than its size a sample may hold before it is put in order, as a share of it. */
const SLACK = 1 / 8;
/** So many lines are put together at once. */
const BATCH = 16;
/** One of these, and V8 takes two bytes for each character of a text; and what ends a line. */
const WIDE = /[\u0100-\uffff\\\n]/;
const ESCAPED = /\\([0-9a-f]{4})/g;

/**
 * The occurrences, at most `most`, with the smallest ranks, each once: a uniform sample in which a term is as frequent as it is said.
 * The terms are kept as lines of one text, which takes a third of the room that texts of their own do: everybody has some.
 */
export class Occurrences implements Part {
  readonly #most: number;
  #ranks: number[] = [];
  /** The terms, each with a line's end; the last ones stand in `#late`. */
  #lines = '';
  #late: string[] = [];
  /** So many stand in order, each once. */
  #ordered = 0;
  /** Larger ranks are too large. */
  #limit = Infinity;

  constructor(most: number) {
    this.#most = most;
  }

  add(rank: number, term: string): void {
    if (rank > this.#limit) return;
    this.#ranks.push(rank);
    this.#late.push(lineOf(term));
    if (this.#late.length === BATCH) this.#join();
    if (this.#ranks.length >= this.#most * (1 + SLACK)) this.#settle();
  }

  /** How many there are. */
  get size(): number {
    this.#settle();
    return this.#ranks.length;
  }

  /** By rank. */
  entries(): [number, string][] {
    this.#settle();
    return this.#held().map(({ rank, line }) => [rank, termOf(line)]);
  }

  /** How often each term is in the sample. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const [, term] of this.entries()) counts.set(term, (counts.get(term) ?? 0) + 1);
    return counts;
  }

  kept(): unknown {
    return this.entries();
  }

  restore(kept: unknown): void {
    for (const [rank, term] of Kept.parse(kept)) this.add(rank, term);
  }

  #join(): void {
    this.#lines += this.#late.map((line) => `${line}\n`).join('');
    this.#late = [];
  }

  #held(): Occurrence[] {
    this.#join();
    const lines = this.#lines.split('\n');
    return this.#ranks.map((rank, at) => ({ rank, line: lines[at] ?? '' }));
  }

  #settle(): void {
    if (this.#ordered === this.#ranks.length) return;
    // nearly in order, and such are sorted in the time that it takes to look at them
    const all = this.#held().sort(byRank);
    const kept = all.filter((one, at) => at === 0 || byRank(all[at - 1] ?? one, one) !== 0);
    kept.length = Math.min(kept.length, this.#most);
    this.#ranks = kept.map(({ rank }) => rank);
    this.#lines = kept.map(({ line }) => `${line}\n`).join('');
    this.#ordered = kept.length;
    if (kept.length === this.#most) this.#limit = this.#ranks.at(-1) ?? Infinity;
  }
}

interface Occurrence {
  readonly rank: number;
  readonly line: string;
}

function byRank(a: Occurrence, b: Occurrence): number {
  return a.rank - b.rank || compareCodePoints(termOf(a.line), termOf(b.line));
}

/** Put together anew out of units: a piece of a text holds all of it, and is as wide as its widest. */
function lineOf(term: string): string {
  const units = term.split('');
  return WIDE.test(term) ? units.map(narrow).join('') : units.join('');
}

function narrow(unit: string): string {
  return WIDE.test(unit) ? `\\${unit.charCodeAt(0).toString(16).padStart(4, '0')}` : unit;
}

function termOf(line: string): string {
  return line.includes('\\')
    ? line.replace(ESCAPED, (_, unit: string) => String.fromCharCode(parseInt(unit, 16)))
    : line;
}
