import { top } from './measure.ts';

/** Shortest and longest text that can be a signature phrase, in characters. */
const SHORTEST = 6;
const LONGEST = 29;
/** Longer texts are not looked at, however many spaces they hold. */
const LONGEST_INPUT = 64;
const SPACES = /\s+/g;

/**
 * Counts repeated short messages in bounded memory (Misra and Gries, https://doi.org/10.1016/0167-6423(82)90012-0): of n
 * messages, whatever was said more than n / (capacity + 1) times is kept, and counts are never too high.
 */
export class PhraseCounter {
  readonly #counts = new Map<string, number>();
  readonly #capacity: number;

  constructor(capacity = 16) {
    this.#capacity = capacity;
  }

  add(folded: string): void {
    if (folded.length > LONGEST_INPUT) return;
    const phrase = folded.trim().replaceAll(SPACES, ' ');
    if (phrase.length < SHORTEST || phrase.length > LONGEST || !phrase.includes(' ')) return;
    const count = this.#counts.get(phrase);
    if (count !== undefined) this.#counts.set(phrase, count + 1);
    else if (this.#counts.size < this.#capacity) this.#counts.set(phrase, 1);
    else this.#decay();
  }

  /** The phrases said at least twice, most frequent first. */
  repeated(limit: number): { readonly term: string; readonly count: number }[] {
    return top(this.#counts, limit).filter(({ count }) => count > 1);
  }

  #decay(): void {
    for (const [phrase, count] of this.#counts) {
      if (count === 1) this.#counts.delete(phrase);
      else this.#counts.set(phrase, count - 1);
    }
  }
}
