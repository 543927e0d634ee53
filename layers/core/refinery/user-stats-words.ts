import { rankOf } from './bottom-k.ts';

/** Words that are kept of one user. */
const MOST_WORDS = 256;
/** A kept word is one number: 32 bits of its occurrence's rank, and below them 21 of the word's own hash. */
const WORD = 2 ** 21;
const RANK = 2 ** 32;

/**
 * The occurrences of words with the smallest ranks, each once: a uniform sample of what is said, whatever the order. It knows which
 * words are the same and not what they are, so that it costs eight bytes each: everybody has one.
 */
export class WordSample {
  #kept: number[] = [];
  /** Larger ones are too large. */
  #limit = Infinity;

  /** `place` tells this occurrence from every other. */
  hear(word: string, place: number): void {
    this.add((rankOf(word, place) % RANK) * WORD + (rankOf(word) % WORD));
  }

  /** What {@link entries} of a sample gave. */
  add(entry: number): void {
    if (entry > this.#limit) return;
    this.#kept.push(entry);
    // sorting now and then costs less than keeping order
    if (this.#kept.length >= 2 * MOST_WORDS) this.#settle();
  }

  absorb(other: WordSample): void {
    for (const entry of other.entries()) this.add(entry);
  }

  /** In order. */
  entries(): readonly number[] {
    this.#settle();
    return this.#kept;
  }

  /** How often each word is in the sample. */
  counts(): number[] {
    const counts = new Map<number, number>();
    for (const entry of this.entries())
      counts.set(entry % WORD, (counts.get(entry % WORD) ?? 0) + 1);
    return [...counts.values()];
  }

  #settle(): void {
    const sorted = Float64Array.from(this.#kept).sort();
    this.#kept = [...sorted]
      .filter((entry, at) => at === 0 || entry !== sorted[at - 1])
      .slice(0, MOST_WORDS);
    if (this.#kept.length === MOST_WORDS) this.#limit = this.#kept.at(-1) ?? Infinity;
  }
}
