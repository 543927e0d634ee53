/** Exact integer counts under keys like `asks/Python`: they add up, in any order. */
export class Counts {
  readonly #counts = new Map<string, number>();

  add(key: string, by = 1): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + by);
  }

  get(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  absorb(other: Counts): void {
    this.addAll(other.#counts);
  }

  /** What {@link entries} gave. */
  addAll(entries: Iterable<readonly [string, number]>): void {
    for (const [key, count] of entries) this.add(key, count);
  }

  entries(): [string, number][] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** The counts under `prefix/`, by what follows it. */
  under(prefix: string): Map<string, number> {
    const start = `${prefix}/`;
    const found = new Map<string, number>();
    for (const [key, count] of this.#counts) {
      if (key.startsWith(start)) found.set(key.slice(start.length), count);
    }
    return found;
  }
}
