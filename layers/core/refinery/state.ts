import type { LogRecord } from '#contract/log-record.ts';
import { compareCodePoints } from './text.ts';
import { BrokenState, type KeptLine, type KeptLines, type KeptPage, Whole } from './whole.ts';

/** Counts or a sample: what is added up again is the same whatever the order and however it was divided. */
export interface Part {
  /** As JSON, to be read before anything is added; equal contents give equal values. */
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

/** Pages by key. */
export class Book<T extends Page> {
  readonly #pages = new Map<string, T>();
  readonly #name: string;
  readonly #open: (key: string, ts: string) => T;
  readonly #parts: (page: T) => readonly Part[];

  constructor(
    name: string,
    open: (key: string, ts: string) => T,
    parts: (page: T) => readonly Part[],
  ) {
    this.#name = name;
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
    seen(page, ts);
    return page;
  }

  /** What was heard, in code-point order of its keys. */
  *kept(): Generator<KeptLine> {
    const sorted = [...this.#pages].sort(([a], [b]) => compareCodePoints(a, b));
    for (const [key, page] of sorted) yield this.#line(key, page);
  }

  /** Its pages in `whole`, in code-point order of their keys. Throws {@link BrokenState}. */
  async *pagesIn(whole: Whole): AsyncGenerator<T> {
    for await (const same of whole.pages(this.#name)) yield this.#joined(same);
  }

  /** The same, to be kept. */
  async *keptOf(whole: Whole): AsyncGenerator<KeptLine> {
    for await (const same of whole.pages(this.#name)) {
      const [first, ...more] = same;
      yield more.length === 0 ? [this.#name, first] : this.#line(first[0], this.#joined(same));
    }
  }

  #line(key: string, page: T): KeptLine {
    const parts = this.#parts(page).map((part) => part.kept());
    return [this.#name, [key, page.firstSeen, page.lastSeen, ...parts]];
  }

  #joined(same: readonly [KeptPage, ...KeptPage[]]): T {
    const [[key, ts]] = same;
    const page = this.#open(key, ts);
    const parts = this.#parts(page);
    for (const [, firstSeen, lastSeen, ...kept] of same) {
      seen(page, firstSeen);
      seen(page, lastSeen);
      if (kept.length !== parts.length)
        throw new BrokenState(`A page of ${this.#name} has ${parts.length} parts.`);
      for (const [place, part] of parts.entries()) restore(part, kept[place]);
    }
    return page;
  }
}

/** It was heard of at `ts`, too. */
export function seen(page: Page, ts: string): void {
  if (ts < page.firstSeen) page.firstSeen = ts;
  if (ts > page.lastSeen) page.lastSeen = ts;
}

function restore(part: Part, kept: unknown): void {
  try {
    part.restore(kept);
  } catch (cause) {
    throw new BrokenState('What was kept of a page is no such thing.', { cause });
  }
}

/**
 * What is remembered of messages: memory grows with people and days, not with messages. Two parts of a log that were heard apart and
 * are told together are what the whole log would have been, and so is a state that was kept.
 */
export abstract class State<R> {
  /** In the order in which they are kept. */
  protected abstract readonly books: readonly Pick<Book<Page>, 'kept' | 'keptOf'>[];

  abstract hear(record: LogRecord): void;

  /** What the product says of a whole log: reads {@link books} in their order, and every one of them. */
  protected abstract tell(whole: Whole): AsyncGenerator<R>;

  /** What the product says of all that was heard, and of `parts` that were kept. Throws {@link BrokenState} when these cannot be read. */
  records(parts: readonly KeptLines[] = []): AsyncGenerator<R> {
    return this.#read(parts, (whole) => this.tell(whole));
  }

  /** All that was heard, and `parts` that were kept, in one: equal contents give equal lines. Throws {@link BrokenState}. */
  async *kept(parts: readonly KeptLines[] = []): AsyncGenerator<KeptLine> {
    const { books } = this;
    if (parts.length === 0) yield* this.#heard();
    else
      yield* this.#read(parts, async function* (whole) {
        for (const book of books) yield* book.keptOf(whole);
      });
  }

  *#heard(): Generator<KeptLine> {
    for (const book of this.books) yield* book.kept();
  }

  async *#read<T>(
    parts: readonly KeptLines[],
    reading: (whole: Whole) => AsyncGenerator<T>,
  ): AsyncGenerator<T> {
    const whole = await Whole.of([...parts, this.#heard()]);
    try {
      yield* reading(whole);
      whole.end();
    } finally {
      await whole.close();
    }
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
