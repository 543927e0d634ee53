import { type Product } from '#contract/products.ts';
import { PRODUCT_RECORD, type ProductRecord } from '#contract/profiles.ts';
import { compareCodePoints } from './text.ts';

/** What is wrong with one line, in a word and in a sentence. */
export interface Flaw {
  readonly reason: 'bad-record' | 'unordered';
  readonly detail: string;
}

/** Counts what a product holds while its records go by. Memory grows with users at most. */
export class Tally {
  records = 0;
  from = '';
  to = '';
  readonly #users = new Set<string>();
  /** The largest number of people that one record says it is about. */
  #most = 0;

  add(record: ProductRecord): void {
    this.records += 1;
    const [first, last] =
      'ts' in record ? [record.ts, record.ts] : [record.firstSeen, record.lastSeen];
    if (this.from === '' || first < this.from) this.from = first;
    if (last > this.to) this.to = last;
    if ('period' in record) this.#most = Math.max(this.#most, record.users);
    else this.#users.add(record.user);
  }

  get users(): number {
    return Math.max(this.#most, this.#users.size);
  }
}

/** Fewest records from which equal contents are called a fake. */
const FEWEST_FOR_CONSTANT = 5;

/** Checks the lines of one product one by one, in order, and remembers what they amount to. */
export class Inspector {
  readonly tally = new Tally();
  /** Records that are valid and say nothing: empty text, no skill, partial. */
  hollow = 0;
  readonly #product: Product;
  #previous: ProductRecord | undefined;
  #firstSubstance = '';
  #varied = false;

  constructor(product: Product) {
    this.#product = product;
  }

  /** What is wrong with this line; undefined when nothing is. */
  accept(line: string): Flaw | undefined {
    const parsed = this.#parse(line);
    if ('reason' in parsed) return parsed;
    if (this.#previous && !inOrder(this.#previous, parsed)) {
      return { reason: 'unordered', detail: `record ${this.tally.records + 1} is out of order` };
    }
    this.#previous = parsed;
    this.tally.add(parsed);
    if (isHollow(parsed)) this.hollow += 1;
    if (!this.#varied) this.#compare(parsed);
    return undefined;
  }

  /** True when every one of several records says the same: nothing that was computed does. */
  get isConstant(): boolean {
    return !this.#varied && this.tally.records >= FEWEST_FOR_CONSTANT;
  }

  #parse(line: string): ProductRecord | Flaw {
    const value = json(line);
    const parsed = PRODUCT_RECORD[this.#product].safeParse(value);
    if (parsed.success) return parsed.data;
    const where = parsed.error.issues[0];
    const what = where ? `${where.path.join('.')}: ${where.message}` : 'no record';
    return { reason: 'bad-record', detail: `record ${this.tally.records + 1}: ${what}` };
  }

  #compare(record: ProductRecord): void {
    const substance = substanceOf(record);
    if (this.tally.records === 1) this.#firstSubstance = substance;
    else this.#varied = substance !== this.#firstSubstance;
  }
}

/** Undefined for what is no JSON: no record is. */
function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Messages by time, maps by day with the overall one last, each day once, profiles by user, each user once. */
function inOrder(previous: ProductRecord, next: ProductRecord): boolean {
  if ('ts' in previous) return 'ts' in next && previous.ts <= next.ts;
  if ('period' in previous) return 'period' in next && previous.period < next.period;
  return 'user' in next && compareCodePoints(previous.user, next.user) < 0;
}

function isHollow(record: ProductRecord): boolean {
  if ('text' in record) return record.text.trim() === '';
  if ('period' in record) return record.topics.length === 0 && record.found.length === 0;
  if ('partial' in record) return record.partial;
  return 'skills' in record && record.skills.length === 0;
}

const SELF = new Set(['rank', 'soulMd']);

/** What a record says, without whom it is about. */
function substanceOf(record: ProductRecord): string {
  if ('text' in record) return record.text;
  if ('period' in record) {
    const { period, ...said } = record;
    return JSON.stringify(said);
  }
  const { user, messages, firstSeen, lastSeen, ...substance } = record;
  // everybody's rank is another, and a soul names its user
  return JSON.stringify(substance, (key, value: unknown) => (SELF.has(key) ? '' : value));
}
