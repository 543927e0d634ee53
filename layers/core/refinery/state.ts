import * as z from 'zod';
import type { LogRecord } from '#contract/log-record.ts';
import { compareCodePoints } from './text.ts';

/** Counts or a sample: what is added up again is the same whatever the order and however it was divided. */
export interface Part {
  /** As JSON; equal contents give equal values. */
  kept(): unknown;
  /** Adds what {@link kept} gave. Throws when it is no such thing. */
  restore(kept: unknown): void;
}

/**
 * Pairs of whole numbers and texts, as parts give them away. By hand: a kept year has hundreds of thousands of them, and half the time of
 * reading it back was zod's. Throws when it is no such thing.
 */
export function pairsOf<A extends 'number' | 'string', B extends 'number' | 'string'>(
  kept: unknown,
  [first, second]: readonly [A, B],
): readonly (readonly [Kind[A], Kind[B]])[] {
  const isPair = (pair: unknown): pair is [Kind[A], Kind[B]] =>
    Array.isArray(pair) && pair.length === 2 && isOf(pair[0], first) && isOf(pair[1], second);
  if (!Array.isArray(kept) || !kept.every(isPair))
    throw new Error(`What was kept are no pairs of a ${first} and a ${second}.`);
  return kept;
}

interface Kind {
  readonly number: number;
  readonly string: string;
}

function isOf(value: unknown, kind: 'number' | 'string'): boolean {
  return kind === 'string' ? typeof value === 'string' : Number.isSafeInteger(value);
}

/** What is counted under one key, and when it was first and last heard of. */
export interface Page {
  firstSeen: string;
  lastSeen: string;
}

/** Key, first and last time, and the parts of one page. */
const KeptPage = z.tuple([z.string(), z.string(), z.string()]).rest(z.unknown());
type KeptPage = z.infer<typeof KeptPage>;
const KeptLine = z.tuple([z.string(), KeptPage]);

/** Pages by key. */
export class Book<T extends Page> {
  readonly #pages = new Map<string, T>();
  readonly #open: (key: string, ts: string) => T;
  readonly #parts: (page: T) => readonly Part[];

  constructor(open: (key: string, ts: string) => T, parts: (page: T) => readonly Part[]) {
    this.#open = open;
    this.#parts = parts;
  }

  /** The page of `key`, which was heard of at `ts`. */
  at(key: string, ts: string): T {
    let page = this.#pages.get(key);
    if (page === undefined) {
      page = this.#open(key, ts);
      this.#pages.set(key, page);
    }
    if (ts < page.firstSeen) page.firstSeen = ts;
    if (ts > page.lastSeen) page.lastSeen = ts;
    return page;
  }

  /** In code-point order of their keys. */
  all(): T[] {
    return this.#sorted().map(([, page]) => page);
  }

  *kept(): Generator<KeptPage> {
    for (const [key, page] of this.#sorted()) {
      const parts = this.#parts(page).map((part) => part.kept());
      yield [key, page.firstSeen, page.lastSeen, ...parts];
    }
  }

  restore([key, firstSeen, lastSeen, ...kept]: KeptPage): void {
    this.at(key, firstSeen);
    const parts = this.#parts(this.at(key, lastSeen));
    if (kept.length !== parts.length) throw new Error(`A page has ${kept.length} parts.`);
    for (const [place, part] of parts.entries()) part.restore(kept[place]);
  }

  #sorted(): [string, T][] {
    return [...this.#pages].sort(([a], [b]) => compareCodePoints(a, b));
  }
}

type Kept = Pick<Book<Page>, 'kept' | 'restore'>;

/**
 * What is remembered of messages: memory grows with people and days, not with messages. Two parts of a log that were heard apart and
 * added up are what the whole log would have been, and so is a state that was kept and restored.
 */
export abstract class State<R> {
  /** By the name under which they are kept. */
  protected abstract readonly books: Readonly<Record<string, Kept>>;

  abstract hear(record: LogRecord): void;

  /** What the product says of all that was heard. */
  abstract records(): Iterable<R>;

  /** As lines of JSON: equal states give equal lines. */
  *kept(): Generator<string> {
    for (const [name, book] of Object.entries(this.books))
      for (const page of book.kept()) yield JSON.stringify([name, page]);
  }

  /** Adds one line of another part's {@link kept}. Throws when it is none; what was added before of that part stays. */
  restore(line: string): void {
    const [name, page] = KeptLine.parse(JSON.parse(line));
    const book = Object.hasOwn(this.books, name) ? this.books[name] : undefined;
    if (book === undefined) throw new Error(`Nothing is kept under ${name}.`);
    book.restore(page);
  }
}

/** What `state` says once it has heard all of the messages. */
export async function* recordsOf<R>(
  state: State<R>,
  messages: AsyncIterable<LogRecord>,
): AsyncGenerator<R> {
  for await (const record of messages) state.hear(record);
  yield* state.records();
}
