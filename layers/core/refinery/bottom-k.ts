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

/** Texts that many users say are kept once. It saves room and changes nothing, so it may be forgotten whenever it grows. */
const MOST_SHARED = 50_000;
const shared = new Map<string, string>();

function once(text: string): string {
  const known = shared.get(text);
  if (known !== undefined) return known;
  if (shared.size >= MOST_SHARED) shared.clear();
  shared.set(text, text);
  return text;
}

/** The `size` occurrences with the smallest ranks, each once: a uniform sample in which a term is as frequent as it is said. */
export class Occurrences {
  readonly #size: number;
  #ranks: number[] = [];
  #terms: string[] = [];
  /** Larger ranks are too large. */
  #limit = Infinity;

  constructor(size: number) {
    this.#size = size;
  }

  add(rank: number, term: string): void {
    if (rank > this.#limit) return;
    this.#ranks.push(rank);
    this.#terms.push(once(term));
    // sorting now and then costs less than keeping order
    if (this.#ranks.length >= 1.5 * this.#size) this.#settle();
  }

  absorb(other: Occurrences): void {
    this.addAll(other.entries());
  }

  /** What {@link entries} gave. */
  addAll(entries: Iterable<readonly [number, string]>): void {
    for (const [rank, term] of entries) this.add(rank, term);
  }

  /** By rank. */
  entries(): [number, string][] {
    this.#settle();
    return this.#ranks.map((rank, at) => [rank, this.#terms[at] ?? '']);
  }

  /** How often each term is in the sample. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const [, term] of this.entries()) counts.set(term, (counts.get(term) ?? 0) + 1);
    return counts;
  }

  #settle(): void {
    const [ranks, terms] = [this.#ranks, this.#terms];
    const compare = (a: number, b: number) =>
      (ranks[a] ?? 0) - (ranks[b] ?? 0) || compareCodePoints(terms[a] ?? '', terms[b] ?? '');
    const order = [...ranks.keys()].sort(compare);
    const kept = order
      .filter((at, place) => place === 0 || compare(order[place - 1] ?? 0, at) !== 0)
      .slice(0, this.#size);
    this.#ranks = kept.map((at) => ranks[at] ?? 0);
    this.#terms = kept.map((at) => terms[at] ?? '');
    if (kept.length === this.#size) this.#limit = this.#ranks.at(-1) ?? Infinity;
  }
}
