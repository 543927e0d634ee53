import { type Part, pairsOf } from './state.ts';

/** A block of 32 days is one number: its place times this, and a bit a day. */
const SPAN = 2 ** 32;

/** Days since 1970, one bit each: a month costs one entry, and a day that is added again nothing. */
export class DaySet implements Part {
  readonly #blocks: number[] = [];

  add(day: number): void {
    this.#join(day >> 5, 1 << (day & 31));
  }

  /** In order. */
  days(): number[] {
    return this.#entries().flatMap(([block, bits]) =>
      Array.from({ length: 32 }, (_, bit) => bit)
        .filter((bit) => (bits & (1 << bit)) !== 0)
        .map((bit) => block * 32 + bit),
    );
  }

  kept(): unknown {
    return this.#entries();
  }

  restore(kept: unknown): void {
    for (const [block, bits] of pairsOf(kept, ['number', 'number'])) this.#join(block, bits);
  }

  #entries(): [number, number][] {
    return this.#blocks
      .toSorted((a, b) => a - b)
      .map((packed) => [Math.floor(packed / SPAN), bitsOf(packed)]);
  }

  #join(block: number, bits: number): void {
    const blocks = this.#blocks;
    // the newest day is asked for most
    for (let at = blocks.length - 1; at >= 0; at -= 1) {
      const packed = blocks[at] ?? 0;
      if (Math.floor(packed / SPAN) !== block) continue;
      blocks[at] = block * SPAN + ((bitsOf(packed) | bits) >>> 0);
      return;
    }
    blocks.push(block * SPAN + (bits >>> 0));
  }
}

/** Days before 1970 have blocks below zero. */
function bitsOf(packed: number): number {
  return packed - Math.floor(packed / SPAN) * SPAN;
}
