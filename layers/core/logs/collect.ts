import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import type { QuarantineEntry, SourceCounts, SourceListing } from '#contract/log-record.ts';
import { LogParser } from './parse.ts';
import type { Store } from './read.ts';
import { type DaySegment, SegmentWriter } from './segments.ts';
import { Tally } from './tally.ts';
import type { Clock } from './time.ts';

/** One file, or the part of one that begins at a record (`parts.ts` cuts them). */
export interface Part {
  readonly agent: AgentId;
  readonly source: string;
  /** The file's name, which may tell its day. */
  readonly name: string;
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
 * Streams a part into segments. Every object is named by its content, so doing it again, or half of it, changes nothing that
 * anyone reads. `stream.torn` is looked at when the bytes have ended: why they ended before the file did.
 */
export async function readPart(
  { agent, source, name, bytes }: Part,
  { objects, codec, clock }: Store & { readonly clock: Clock },
  stream: { readonly torn: string | undefined },
): Promise<PartRead> {
  const writer = new SegmentWriter({ agent, source, objects, codec });
  const tally = new Tally(source, writer.lines);
  const parser = new LogParser(name, clock, tally);
  for await (const piece of bytes) {
    parser.push(piece);
    await writer.relieve();
  }
  tally.torn = stream.torn;
  tally.bytesEnd();
  parser.end();
  const segments = await writer.finish();
  const { counts, refused, entries } = tally;
  return { counts, segments, entries, ...(refused === undefined ? {} : { refused }) };
}

/** Writes what could not be read, or empties what an earlier upload of the source left there. */
export async function putQuarantine(
  {
    agent,
    source,
    hadQuarantine,
  }: {
    readonly agent: AgentId;
    readonly source: string;
    /** An earlier upload of the source left a quarantine object, which must not outlive its cause. */
    readonly hadQuarantine: boolean;
  },
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
  agent: AgentId,
  listing: SourceListing,
  { objects, codec }: Store,
): Promise<string> {
  const text = JSON.stringify(listing);
  const key = objectKey.corpus(agent, `sources/${codec.sha256(text)}.json`);
  await objects.put(key, encode(text), { contentType: 'application/json' });
  return key;
}

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
