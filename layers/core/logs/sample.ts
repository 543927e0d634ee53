import type { Sample } from '#contract/log-record.ts';

/** So many different ones are kept, unless told otherwise; up to here a sample is a full count. */
const SAMPLE_SIZE = 1024;

interface Ranked {
  readonly name: string;
  readonly count: number;
  readonly hash: number;
}

const utf8 = new TextEncoder();

/** So many more than its size are counted before those with the highest hashes are dropped, as a share of it. */
const SLACK = 1 / 4;

/**
 * Counts things, and keeps the counts of those with the lowest hashes: what is kept in the end was kept from its first time on, so its
 * count is exact, whatever the order and however the counting was divided (a bottom-k sketch).
 */
export class Sampler {
  readonly #kept = new Map<string, number>();
  /** What has a higher hash has lost its place for ever. */
  #limit = Number.POSITIVE_INFINITY;
  #isFull = false;
  readonly #size: number;

  constructor(size = SAMPLE_SIZE) {
    this.#size = size;
  }

  add(name: string, count = 1): void {
    const known = this.#kept.get(name);
    if (known !== undefined) this.#kept.set(name, known + count);
    else this.#addNew(name, count);
  }

  addAll({ isFull, counts }: Sample): void {
    if (isFull) this.#lower(Math.max(...counts.map(([name]) => hashOf(name))));
    for (const [name, count] of counts) this.add(name, count);
  }

  /** In order of hash: the same things give the same bytes. */
  sample(): Sample {
    this.#prune();
    const counts = this.#ranked().map(({ name, count }): [string, number] => [name, count]);
    return { isFull: this.#isFull, counts };
  }

  #addNew(name: string, count: number): void {
    const hash = hashOf(name);
    if (hash > this.#limit) {
      this.#isFull = true;
      return;
    }
    this.#kept.set(name, count);
    // seldom, so that sorting costs little
    if (this.#kept.size >= (1 + SLACK) * this.#size) this.#prune();
  }

  #prune(): void {
    if (this.#kept.size <= this.#size) return;
    const ranked = this.#ranked();
    for (const { name } of ranked.slice(this.#size)) this.#kept.delete(name);
    this.#isFull = true;
    this.#limit = Math.min(this.#limit, ranked[this.#size - 1]?.hash ?? 0);
  }

  #ranked(): Ranked[] {
    return [...this.#kept]
      .map(([name, count]) => ({ name, count, hash: hashOf(name) }))
      .sort((a, b) => a.hash - b.hash || (a.name < b.name ? -1 : 1));
  }

  #lower(limit: number): void {
    this.#isFull = true;
    this.#limit = Math.min(this.#limit, limit);
    for (const name of this.#kept.keys()) if (hashOf(name) > this.#limit) this.#kept.delete(name);
  }
}

/** 53 bits: FNV-1a of the UTF-8 bytes from two beginnings, each mixed by MurmurHash3's last step. */
function hashOf(name: string): number {
  let [high, low] = [0x811c9dc5, 0x9747b28c];
  for (const byte of utf8.encode(name)) {
    high = Math.imul(high ^ byte, 0x01000193);
    low = Math.imul(low ^ byte, 0x01000193);
  }
  return (mixed(high) >>> 11) * 2 ** 32 + mixed(low);
}

function mixed(given: number): number {
  let hash = given;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
