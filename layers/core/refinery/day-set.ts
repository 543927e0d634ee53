/** Days since 1970, one bit each: a month costs one entry, and a day that is added again nothing. */
export class DaySet {
  readonly #blocks = new Map<number, number>();

  add(day: number): void {
    this.#join(day >> 5, 1 << (day & 31));
  }

  absorb(other: DaySet): void {
    for (const [block, bits] of other.#blocks) this.#join(block, bits);
  }

  /** In order. */
  days(): number[] {
    return this.entries().flatMap(([block, bits]) =>
      Array.from({ length: 32 }, (_, bit) => bit)
        .filter((bit) => (bits & (1 << bit)) !== 0)
        .map((bit) => block * 32 + bit),
    );
  }

  /** Blocks of 32 days and their bits, in order. */
  entries(): [number, number][] {
    return [...this.#blocks].sort(([a], [b]) => a - b);
  }

  static of(entries: Iterable<readonly [number, number]>): DaySet {
    const set = new DaySet();
    for (const [block, bits] of entries) set.#join(block, bits);
    return set;
  }

  #join(block: number, bits: number): void {
    this.#blocks.set(block, (this.#blocks.get(block) ?? 0) | bits);
  }
}
