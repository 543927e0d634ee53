import { createHash, type Hash } from 'node:crypto';
import type { LogRecord } from '#contract/log-record.ts';
import type { Product } from '#contract/products.ts';
import { parseRecordLine } from '#core/logs/record-line.ts';
import type { DaySource } from './kept-states.ts';
import { gunzip, lines } from './ndjson.ts';

/** One thing that a product is made of: the corpus as records, or a bought product as its gzip NDJSON. */
export type BuildInput = CorpusInput | BoughtInput;

export interface CorpusInput {
  readonly product: 'corpus';
  readonly version: string;
  /** With `only`, those of these days alone. `leftOut` gets the folded nicks of those whose messages were dropped. */
  readonly records: (only?: ReadonlySet<string>, leftOut?: Set<string>) => AsyncIterable<LogRecord>;
  /** Its days with their hashes; without them, all of it is read. */
  readonly days?: () => Promise<DaySource['days']>;
  readonly optOuts?: DaySource['optOuts'];
  /** Who was left out, once the records were read. */
  readonly leftOut?: Set<string>;
}

export interface BoughtInput {
  readonly product: Product;
  readonly version: string;
  /** Of the gzip bytes; checked while they are read. */
  readonly sha256?: string;
  /** As its seller told. */
  readonly leftOut?: number | undefined;
  readonly open: () => Promise<AsyncIterable<Uint8Array>>;
}

/** The input by days; undefined when it is none. Of a purchase, all is read to tell its days apart, and no more parsed than is asked for. */
export async function daySource(input: BuildInput): Promise<DaySource | undefined> {
  if (input.product === 'corpus') {
    const { days, records, optOuts } = input;
    if (days === undefined) return undefined;
    const source = { days: await days(), messages: records };
    return optOuts === undefined ? source : { ...source, optOuts };
  }
  return input.product === 'raw_logs' ? Purchase.of(input) : undefined;
}

/** The numbers of a day's first and last line, how many there are, and the hash of all of them. */
interface Span {
  readonly first: number;
  last: number;
  messages: number;
  readonly hash: Hash;
}

/** A purchase by days. Who asks for its days in their order reads it once: it goes on where the last question left it. */
class Purchase implements DaySource {
  readonly days: DaySource['days'];
  readonly #input: BoughtInput;
  readonly #spans: ReadonlyMap<string, Span>;
  readonly #lines: number;
  #reading: AsyncGenerator<DayLines, void> | undefined;
  /** Lines that were read. */
  #at = 0;

  private constructor(input: BoughtInput, spans: ReadonlyMap<string, Span>, lines: number) {
    this.#input = input;
    this.#spans = spans;
    this.#lines = lines;
    this.days = [...spans].map(([day, { hash, messages }]) => ({
      ...{ day, messages },
      hash: hash.digest('hex'),
    }));
  }

  /** Reads all of it, to tell its days apart. */
  static async of(input: BoughtInput): Promise<Purchase> {
    const spans = new Map<string, Span>();
    let at = 0;
    for await (const { day, own } of daysIn(input)) {
      const span = spans.get(day) ?? {
        ...{ first: at, last: at, messages: 0 },
        hash: createHash('sha256'),
      };
      span.hash.update(`${own.join('\n')}\n`);
      at += own.length;
      span.last = at - 1;
      span.messages += own.length;
      spans.set(day, span);
    }
    return new Purchase(input, spans, at);
  }

  async *messages(only: ReadonlySet<string>): AsyncGenerator<LogRecord> {
    const spans = [...only].flatMap((day) => this.#spans.get(day) ?? []);
    const first = spans.reduce((least, span) => Math.min(least, span.first), Infinity);
    const last = spans.reduce((most, span) => Math.max(most, span.last), -1);
    if (first < this.#at) await this.close();
    while (this.#at <= last) {
      const { day, own } = await this.#next();
      if (only.has(day)) for (const line of own) yield parseRecordLine(line);
    }
  }

  async close(): Promise<void> {
    await this.#reading?.return(undefined);
    this.#reading = undefined;
    this.#at = 0;
  }

  async #next(): Promise<DayLines> {
    this.#reading ??= daysIn(this.#input);
    const { value, done } = await this.#reading.next();
    if (done === true) throw new Error('The purchase is shorter than it was a moment ago.');
    this.#at += value.own.length;
    // to its very end, where its hash is checked
    if (this.#at === this.#lines) await this.#reading.next();
    return value;
  }
}

interface DayLines {
  readonly day: string;
  readonly own: readonly string[];
}

/** Lines that stand together and are of one day. */
async function* daysIn(input: BoughtInput): AsyncGenerator<DayLines, void> {
  for await (const batch of linesOf(input)) {
    for (let from = 0; from < batch.length; ) {
      const day = dayOf(batch[from] ?? '');
      let to = from + 1;
      while (to < batch.length && dayOf(batch[to] ?? '') === day) to += 1;
      const own = batch.slice(from, to).filter((line) => line !== '');
      if (own.length > 0) yield { day, own };
      from = to;
    }
  }
}

const STAMPED = /^\{"ts":"(\d{4}-\d\d-\d\d)T/;

/** As our own sellers write it; lines that others write otherwise are one day together. */
function dayOf(line: string): string {
  return STAMPED.exec(line)?.[1] ?? '0000-00-00';
}

/** The records of a purchase. */
export async function* parsed<T>(
  input: BoughtInput,
  schema: { readonly parse: (value: unknown) => T },
): AsyncGenerator<T> {
  for await (const batch of linesOf(input)) {
    for (const line of batch) yield schema.parse(JSON.parse(line));
  }
}

async function* linesOf(input: BoughtInput): AsyncGenerator<readonly string[]> {
  yield* lines(gunzip(verified(await input.open(), input)));
}

/** What was bought was checked then; this tells a purchase that was damaged since. */
async function* verified(
  body: AsyncIterable<Uint8Array>,
  { product, version, sha256 }: BoughtInput,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
  const found = hash.digest('hex');
  if (sha256 !== undefined && found !== sha256) {
    throw new Error(
      `Stored ${product} ${version} has sha256 ${found}, not ${sha256} as bought: fetch it again.`,
    );
  }
}
