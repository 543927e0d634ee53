import * as z from 'zod';
import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import type { LogRecord } from '#contract/log-record.ts';
import type { Product } from '#contract/products.ts';
import type { ProductRecord } from '#contract/profiles.ts';
import type { CorpusDay } from '#core/ports/corpus.ts';
import type { Objects } from '#core/ports/objects.ts';
import { stateOf } from '#core/refinery/refine.ts';
import type { State } from '#core/refinery/state.ts';
import { BrokenState, KeptLine } from '#core/refinery/whole.ts';
import { lines, unzstd, zstdTexts } from './ndjson.ts';

/** A log by days, of which any may be read alone. */
export interface DaySource {
  readonly days: readonly CorpusDay[];
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
  /** Messages that are remembered in memory before what is known of them is put down. @default 100,000 */
  readonly batch?: number;
}

/** What a kept state was made of. `leftOut` are places in the sorted list of opt-outs: names that were taken out stay out. */
const Head = z.object({
  v: z.literal(2),
  codeVersion: z.string(),
  product: z.string(),
  zone: z.string(),
  revision: z.int(),
  days: z.array(z.tuple([z.string(), z.string()])),
  leftOut: z.array(z.int()),
});
type Head = z.infer<typeof Head>;

/**
 * What the product says of all of `source`, of which only days are read that no kept state holds. One is kept for each calendar year, of
 * all its days but the log's newest, which still grows: a day that is added costs itself, one that changed later costs its year. A kept
 * state that is missing, of other code or of another list of opt-outs is made anew and written over; all of them are unless
 * `isTrusting`. Of a year of many messages the state is put down batch by batch, so that what is in memory does not grow with the log,
 * and who is interrupted goes on from there. Throws {@link BrokenState} when a kept state cannot be read to its end.
 */
export async function* recordsOfDays(
  keeping: Keeping,
  source: DaySource,
  { leftOut, isTrusting }: { readonly leftOut: Set<string>; readonly isTrusting: boolean },
): AsyncGenerator<ProductRecord> {
  const job = new Job(keeping, source);
  try {
    yield* job.records(leftOut, isTrusting);
  } finally {
    await source.close?.();
  }
}

/** What a state is of: days, and those who were left out of them. */
type Known = Pick<Head, 'days' | 'leftOut'>;

class Job {
  readonly #keeping: Keeping;
  readonly #source: DaySource;
  readonly #nicks: readonly string[];

  constructor(keeping: Keeping, source: DaySource) {
    this.#keeping = keeping;
    this.#source = source;
    this.#nicks = [...(source.optOuts?.nicks ?? [])].sort();
  }

  async *records(leftOut: Set<string>, isTrusting: boolean): AsyncGenerator<ProductRecord> {
    const days = this.#source.days.toSorted((a, b) => (a.day < b.day ? -1 : 1));
    const byYear = Map.groupBy(days.slice(0, -1), ({ day }) => day.slice(0, 4));
    const years = [...byYear.keys()];
    await this.#forgetAllBut(new Set(years.map((year) => this.#key(year))));
    for (const [year, own] of byYear) {
      const known = await this.#keep(year, own, isTrusting);
      for (const nick of this.#nicksOf(known)) leftOut.add(nick);
    }
    const newest = this.#empty();
    await this.#hear(newest, days.slice(-1), leftOut);
    yield* newest.records(years.map((year) => this.#kept(year)));
  }

  /** What was said in a year of which nothing is left (all who spoke opted out) is remembered no longer. */
  async #forgetAllBut(wanted: ReadonlySet<string>): Promise<void> {
    const { seller, product, objects } = this.#keeping;
    const found = await Array.fromAsync(objects.list(objectKey.state(seller, product, '')));
    const gone = found.map(({ key }) => key).filter((key) => !wanted.has(key));
    if (gone.length > 0) await objects.remove(gone);
  }

  /** Makes sure that the year's state is kept. */
  async #keep(year: string, days: readonly CorpusDay[], isTrusting: boolean): Promise<Known> {
    const found = isTrusting ? await this.#headOf(year) : undefined;
    let known: Known = found && this.#fits(found, days) ? found : { days: [], leftOut: [] };
    const held = new Set(known.days.map(([day]) => day));
    const fresh = days.filter(({ day }) => !held.has(day));
    for (const batch of batchesOf(fresh, this.#keeping.batch))
      known = await this.#add(year, known, batch);
    return known;
  }

  /** Puts down what is known of a year together with more of its days. */
  async #add(year: string, known: Known, days: readonly CorpusDay[]): Promise<Known> {
    const state = this.#empty();
    const leftOut = new Set(this.#nicksOf(known));
    await this.#hear(state, days, leftOut);
    const more: Known = {
      days: [...known.days, ...days.map(({ day, hash }): [string, string] => [day, hash])],
      leftOut: [...leftOut].map((nick) => this.#nicks.indexOf(nick)).sort((a, b) => a - b),
    };
    await this.#write(year, more, state.kept(known.days.length === 0 ? [] : [this.#kept(year)]));
    return more;
  }

  async #hear(
    state: State<ProductRecord>,
    days: readonly CorpusDay[],
    leftOut: Set<string>,
  ): Promise<void> {
    const only = new Set(days.map(({ day }) => day));
    if (only.size === 0) return;
    for await (const record of this.#source.messages(only, leftOut)) state.hear(record);
  }

  #fits({ codeVersion, product, zone, revision, days }: Head, now: readonly CorpusDay[]): boolean {
    const keeping = this.#keeping;
    const hashes = new Map(now.map(({ day, hash }) => [day, hash]));
    return (
      codeVersion === keeping.codeVersion &&
      product === keeping.product &&
      zone === keeping.zone &&
      revision === this.#revision &&
      days.every(([day, hash]) => hashes.get(day) === hash)
    );
  }

  get #revision(): number {
    return this.#source.optOuts?.revision ?? 0;
  }

  #nicksOf({ leftOut }: Known): string[] {
    return leftOut.map((place) => this.#nicks[place] ?? '');
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

  async #write(year: string, known: Known, lines: AsyncIterable<KeptLine>): Promise<void> {
    const { codeVersion, product, zone, objects } = this.#keeping;
    const head: Head = { v: 2, codeVersion, product, zone, revision: this.#revision, ...known };
    async function* texts(): AsyncGenerator<string> {
      yield JSON.stringify(head);
      for await (const line of lines) yield JSON.stringify(line);
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

  /** What is kept of a year. */
  async *#kept(year: string): AsyncGenerator<KeptLine> {
    try {
      let isHead = true;
      for await (const line of this.#lines(year)) {
        if (!isHead) yield KeptLine.parse(JSON.parse(line));
        isHead = false;
      }
      if (isHead) throw new Error('It is empty.');
    } catch (cause) {
      throw new BrokenState(`The state of ${year} cannot be read.`, { cause });
    }
  }

  async *#lines(year: string): AsyncGenerator<string> {
    const body = await this.#keeping.objects.open(this.#key(year));
    if (body === undefined || body === 'changed') return;
    for await (const batch of lines(unzstd(body))) yield* batch;
  }
}

/** Days in their order, together while they have no more messages than `most`. */
function* batchesOf(days: readonly CorpusDay[], most = 100_000): Generator<CorpusDay[]> {
  let [batch, messages]: [CorpusDay[], number] = [[], 0];
  for (const day of days) {
    if (batch.length > 0 && messages + day.messages > most) {
      yield batch;
      [batch, messages] = [[], 0];
    }
    batch.push(day);
    messages += day.messages;
  }
  if (batch.length > 0) yield batch;
}
