import * as z from 'zod';
import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import type { LogRecord } from '#contract/log-record.ts';
import type { Product } from '#contract/products.ts';
import type { ProductRecord } from '#contract/profiles.ts';
import type { Objects } from '#core/ports/objects.ts';
import { stateOf } from '#core/refinery/refine.ts';
import type { State } from '#core/refinery/state.ts';
import { emptyHeap } from './lean-heap.ts';
import { lines, unzstd, zstdTexts } from './ndjson.ts';

/** A log by days, of which any may be read alone. */
export interface DaySource {
  /** `YYYY-MM-DD` and a hash of all that was said that day, in order. */
  readonly days: readonly { readonly day: string; readonly hash: string }[];
  /** The messages of these days. `leftOut` gets the folded nick of everyone who was left out of them. */
  readonly messages: (only: ReadonlySet<string>, leftOut: Set<string>) => AsyncIterable<LogRecord>;
  /** Who opted out, and the number of changes that this list has: another list leaves other messages. */
  readonly optOuts?: { readonly revision: number; readonly nicks: ReadonlySet<string> };
  /** Lets go of what it may hold open. */
  readonly close?: () => Promise<void>;
}

export interface Keeping {
  readonly seller: AgentId;
  readonly product: Product;
  readonly codeVersion: string;
  readonly zone: string;
  readonly objects: Objects;
}

/** What a kept state was made of. `leftOut` are places in the sorted list of opt-outs: names that were taken out stay out. */
const Head = z.object({
  v: z.literal(1),
  codeVersion: z.string(),
  product: z.string(),
  zone: z.string(),
  revision: z.int(),
  days: z.array(z.tuple([z.string(), z.string()])),
  leftOut: z.array(z.int()),
});
type Head = z.infer<typeof Head>;

/** Messages whose garbage is worth a collection of its own. */
const MUCH = 50_000;

/** A state that cannot be read to its end. */
class Unreadable extends Error {}

/**
 * The state of all of `source`, of which only days are read that no kept state holds. One is kept for each calendar year, of all its
 * days but the log's newest, which still grows: a day that is added costs itself, one that changed later costs its year. A kept
 * state that is missing, damaged, of other code or of another list of opt-outs is made anew and written over.
 */
export async function stateOfDays(
  keeping: Keeping,
  source: DaySource,
  leftOut: Set<string>,
): Promise<State<ProductRecord>> {
  const job = new Job(keeping, source, leftOut);
  try {
    return await job.state(true);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return await job.state(false);
  } finally {
    await source.close?.();
  }
}

class Job {
  readonly #keeping: Keeping;
  readonly #source: DaySource;
  readonly #leftOut: Set<string>;
  readonly #nicks: readonly string[];
  #heard = 0;

  constructor(keeping: Keeping, source: DaySource, leftOut: Set<string>) {
    this.#keeping = keeping;
    this.#source = source;
    this.#leftOut = leftOut;
    this.#nicks = [...(source.optOuts?.nicks ?? [])].sort();
  }

  async state(isTrusting: boolean): Promise<State<ProductRecord>> {
    const days = this.#source.days.toSorted((a, b) => (a.day < b.day ? -1 : 1));
    const years = Map.groupBy(days.slice(0, -1), ({ day }) => day.slice(0, 4));
    await this.#forgetAllBut(new Set(years.keys().map((year) => this.#key(year))));
    for (const [year, own] of years) await this.#keep(year, own, isTrusting);
    // only now: one state is in memory at a time
    this.#leaveNothing();
    const total = this.#empty();
    for (const year of years.keys()) {
      const head = await this.#restore(year, total);
      for (const place of head?.leftOut ?? []) this.#leftOut.add(this.#nicks[place] ?? '');
    }
    await this.#hear(total, days.slice(-1), this.#leftOut);
    this.#leaveNothing();
    return total;
  }

