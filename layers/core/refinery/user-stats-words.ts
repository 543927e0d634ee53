import * as z from 'zod';
import { rankOf } from './bottom-k.ts';
import type { Part } from './state.ts';

/** Words that are kept of one user. */
const MOST_WORDS = 256;
/** A kept word is one number: 32 bits of its occurrence's rank, and below them 21 of the word's own hash. */
const WORD = 2 ** 21;
const RANK = 2 ** 32;
/** So many are held before they are put in order: the room that V8 gives an array that outgrew 256. */
const MOST_HELD = 330;

const Kept = z.array(z.int());

/**
 * The occurrences of words with the smallest ranks, each once: a uniform sample of what is said, whatever the order. It knows which
 * words are the same and not what they are, so that it costs eight bytes each: everybody has one.
 */
export class WordSample implements Part {
  readonly #kept: number[] = [];
  /** Larger ones are too large. */
  #limit = Infinity;

  /** `place` tells this occurrence from every other. */
  hear(word: string, place: number): void {
    const rank = rankOf(word, place) % RANK;
    if (rank * WORD <= this.#limit) this.#add(rank * WORD + (rankOf(word) % WORD));
  }

  #add(entry: number): void {
    if (entry > this.#limit) return;
    this.#kept.push(entry);
    // sorting now and then costs less than keeping order
    if (this.#kept.length >= MOST_HELD) this.#settle();
  }

  kept(): unknown {
    this.#settle();
    return this.#kept;
  }

  restore(kept: unknown): void {
    for (const entry of Kept.parse(kept)) this.#add(entry);
  }

  /** How often each word is in the sample. */
  counts(): number[] {
    const counts = new Map<number, number>();
    this.#settle();
    for (const entry of this.#kept) counts.set(entry % WORD, (counts.get(entry % WORD) ?? 0) + 1);
    return [...counts.values()];
  }

  #settle(): void {
    const sorted = Float64Array.from(this.#kept).sort();
    let kept = 0;
    for (const entry of sorted) {
      if (kept === MOST_WORDS) break;
      if (kept > 0 && entry === this.#kept[kept - 1]) continue;
      this.#kept[kept] = entry;
      kept += 1;
    }
    this.#kept.length = kept;
    if (kept === MOST_WORDS) this.#limit = this.#kept.at(-1) ?? Infinity;
  }
}
