import type { SourceItem, SourceProgress } from '#contract/log-record.ts';
import { putListing, putQuarantine } from './collect.ts';
import { ENGINE } from './parse.ts';
import { plain, resumed } from './plain.ts';
import { noProgress, putProgress, readOn, readProgress } from './read-on.ts';
import type { LogEvent, Services, Taken } from './take.ts';
import { NO_COUNTS } from './tally.ts';
import { isCompressed, OVERSIZED, unpacked } from './unpack.ts';

/** Reads a file that was uploaded whole, from its beginning or from where an earlier invocation stopped. */
export async function readWhole(
  event: LogEvent,
  services: Services,
  before: { readonly known: SourceItem | undefined; readonly progress: string | undefined },
): Promise<Taken> {
  const { agent, source } = event;
  const from = (await readProgress(before.progress, services)) ?? noProgress(source);
  const opened = await open(event, from, services);
  if (typeof opened === 'string') return { outcome: opened, counts: NO_COUNTS };
  const { bytes, stream, canGoOn } = opened;
  const { closed, whole } = await readOn(
    { agent, source, name: source },
    { from, bytes, stream },
    canGoOn ? services : { ...services, isLate: () => false },
  );
  if (whole === undefined) {
    const progress = await putProgress(agent, closed, services);
    return { outcome: 'unfinished', counts: NO_COUNTS, progress };
  }
  return finish(event, { whole, known: before.known }, services);
}

interface Opened {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly stream: { readonly torn: string | undefined };
  /** It can be opened again in its middle. */
  readonly canGoOn: boolean;
}

/** The file's decompressed bytes from `offset` on. */
async function open(
  event: LogEvent,
  { offset }: SourceProgress,
  services: Services,
): Promise<Opened | 'gone' | 'changed' | 'unfinished'> {
  const { objects } = services;
  const condition = event.eTag === '' ? {} : { eTag: event.eTag };
  if (event.eTag !== '' && (event.size ?? 0) >= OVERSIZED) {
    const chunks = await unpacked(event, offset, services);
    if (typeof chunks === 'string') return chunks;
    if (chunks !== undefined) return { ...chunks, canGoOn: true };
  }
  const stored = await objects.open(event.key, { ...condition, from: offset });
  if (stored === undefined) return 'gone';
  if (stored === 'changed') return 'changed';
  if (offset > 0) return { bytes: stored, stream: { torn: undefined }, canGoOn: true };
  return opened(stored, services);
}

async function opened(stored: AsyncIterable<Uint8Array>, services: Services): Promise<Opened> {
  const iterator = stored[Symbol.asyncIterator]();
  const first = await iterator.next();
  const head = first.done === true ? new Uint8Array() : first.value;
  const stream: { torn: string | undefined } = { torn: undefined };
  const bytes = plain(resumed(head, iterator), services.codec, stream);
  return { bytes, stream, canGoOn: !isCompressed(head) };
}

interface Finished {
  readonly whole: SourceProgress & { readonly refused?: string };
  readonly known: SourceItem | undefined;
}

async function finish(
  { agent, source, eTag, sequence }: LogEvent,
  { whole, known }: Finished,
  services: Services,
): Promise<Taken> {
  const { counts, segments, entries, refused, generation, offset } = whole;
  const hadQuarantine = known !== undefined && known.counts.quarantined > 0;
  await putQuarantine({ agent, source, hadQuarantine }, entries, services);
  const listing = await putListing(agent, { v: 1, source, counts, segments }, services);
  const item: SourceItem = {
    source,
    sequence,
    eTag,
    engine: ENGINE,
    listing,
    counts,
    bytes: offset,
    ...(refused === undefined ? {} : { refused }),
    ...(generation === undefined ? {} : { generation }),
  };
  const isRecorded = await services.pointers.record(agent, item);
  if (!isRecorded) return { outcome: 'outrun', counts: NO_COUNTS };
  return { outcome: refused === undefined ? 'collected' : 'refused', counts };
}
