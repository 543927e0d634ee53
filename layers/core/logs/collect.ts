import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import type { SourceCounts, SourceListing } from '#contract/log-record.ts';
import { LogParser } from './parse.ts';
import { plain } from './plain.ts';
import type { Store } from './read.ts';
import { SegmentWriter } from './segments.ts';
import { Tally } from './tally.ts';
import type { Clock } from './time.ts';

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
  const tally = new Tally(source, writer.lines);
  const parser = new LogParser(source, store.clock, tally);
  for await (const piece of plain(upload.bytes, codec, tally)) {
    parser.push(piece);
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
