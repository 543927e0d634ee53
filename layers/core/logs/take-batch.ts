import type { AgentId } from '#contract/ids.ts';
import { batchOf, batchPath, batchSource, type LogBatch, objectKey } from '#contract/keys.ts';
import type { SourceItem, SourceProgress } from '#contract/log-record.ts';
import { putListing, putQuarantine } from './collect.ts';
import { join } from './lines.ts';
import { difference } from './manifest.ts';
import { ENGINE } from './parse.ts';
import { concatenated, following, type Piece } from './pieces.ts';
import { noProgress, putProgress, type ReadSoFar, readOn, readProgress } from './read-on.ts';
import type { LogEvent, Outcome, Services, Taken } from './take.ts';
import { NO_COUNTS } from './tally.ts';

/** How many bytes are read before they are recorded: what a death costs at most. */
const AT_ONCE_BYTES = 64 * 1024 * 1024;

/**
 * Reads a growing log on by all batches that follow what was read of it, in whatever order their events come: an event only says
 * that there is something. The open part at the log's end is kept, and read again with what comes next, so that the same bytes make
 * the same messages however they were cut.
 */
export async function takeBatch(
  event: LogEvent,
  batch: LogBatch,
  services: Services,
): Promise<Taken> {
  const { agent } = event;
  const source = batchSource(batch);
  const known = await services.pointers.source(agent, source);
  const state = await stateOf(known, services);
  if (event.size !== undefined && batch.offset + event.size <= state.read)
    return nothing('unchanged');
  const size = event.size ?? (await services.objects.head(event.key))?.size;
  if (size === undefined) return nothing('gone');
  const own: Piece = { key: event.key, offset: batch.offset, size };
  const all = following([own, ...(await listed(event, batch, { state, services }))], state.read);
  if (all.length === 0) return nothing(own.offset > state.read ? 'early' : 'unchanged');
  const pieces = some(all, state.read);
  const taken = await readBatches({ agent, batch, source, known }, { state, pieces }, services);
  // events of the others may have come and gone: whoever stops before the end sees to it that it goes on
  return pieces.length < all.length ? { ...taken, outcome: 'unfinished' } : taken;
}

/** What is known of the log: its open part begins at `progress.offset`; of that, `read` less the offset is kept apart. */
interface State {
  readonly progress: SourceProgress;
  readonly read: number;
  /** Offset of the batch read last. */
  readonly last: number | undefined;
}

async function stateOf(known: SourceItem | undefined, services: Services): Promise<State> {
  const progress =
    known?.engine === ENGINE ? await readProgress(known.progress, services) : undefined;
  // without its progress, or by other parsers, it is read from its beginning
  if (known === undefined || progress === undefined)
    return { progress: noProgress(''), read: 0, last: undefined };
  return { progress, read: known.bytes ?? 0, last: known.lastBatch };
}

async function listed(
  { agent }: LogEvent,
  batch: LogBatch,
  { state: { last }, services }: { readonly state: State; readonly services: Services },
): Promise<readonly Piece[]> {
  const prefix = objectKey.log(agent, `${batchSource(batch)}-`);
  const after =
    last === undefined
      ? {}
      : { after: objectKey.log(agent, batchPath({ ...batch, offset: last })) };
  const pieces: Piece[] = [];
  for await (const { key, size } of services.objects.list(prefix, after)) {
    const found = batchOf(key.slice(objectKey.log(agent, '').length));
    if (found !== undefined) pieces.push({ key, size, offset: found.offset });
  }
  return pieces;
}

/** The first of them, but no more than is to be read at once. */
function some(pieces: readonly Piece[], from: number): readonly Piece[] {
  const limit = from + AT_ONCE_BYTES;
  const [first, ...others] = pieces;
  return first === undefined
    ? []
    : [first, ...others.filter(({ offset, size }) => offset + size <= limit)];
}

interface Growing {
  readonly agent: AgentId;
  readonly batch: LogBatch;
  readonly source: string;
  readonly known: SourceItem | undefined;
}

async function readBatches(
  growing: Growing,
  { state, pieces }: { readonly state: State; readonly pieces: readonly Piece[] },
  services: Services,
): Promise<Taken> {
  const { agent, batch, source, known } = growing;
  const from: SourceProgress = { ...state.progress, source, generation: batch.generation };
  const bytes = withTail(from, { pieces, read: state.read }, services);
  // a batch is taken whole: how long that takes is bounded by AT_ONCE_BYTES
  const reading = { ...services, isLate: () => false };
  const read = await readOn(
    { agent, source, name: batch.source },
    { from, bytes, keepsTail: true },
    reading,
  );
  const item = await describe(growing, { read, pieces }, services);
  const isRecorded = await services.pointers.record(agent, item);
  return {
    outcome: isRecorded ? 'collected' : 'outrun',
    counts: isRecorded ? difference(item.counts, known?.counts ?? NO_COUNTS) : NO_COUNTS,
  };
}

/** The open part that was kept, then the batches. */
async function* withTail(
  { tail }: SourceProgress,
  { pieces, read }: { readonly pieces: readonly Piece[]; readonly read: number },
  services: Services,
): AsyncIterable<Uint8Array> {
  if (tail !== undefined) {
    const kept = await services.objects.open(tail);
    if (kept === undefined || kept === 'changed')
      throw new Error(`The object ${tail}, the open end of a growing log, is missing.`);
    yield* kept;
  }
  yield* concatenated(pieces, read, services);
}

/** Everything that is written before the item is named by its content: to die in between changes nothing. */
async function describe(
  { agent, source, batch, known }: Growing,
  {
    read: { closed, whole = closed, tail },
    pieces,
  }: { readonly read: ReadSoFar; readonly pieces: readonly Piece[] },
  services: Services,
): Promise<SourceItem> {
  const { counts, segments, entries, offset } = whole;
  const hadQuarantine = known !== undefined && known.counts.quarantined > 0;
  await putQuarantine({ agent, source, hadQuarantine }, entries, services);
  const listing = await putListing(agent, { v: 1, source, counts, segments }, services);
  const { tail: _before, ...progress } = closed;
  const kept = tail.length === 0 ? {} : { tail: await putTail(agent, join(tail), services) };
  return {
    source,
    sequence: String(offset).padStart(16, '0'),
    eTag: '',
    engine: ENGINE,
    listing,
    counts,
    generation: batch.generation,
    bytes: offset,
    progress: await putProgress(agent, { ...progress, ...kept }, services),
    ...(pieces.length === 0 ? {} : { lastBatch: pieces.at(-1)?.offset }),
  };
}

async function putTail(
  agent: AgentId,
  bytes: Uint8Array,
  { objects, codec }: Services,
): Promise<string> {
  const name = codec.sha256(bytes);
  const key = objectKey.corpus(agent, `progress/${name}.tail`);
  await objects.put(key, bytes, { contentType: 'application/octet-stream' });
  return key;
}

function nothing(outcome: Outcome): Taken {
  return { outcome, counts: NO_COUNTS };
}