  /** What was said in a year of which nothing is left (all who spoke opted out) is remembered no longer. */
  async #forgetAllBut(wanted: ReadonlySet<string>): Promise<void> {
    const { seller, product, objects } = this.#keeping;
    const found = await Array.fromAsync(objects.list(objectKey.state(seller, product, '')));
    const gone = found.map(({ key }) => key).filter((key) => !wanted.has(key));
    if (gone.length > 0) await objects.remove(gone);
  }

  /** Makes sure that the year's state is kept. */
  async #keep(year: string, days: DaySource['days'], isTrusting: boolean): Promise<void> {
    const found = isTrusting ? await this.#headOf(year) : undefined;
    const hashes = new Map(days.map(({ day, hash }) => [day, hash]));
    const fits =
      found !== undefined &&
      this.#isOurs(found) &&
      found.days.every(([day, hash]) => hashes.get(day) === hash);
    const known = new Set(fits ? found.days.map(([day]) => day) : []);
    const fresh = days.filter(({ day }) => !known.has(day));
    if (fits && fresh.length === 0) return;
    const state = this.#empty();
    const leftOut = new Set<string>();
    if (fits) {
      await this.#restore(year, state);
      for (const place of found.leftOut) leftOut.add(this.#nicks[place] ?? '');
    }
    await this.#hear(state, fresh, leftOut);
    await this.#write(year, state, {
      days: days.map(({ day, hash }): [string, string] => [day, hash]),
      leftOut: [...leftOut].map((nick) => this.#nicks.indexOf(nick)).sort((a, b) => a - b),
    });
  }

  async #hear(
    state: State<ProductRecord>,
    days: DaySource['days'],
    leftOut: Set<string>,
  ): Promise<void> {
    const only = new Set(days.map(({ day }) => day));
    if (only.size === 0) return;
    for await (const record of this.#source.messages(only, leftOut)) {
      state.hear(record);
      this.#heard += 1;
    }
  }

  /** What hearing so much has left behind must not stand beside what comes next. */
  #leaveNothing(): void {
    if (this.#heard >= MUCH) emptyHeap();
  }

  #isOurs({ codeVersion, product, zone, revision }: Head): boolean {
    const keeping = this.#keeping;
    return (
      codeVersion === keeping.codeVersion &&
      product === keeping.product &&
      zone === keeping.zone &&
      revision === this.#revision
    );
  }

  get #revision(): number {
    return this.#source.optOuts?.revision ?? 0;
  }

  #empty(): State<ProductRecord> {
    const { product, zone } = this.#keeping;
    const state = stateOf(product, zone);
    if (state === undefined) throw new Error(`${product} remembers nothing.`);
    return state;
  }

  #key(year: string): string {
    const { seller, product } = this.#keeping;
    return objectKey.state(seller, product, `${year}.ndjson.zst`);
  }

  async #write(
    year: string,
    state: State<ProductRecord>,
    { days, leftOut }: Pick<Head, 'days' | 'leftOut'>,
  ): Promise<void> {
    const { codeVersion, product, zone, objects } = this.#keeping;
    const revision = this.#revision;
    const head: Head = { v: 1, codeVersion, product, zone, revision, days, leftOut };
    function* texts(): Generator<string> {
      yield JSON.stringify(head);
      yield* state.kept();
    }
    await objects.write(this.#key(year), zstdTexts(texts()), 'application/zstd');
  }

  /** Undefined when nothing is kept, or nothing that begins as it should. */
  async #headOf(year: string): Promise<Head | undefined> {
    try {
      for await (const line of this.#lines(year)) return Head.parse(JSON.parse(line));
    } catch {
      // made anew
    }
    return undefined;
  }

  /** Adds what is kept of the year. Throws {@link Unreadable}, and then `state` is of no use. */
  async #restore(year: string, state: State<ProductRecord>): Promise<Head | undefined> {
    let head: Head | undefined;
    try {
      for await (const line of this.#lines(year)) {
        if (head === undefined) head = Head.parse(JSON.parse(line));
        else state.restore(line);
      }
    } catch (cause) {
      throw new Unreadable(`The state of ${year} cannot be read.`, { cause });
    }
    return head;
  }

  async *#lines(year: string): AsyncGenerator<string> {
    const body = await this.#keeping.objects.open(this.#key(year));
    if (body === undefined || body === 'changed') return;
    for await (const batch of lines(unzstd(body))) yield* batch;
  }
}
