import { endOf, secondOf } from './packed.ts';

const BUCKETS = 512;
const BUCKET_BITS = 9;

/** Packed lines taken out of several runs, by place: in order of source and of position. None of its memory is freed. */
export class Taken {
  count = 0;
  /** By place: where the line begins, its second of the day, its source. */
  starts = new Uint32Array(4096);
  seconds = new Uint32Array(4096);
  sources = new Uint32Array(4096);
  #order = new Uint32Array(4096);
  #half = new Uint32Array(4096);
  readonly #ends = new Uint32Array(BUCKETS);
  #isSorted = true;
  /** More than one source was taken from. */
  isMixed = false;

  clear(): void {
    this.count = 0;
    this.#isSorted = true;
    this.isMixed = false;
  }

  /** Takes lines of a source from `from` on, until `to` or the first that is not before `horizon`; gives where it stopped. */
  take(
    packed: DataView,
    { from, to, horizon }: { readonly from: number; readonly to: number; readonly horizon: number },
    source: number,
  ): number {
    const first = this.count;
    let before = first === 0 ? 0 : (this.seconds[first - 1] ?? 0);
    let at = from;
    while (at < to) {
      const second = secondOf(packed, at);
      if (second >= horizon) break;
      if (this.count === this.starts.length) this.#grow();
      this.starts[this.count] = at;
      this.seconds[this.count] = second;
      this.count += 1;
      if (second < before) this.#isSorted = false;
      before = second;
      at = endOf(packed, at);
    }
    if (first > 0 && this.count > first && this.sources[first - 1] !== source) this.isMixed = true;
    this.sources.fill(source, first, this.count);
    return at;
  }

  /** The places in order of (second, place). */
  order(): Uint32Array {
    const order = this.#order.subarray(0, this.count);
    for (let place = 0; place < order.length; place += 1) order[place] = place;
    if (this.#isSorted) return order;
    // seconds of a day have 17 bits
    this.#pass(order, this.#half, 0);
    this.#pass(this.#half, order, BUCKET_BITS);
    return order;
  }

  /** Counting sort by some bits of the second; it leaves equal ones in their order. */
  #pass(from: Uint32Array, into: Uint32Array, shift: number): void {
    const { seconds, count } = this;
    const ends = this.#ends.fill(0);
    for (let place = 0; place < count; place += 1) {
      const bucket = ((seconds[place] ?? 0) >>> shift) & (BUCKETS - 1);
      ends[bucket] = (ends[bucket] ?? 0) + 1;
    }
    let before = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      const size = ends[bucket] ?? 0;
      ends[bucket] = before;
      before += size;
    }
    for (let index = 0; index < count; index += 1) {
      const place = from[index] ?? 0;
      const bucket = ((seconds[place] ?? 0) >>> shift) & (BUCKETS - 1);
      const at = ends[bucket] ?? 0;
      into[at] = place;
      ends[bucket] = at + 1;
    }
  }

  #grow(): void {
    this.starts = twice(this.starts);
    this.seconds = twice(this.seconds);
    this.sources = twice(this.sources);
    this.#order = twice(this.#order);
    this.#half = twice(this.#half);
  }
}

function twice(numbers: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(numbers.length * 2);
  grown.set(numbers);
  return grown;
}
