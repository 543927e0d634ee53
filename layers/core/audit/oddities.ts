import type { Product } from '#contract/products.ts';
import type { Finding } from './judge.ts';

/** Something statistically odd about goods that hold their form. */
export interface Oddity extends Finding {
  readonly reason: 'constant-scores' | 'duplicates';
}

/** Fewest values from which equal ones are called constant. */
const FEWEST_VALUES = 10;
/** Share of records that say what another says, from which they are called copies. */
const MOST_COPIES = 0.2;
const FEWEST_RECORDS = 5;
/** Numbers that measure people: nobody's are all the same. */
const MEASURE = /score|confidence|richness|engagement|share/i;
/** Whom a record is about and when: what is left says something. */
const WHOM = new Set(['user', 'ts', 'messages', 'firstSeen', 'lastSeen', 'rank']);

interface Measured {
  readonly first: number;
  count: number;
  isVaried: boolean;
}

/**
 * Watches records go by and remembers what is odd about them. Of profiles its memory grows with users; of raw logs, where people do say
 * the same, it knows only how often a line repeats the one before.
 */
export class Oddities {
  readonly #product: Product;
  readonly #measures = new Map<string, Measured>();
  readonly #said = new Set<string>();
  #previous = '';
  #records = 0;
  #copies = 0;

  constructor(product: Product) {
    this.#product = product;
  }

  accept(line: string): void {
    this.#records += 1;
    if (this.#product === 'raw_logs') {
      if (line === this.#previous) this.#copies += 1;
      this.#previous = line;
      return;
    }
    const record = json(line);
    // a broken record is the checks' business
    if (record === undefined) return;
    this.#measure(record, '');
    // who says nothing says what all say who say nothing: that is `hollow`, and held against the goods already
    if (isHollow(record)) return;
    const substance = JSON.stringify(record, (key, value: unknown) =>
      WHOM.has(key) || key === 'soulMd' ? undefined : value,
    );
    if (this.#said.has(substance)) this.#copies += 1;
    else this.#said.add(substance);
  }

  found(): readonly Oddity[] {
    const constant = [...this.#measures]
      .filter(([, { count, isVaried }]) => !isVaried && count >= FEWEST_VALUES)
      .map(([path, { first, count }]) => `${path} is ${first} in all ${count} places`);
    const oddities: Oddity[] = [];
    if (constant.length > 0)
      oddities.push({
        reason: 'constant-scores',
        detail: constant.slice(0, 3).join('; '),
        cost: 50,
      });
    if (this.#records >= FEWEST_RECORDS && this.#copies > this.#records * MOST_COPIES) {
      const detail = `${this.#copies} of ${this.#records} records say what another says`;
      oddities.push({ reason: 'duplicates', detail, cost: 40 });
    }
    return oddities;
  }

  /** Every number that measures, by its path; the places of a list are one path. */
  #measure(value: unknown, path: string): void {
    if (Array.isArray(value)) {
      for (const item of value) this.#measure(item, `${path}[]`);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value))
        this.#measure(inner, path === '' ? key : `${path}.${key}`);
    } else if (typeof value === 'number' && MEASURE.test(path)) this.#count(path, value);
  }

  #count(path: string, value: number): void {
    const seen = this.#measures.get(path) ?? { first: value, count: 0, isVaried: false };
    seen.count += 1;
    if (value !== seen.first) seen.isVaried = true;
    this.#measures.set(path, seen);
  }
}

function isHollow(record: unknown): boolean {
  return (
    typeof record === 'object' &&
    record !== null &&
    'skills' in record &&
    Array.isArray(record.skills) &&
    record.skills.length === 0
  );
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
