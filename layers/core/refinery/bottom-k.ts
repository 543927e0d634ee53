import { once } from './shared-text.ts';
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

/** So many more than its size a sample holds before it is put in order: little, for everybody has some. */
const SLACK = 1 / 40;
/** And at least. */
const LEAST_SLACK = 3;

/** The occurrences, at most `most`, with the smallest ranks, each once: a uniform sample in which a term is as frequent as it is said. */
export class Occurrences implements Part {
  readonly #most: number;
  #ranks: number[] = [];
  #terms: string[] = [];
  /** So many of them stand in order, each once; those added since come after. */
  #ordered = 0;
  /** Larger ranks are too large. */
  #limit = Infinity;

  constructor(most: number) {
    this.#most = most;
  }

  add(rank: number, term: string): void {
    if (rank > this.#limit) return;
    this.#ranks.push(rank);
    this.#terms.push(once(term));
    const slack = Math.max(LEAST_SLACK, this.#most * SLACK);
    if (this.#ranks.length >= this.#most + slack) this.#settle();
  }

  /** How many there are. */
  get size(): number {
    this.#settle();
    return this.#ranks.length;
  }

  /** How often each term is in the sample. */
  counts(): Map<string, number> {
    this.#settle();
    const counts = new Map<string, number>();
    for (const term of this.#terms) counts.set(term, (counts.get(term) ?? 0) + 1);
    return counts;
  }

  /** Ranks, and terms: two lists are read back in half the time of as many pairs. */
  kept(): unknown {
    this.#settle();
    return [this.#ranks, this.#terms];
  }

  restore(kept: unknown): void {
    const more = keptOf(kept);
    this.#settle();
    const all = joined({ ranks: this.#ranks, terms: this.#terms }, more, this.#most);
    this.#ranks = all.ranks;
    this.#terms = all.terms;
    this.#limitTo();
  }

  #settle(): void {
    if (this.#ordered === this.#ranks.length) return;
    this.#merge();
    this.#cut();
    this.#limitTo();
  }

  /** What is held is in order. */
  #limitTo(): void {
    this.#ordered = this.#ranks.length;
    if (this.#ordered === this.#most) this.#limit = this.#ranks.at(-1) ?? Infinity;
  }

  /** From the back, so that nothing is overwritten before it was moved. */
  #merge(): void {
    const [ranks, terms] = [this.#ranks, this.#terms];
    const added = ranks
      .slice(this.#ordered)
      .map((rank, at) => ({ rank, term: terms[this.#ordered + at] ?? '' }))
      .sort((a, b) => a.rank - b.rank || compareCodePoints(a.term, b.term));
    let from = this.#ordered - 1;
    let to = ranks.length - 1;
    for (let next = added.pop(); next !== undefined; to -= 1) {
      if (from >= 0 && this.#isAfter(from, next)) {
        ranks[to] = ranks[from] ?? 0;
        terms[to] = terms[from] ?? '';
        from -= 1;
      } else {
        ranks[to] = next.rank;
        terms[to] = next.term;
        next = added.pop();
      }
    }
  }

  #isAfter(at: number, { rank, term }: { readonly rank: number; readonly term: string }): boolean {
    const own = this.#ranks[at] ?? 0;
    return own > rank || (own === rank && compareCodePoints(this.#terms[at] ?? '', term) > 0);
  }

  /** Each once, and no more than there is room for. */
  #cut(): void {
    const [ranks, terms] = [this.#ranks, this.#terms];
    let kept = 0;
    for (let at = 0; at < ranks.length && kept < this.#most; at += 1) {
      if (at > 0 && ranks[at] === ranks[kept - 1] && terms[at] === terms[kept - 1]) continue;
      ranks[kept] = ranks[at] ?? 0;
      terms[kept] = terms[at] ?? '';
      kept += 1;
    }
    ranks.length = kept;
    terms.length = kept;
  }
}

/** Occurrences in order. */
interface Sorted {
  readonly ranks: readonly number[];
  readonly terms: readonly string[];
}

/** The first `most` of both, each once. */
function joined(own: Sorted, more: Sorted, most: number) {
  const [ranks, terms]: [number[], string[]] = [[], []];
  const [mine, other] = [
    { ...own, at: 0 },
    { ...more, at: 0 },
  ];
  while (ranks.length < most) {
    const order = compare(mine, other);
    const { ranks: of, terms: said, at } = order <= 0 ? mine : other;
    const rank = of[at];
    if (rank === undefined) break;
    ranks.push(rank);
    terms.push(said[at] ?? '');
    if (order <= 0) mine.at += 1;
    if (order >= 0) other.at += 1;
  }
  return { ranks, terms };
}

/** By where they stand; what is at its end comes last. */
function compare(left: Sorted & { at: number }, right: Sorted & { at: number }): number {
  const [rank, other] = [left.ranks[left.at] ?? Infinity, right.ranks[right.at] ?? Infinity];
  if (rank !== other) return rank - other;
  return compareCodePoints(left.terms[left.at] ?? '', right.terms[right.at] ?? '');
}

/** Throws when they are no occurrences. */
function keptOf(kept: unknown): Sorted {
  const [ranks, terms] = isListOf(kept, Array.isArray) ? kept : [];
  if (!isListOf(ranks, isRank) || !isListOf(terms, isTerm) || ranks.length !== terms.length)
    throw new Error('What was kept are no ranks and terms.');
  if (ranks.some((rank, at) => at > 0 && rank < (ranks[at - 1] ?? 0)))
    throw new Error('Ranks that were kept are out of order.');
  return { ranks, terms };
}

function isListOf<T>(value: unknown, is: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(is);
}

const isRank = (item: unknown): item is number => Number.isSafeInteger(item);
const isTerm = (item: unknown): item is string => typeof item === 'string';
