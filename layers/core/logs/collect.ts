import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import type { QuarantineEntry, SourceCounts, SourceListing } from '#contract/log-record.ts';
import type { Found, Unreadable } from './found.ts';
import { NO_COUNTS } from './manifest.ts';
import { LogParser } from './parse.ts';
import type { Store } from './read.ts';
import { recordLine } from './record-line.ts';
import { type DaySegment, SegmentWriter } from './segments.ts';
import { escapedHead } from './text.ts';
import type { Clock } from './time.ts';

/** Details kept of one source's quarantine; beyond, pieces are counted only, and the raw upload still has them. */
export const MAX_ENTRIES = 10_000;
const GZIP = [0x1f, 0x8b];

export interface Upload {
  readonly agent: AgentId;
  /** Path under `<agent>/logs/`. */
  readonly source: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** An earlier upload of the source left a quarantine object, which must not outlive its cause. */
  readonly hadQuarantine: boolean;
}

export interface Collected {
  /** Key of the SourceListing that was written. */
  readonly listing: string;
  readonly counts: SourceCounts;
  readonly refused?: string;
}

/** One file, or the part of one that begins at a record (`read-on.ts` cuts them). */
export interface Part {
  readonly agent: AgentId;
  readonly source: string;
  /** The file's name, which may tell its day. @default - the source */
  readonly name?: string;
  /** Decompressed. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** What is in a part. Offsets and lines of `entries` count from the part's own beginning. */
export interface PartRead {
  readonly counts: SourceCounts;
  readonly segments: readonly DaySegment[];
  readonly entries: readonly QuarantineEntry[];
  readonly refused?: string;
}

/**
 * Streams one upload into segments, a quarantine object when something could not be read, and a listing of it all. Every
 * object is named by its content, so doing it again, or half of it, changes nothing that anyone reads.
 */
export async function collect(
  upload: Upload,
  store: Store & { readonly clock: Clock },
): Promise<Collected> {
  const { source } = upload;
  let torn: string | undefined;
  const bytes = plain(upload.bytes, store, (reason) => {
    torn = reason;
  });
  const read = await readPart({ ...upload, bytes }, store, () => torn);
  const { counts, refused, segments } = read;
  await putQuarantine(upload, read.entries, store);
  const listing = await putListing(
    upload,
    { v: 1, source, counts, segments: [...segments] },
    store,
  );
  return { listing, counts, ...(refused === undefined ? {} : { refused }) };
}

/** `torn` is asked when the bytes have ended: why they ended before the file did. */
export async function readPart(
  { agent, source, bytes, name = source }: Part,
  { objects, codec, clock }: Store & { readonly clock: Clock },
  torn: () => string | undefined = () => undefined,
): Promise<PartRead> {
  const writer = new SegmentWriter({ agent, source, objects, codec });
  const tally = new Tally(source, writer);
  const parser = new LogParser(name, clock, tally);
  for await (const chunk of bytes) {
    parser.push(chunk);
    await writer.relieve();
  }
  tally.torn = torn();
  tally.bytesEnd();
  parser.end();
  const segments = await writer.finish();
  const { counts, refused, entries } = tally;
  return { counts, segments, entries, ...(refused === undefined ? {} : { refused }) };
}

/** Writes what could not be read, or empties what an earlier upload of the source left there. */
export async function putQuarantine(
  { agent, source, hadQuarantine }: Pick<Upload, 'agent' | 'source' | 'hadQuarantine'>,
  entries: readonly QuarantineEntry[],
  { objects }: Store,
): Promise<void> {
  if (entries.length === 0 && !hadQuarantine) return;
  const body = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  const key = objectKey.quarantine(agent, `${source}.ndjson`);
  await objects.put(key, encode(body), { contentType: 'application/x-ndjson' });
}

/** Key of the listing, which is written if it is not there. */
export async function putListing(
  { agent }: Pick<Upload, 'agent'>,
  listing: SourceListing,
  { objects, codec }: Store,
): Promise<string> {
  const text = JSON.stringify(listing);
  const key = objectKey.corpus(agent, `sources/${codec.sha256(text)}.json`);
  await objects.put(key, encode(text), { contentType: 'application/json', ifAbsent: true });
  return key;
}

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The upload's bytes, decompressed when they begin as gzip does. Offsets count decompressed bytes. */
export async function* plain(
  bytes: AsyncIterable<Uint8Array>,
  { codec }: Pick<Store, 'codec'>,
  onTorn: (reason: string) => void,
): AsyncIterable<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  const all = resumed(first.value, iterator);
  if (!GZIP.every((byte, index) => first.value[index] === byte)) {
    yield* all;
    return;
  }
  yield* codec.gunzip(all, (reason) => {
    onTorn(`the gzip stream is damaged (${reason})`);
  });
}

async function* resumed(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncIterable<Uint8Array> {
  try {
    yield first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next())
      yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** Counts what a parser finds, and passes messages on. */
class Tally implements Found {
  readonly entries: QuarantineEntry[] = [];
  refused: string | undefined;
  /** Set when the bytes ended before the file did. */
  torn: string | undefined;
  counts: SourceCounts = { ...NO_COUNTS };
  readonly #source: string;
  readonly #writer: SegmentWriter;

  constructor(source: string, writer: SegmentWriter) {
    this.#source = source;
    this.#writer = writer;
  }

  message(record: Parameters<Found['message']>[0]): void {
    this.counts.read += 1;
    this.counts.messages += 1;
    this.#writer.add(recordLine(record));
  }

  notMessage(): void {
    this.counts.read += 1;
    this.counts.notMessages += 1;
  }

  quarantined({ offset, line, reason, bytes }: Unreadable): void {
    this.counts.read += 1;
    this.counts.quarantined += 1;
    if (this.entries.length < MAX_ENTRIES) {
      this.entries.push({ file: this.#source, offset, line, reason, head: escapedHead(bytes) });
    }
  }

  refuse(what: Unreadable): void {
    this.refused = what.reason;
    this.quarantined(what);
  }

  reencoded(): void {
    this.counts.reencoded += 1;
  }

  cut(): void {
    this.counts.cut += 1;
  }

  /** Before the parser is told: of a damaged stream it is not the file that is at fault. */
  bytesEnd(): void {
    if (this.torn === undefined) return;
    this.quarantined({ offset: 0, line: 1, reason: this.torn, bytes: new Uint8Array() });
  }
}
