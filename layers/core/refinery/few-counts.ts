/** Counts by name like a Map's, in arrays of their own size: for some dozens of names, of which everybody has some, in a third of the room. */
export class FewCounts implements Iterable<[string, number]> {
  #names: readonly string[] = [];
  #counts: number[] = [];

  get size(): number {
    return this.#names.length;
  }

  get(name: string): number | undefined {
    return this.#counts[this.#names.indexOf(name)];
  }

  set(name: string, count: number): void {
    const at = this.#names.indexOf(name);
    if (at >= 0) this.#counts[at] = count;
    else {
      // pushed to, an array takes room for half as many again and sixteen
      this.#names = this.#names.concat([name]);
      this.#counts = this.#counts.concat([count]);
    }
  }

  delete(name: string): void {
    const at = this.#names.indexOf(name);
    if (at < 0) return;
    this.#names = this.#names.toSpliced(at, 1);
    this.#counts = this.#counts.toSpliced(at, 1);
  }

  keys(): readonly string[] {
    return this.#names;
  }

  *[Symbol.iterator](): Generator<[string, number]> {
    for (const [at, name] of this.#names.entries()) yield [name, this.#counts[at] ?? 0];
  }
}
