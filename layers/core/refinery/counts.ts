import { type Part, pairsOf } from './state.ts';

/** Keys by number, and numbers by key: all of them come out of lexicons, so there are some hundreds. */
const keys: string[] = [];
const places = new Map<string, number>();

function placeOf(key: string): number {
  const known = places.get(key);
  if (known !== undefined) return known;
  places.set(key, keys.length);
  keys.push(key);
  return keys.length - 1;
}

/** A count is one number: its key's place times this, and the count. */
const SPAN = 2 ** 40;

/** Exact integer counts under keys like `asks/Python`: they add up, in any order. Eight bytes each: everybody has some. */
export class Counts implements Part {
  readonly #packed: number[] = [];

  add(key: string, by = 1): void {
    const start = placeOf(key) * SPAN;
    const at = this.#at(start);
    if (at < 0) this.#packed.push(start + by);
    else this.#packed[at] = (this.#packed[at] ?? 0) + by;
  }

  get(key: string): number {
    const place = places.get(key);
    const at = place === undefined ? -1 : this.#at(place * SPAN);
    return at < 0 ? 0 : (this.#packed[at] ?? 0) % SPAN;
  }

  /** In order of the keys. */
  entries(): [string, number][] {
    return this.#packed
      .map((packed): [string, number] => [keys[Math.floor(packed / SPAN)] ?? '', packed % SPAN])
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  addAll(entries: Iterable<readonly [string, number]>): void {
    for (const [key, count] of entries) this.add(key, count);
  }

  /** The counts under `prefix/`, by what follows it. */
  under(prefix: string): Map<string, number> {
    const start = `${prefix}/`;
    return new Map(
      this.entries().flatMap(([key, count]) =>
        key.startsWith(start) ? [[key.slice(start.length), count]] : [],
      ),
    );
  }

  kept(): unknown {
    return this.entries();
  }

  restore(kept: unknown): void {
    this.addAll(pairsOf(kept, ['string', 'number']));
  }

  /** Few keys are looked for often, and those came first. */
  #at(start: number): number {
    const packed = this.#packed;
    for (let at = 0; at < packed.length; at += 1) {
      const value = packed[at] ?? 0;
      if (value >= start && value < start + SPAN) return at;
    }
    return -1;
  }
}
