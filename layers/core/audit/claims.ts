import type { Product } from '#contract/products.ts';
import { rankOf } from '../refinery/bottom-k.ts';

/** So many records are recomputed: of goods of which one in twenty is invented, four samples of five hold one. */
const SAMPLED = 32;
/** And so many messages looked for. */
const SAMPLED_LINES = 256;
/** Hashes of records that are kept of one version. */
const SKETCHED = 128;

/** Whom or what one record is about: a user, a period, or a message itself. */
export interface Claim {
  readonly key: string;
  readonly record: Readonly<Record<string, unknown>>;
}

interface Ranked<T> {
  readonly rank: number;
  readonly item: T;
}

/**
 * What goods say that their source can confirm, remembered while they go by: how many messages each is about, a few records whole, and
 * the smallest hashes of all. Memory grows with users.
 */
export class Claims {
  records = 0;
  /** Messages by user or period; of raw logs none. */
  readonly messages = new Map<string, number>();
  readonly #isLog: boolean;
  readonly #seed: string;
  readonly #sample: Lowest<Claim>;
  readonly #sketch = new Lowest<undefined>(SKETCHED);

  /** `seed` is not known before the goods are handed over, and always the same for one audit. */
  constructor(product: Product, seed: string) {
    this.#isLog = product === 'raw_logs';
    this.#seed = seed;
    this.#sample = new Lowest(this.#isLog ? SAMPLED_LINES : SAMPLED);
  }

  accept(line: string): void {
    const record = recordIn(line);
    if (record === undefined) return;
    this.records += 1;
    this.#sketch.add(rankOf(line), undefined);
    const named = record['user'] ?? record['period'];
    const key = this.#isLog ? line : String(named);
    if (!this.#isLog) this.messages.set(key, Number(record['messages']));
    // of everything there is, nothing can be recomputed alone
    if (key !== 'overall') this.#sample.add(rankOf(`${this.#seed}\n${key}`), { key, record });
  }

  sample(): readonly Claim[] {
    return this.#sample.items();
  }

  sketch(): readonly number[] {
    return this.#sketch.ranks();
  }
}

/** The items of the lowest ranks, each rank once. */
class Lowest<T> {
  readonly #size: number;
  #kept: Ranked<T>[] = [];
  #limit = Number.POSITIVE_INFINITY;

  constructor(size: number) {
    this.#size = size;
  }

  add(rank: number, item: T): void {
    if (rank >= this.#limit) return;
    this.#kept.push({ rank, item });
    if (this.#kept.length >= 2 * this.#size) this.#settle();
  }

  items(): T[] {
    this.#settle();
    return this.#kept.map(({ item }) => item);
  }

  ranks(): number[] {
    this.#settle();
    return this.#kept.map(({ rank }) => rank);
  }

  #settle(): void {
    const each = new Map(this.#kept.map((one) => [one.rank, one]));
    this.#kept = [...each.values()].sort((a, b) => a.rank - b.rank).slice(0, this.#size);
    if (this.#kept.length === this.#size) this.#limit = this.#kept.at(-1)?.rank ?? 0;
  }
}

function recordIn(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
