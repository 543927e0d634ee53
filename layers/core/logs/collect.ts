import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import type { QuarantineEntry, SourceCounts, SourceListing } from '#contract/log-record.ts';
import type { Found, Unreadable } from './found.ts';
import { NO_COUNTS } from './manifest.ts';
import { LogParser } from './parse.ts';
import type { Store } from './read.ts';
import { recordLine } from './record-line.ts';
import { SegmentWriter } from './segments.ts';
import { escapedHead } from './text.ts';
import type { Clock } from './time.ts';

/** Details kept of one source's quarantine; beyond, pieces are counted only, and the raw upload still has them. */
const MAX_ENTRIES = 10_000;
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

/**
 * Streams one upload into segments, a quarantine object when something could not be read, and a listing of it all. Every
 * object is named by its content, so doing it again, or half of it, changes nothing that anyone reads.
 */
export async function collect(
  upload: Upload,
  store: Store & { readonly clock: Clock },
): Promise<Collected> {
  const { agent, source } = upload;
  const { objects, codec } = store;
  const writer = new SegmentWriter({ agent, source, objects, codec });
  const tally = new Tally(source, writer);
  const parser = new LogParser(source, store.clock, tally);
  for await (const chunk of plain(upload.bytes, store, tally)) {
    parser.push(chunk);
    await writer.relieve();
  }
  tally.bytesEnd();
  parser.end();

  const segments = [...(await writer.finish())];
  const { counts, refused, entries } = tally;
  if (entries.length > 0 || upload.hadQuarantine) {
    const body = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    const key = objectKey.quarantine(agent, `${source}.ndjson`);
    await objects.put(key, encode(body), { contentType: 'application/x-ndjson' });
  }
  const listing: SourceListing = { v: 1, source, counts, segments };
  const text = JSON.stringify(listing);
  const key = objectKey.corpus(agent, `sources/${codec.sha256(text)}.json`);
  await objects.put(key, encode(text), { contentType: 'application/json', ifAbsent: true });
  return { listing: key, counts, ...(refused === undefined ? {} : { refused }) };
}

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The upload's bytes, decompressed when they begin as gzip does. Offsets count decompressed bytes. */
async function* plain(
  bytes: AsyncIterable<Uint8Array>,
  { codec }: Store,
  tally: Tally,
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
    tally.torn = `the gzip stream is damaged (${reason})`;
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
