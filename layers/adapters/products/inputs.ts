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
  if (input.product !== 'raw_logs') return undefined;
  return { days: await daysOf(input), messages: (only) => messagesOf(input, only) };
}

async function daysOf(input: BoughtInput): Promise<DaySource['days']> {
  const hashes = new Map<string, Hash>();
  for await (const { day, own } of daysIn(input)) {
    const hash = hashes.get(day) ?? createHash('sha256');
    hashes.set(day, hash.update(`${own.join('\n')}\n`));
  }
  return [...hashes].map(([day, hash]) => ({ day, hash: hash.digest('hex') }));
}

async function* messagesOf(
  input: BoughtInput,
  only: ReadonlySet<string>,
): AsyncGenerator<LogRecord> {
  for await (const { day, own } of daysIn(input)) {
    if (only.has(day)) for (const line of own) yield parseRecordLine(line);
  }
}

interface DayLines {
  readonly day: string;
  readonly own: readonly string[];
}

/** Lines that stand together and are of one day. */
async function* daysIn(input: BoughtInput): AsyncGenerator<DayLines> {
  for await (const batch of linesOf(input)) {
    for (let from = 0; from < batch.length; ) {
      const day = dayOf(batch[from] ?? '');
      let to = from + 1;
      while (to < batch.length && dayOf(batch[to] ?? '') === day) to += 1;
      yield { day, own: batch.slice(from, to).filter((line) => line !== '') };
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
