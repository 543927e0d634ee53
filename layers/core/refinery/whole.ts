import * as z from 'zod';
import { compareCodePoints } from './text.ts';

/** Key, first and last time, and the parts of one page. */
const KeptPage = z.tuple([z.string(), z.string(), z.string()]).rest(z.unknown());
export type KeptPage = z.infer<typeof KeptPage>;

/** The name of a book and one of its pages: what a state is kept as. */
export const KeptLine = z.tuple([z.string(), KeptPage]);
export type KeptLine = z.infer<typeof KeptLine>;

/** A state as it was kept: book by book, and in code-point order of their keys. */
export type KeptLines = AsyncIterable<KeptLine> | Iterable<KeptLine>;

/** What was kept cannot be read as a state. */
export class BrokenState extends Error {}

/**
 * States of parts of one log, read as the state of all of it: page by page, so that of each part one page is in memory. Books are asked
 * for in the order in which they were kept.
 */
export class Whole {
  readonly #parts: readonly Cursor[];

  private constructor(parts: readonly Cursor[]) {
    this.#parts = parts;
  }

  static async of(parts: readonly KeptLines[]): Promise<Whole> {
    const cursors = parts.map((lines) => new Cursor(lines));
    for (const cursor of cursors) await cursor.advance();
    return new Whole(cursors);
  }

  /** For each key of the book, in code-point order, its page of every part that has one. */
  async *pages(book: string): AsyncGenerator<[KeptPage, ...KeptPage[]]> {
    for (;;) {
      const here = this.#parts.flatMap((cursor) => {
        const page = cursor.pageOf(book);
        return page === undefined ? [] : [{ cursor, page }];
      });
      const [first] = here;
      if (first === undefined) return;
      const [least] = here.reduce(
        (key, { page }) => (compareCodePoints(page[0], key[0]) < 0 ? page : key),
        first.page,
      );
      const same = here.filter(({ page: [key] }) => key === least);
      const [one, ...more] = same.map(({ page }) => page);
      if (one === undefined) return;
      yield [one, ...more];
      for (const { cursor } of same) await cursor.advance();
    }
  }

  /** Throws {@link BrokenState} unless every page was read. */
  end(): void {
    for (const { line } of this.#parts) {
      if (line === undefined) continue;
      throw new BrokenState(`Nothing is kept under ${line[0]}, or not there.`);
    }
  }

  /** Lets go of what is still open. */
  async close(): Promise<void> {
    for (const cursor of this.#parts) await cursor.close();
  }
}

/** One part, and the line at which it stands; undefined at its end. */
class Cursor {
  readonly #lines: AsyncIterator<KeptLine, unknown> | Iterator<KeptLine, unknown>;
  line: KeptLine | undefined;

  constructor(lines: KeptLines) {
    this.#lines =
      Symbol.asyncIterator in lines ? lines[Symbol.asyncIterator]() : lines[Symbol.iterator]();
  }

  pageOf(book: string): KeptPage | undefined {
    return this.line?.[0] === book ? this.line[1] : undefined;
  }

  async advance(): Promise<void> {
    const before = this.line;
    const next = await this.#lines.next();
    this.line = next.done === true ? undefined : next.value;
    const page = before && this.pageOf(before[0]);
    if (before && page && compareCodePoints(before[1][0], page[0]) >= 0)
      throw new BrokenState(`In ${before[0]}, ${page[0]} is out of order.`);
  }

  async close(): Promise<void> {
    await this.#lines.return?.();
  }
}
