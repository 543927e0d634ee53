import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import { type CorpusManifest, type Segment, Statistics } from '#contract/log-record.ts';
import type { CorpusPointers } from '../ports/corpus-pointers.ts';
import { encode } from './collect.ts';
import { readDocument } from './documents.ts';
import { dayLines, type Store } from './read.ts';
import { publish, readManifest } from './rebuild.ts';
import { Counter } from './statistics.ts';
import { sweep } from './sweep.ts';

export interface Compacted {
  /** Days whose segments became one object. */
  readonly days: number;
  /** Objects that nothing named any more. */
  readonly removed: number;
}

export type Compacting = Store & {
  readonly pointers: CorpusPointers;
  readonly isLate?: () => boolean;
};
type Day = CorpusManifest['days'][number];

/**
 * Merges the segments of days that have several into one object each, counts what was said in days that are new, and deletes what
 * nothing has named for long. The corpus version stays: it is of the content. Readers go by the manifest, which is exchanged whole, so
 * they see all of it or nothing. Stops when it is late; the next one goes on.
 */
export async function compact(agent: AgentId, store: Compacting, now: Date): Promise<Compacted> {
  const days = await compactDays(agent, store);
  return { days, removed: await sweep(agent, store, now) };
}

async function compactDays(agent: AgentId, store: Compacting): Promise<number> {
  const { pointers, objects } = store;
  const pointer = await pointers.pointer(agent);
  if (pointer === undefined) return 0;
  const before = await readManifest(pointer.manifestKey, objects);
  const manifest = await compacted(agent, before, store);
  if (manifest === before) return 0;
  // outrun by an upload: the next compaction does again what is still to be done
  const published = await publish(agent, { manifest, before: pointer }, store);
  if (published === 'outrun') return 0;
  const known = new Set(before.days);
  return manifest.days.filter((day) => !known.has(day) && day.segments.length > 1).length;
}

/** The same manifest when nothing was to be done, or too little time is left for it. */
async function compacted(
  agent: AgentId,
  before: CorpusManifest,
  store: Compacting,
): Promise<CorpusManifest> {
  const { isLate = () => false } = store;
  const days: Day[] = [];
  for (const day of before.days)
    days.push(isCompact(day) || isLate() ? day : await compactDay(agent, day, store));
  const isNew = days.some((day, at) => day !== before.days[at]);
  if (!isNew && before.statistics !== undefined) return before;
  const statistics = await total(agent, { ...before, days }, store);
  if (!isNew && statistics === undefined) return before;
  return { ...before, days, ...(statistics === undefined ? {} : { statistics }) };
}

function isCompact({ segments, merged, statistics }: Day): boolean {
  return (segments.length === 1 || merged !== undefined) && statistics !== undefined;
}

/** Reads the day once, for both. */
async function compactDay(agent: AgentId, day: Day, store: Compacting): Promise<Day> {
  const counter = new Counter();
  const isToMerge = day.segments.length > 1;
  const merged = isToMerge ? { merged: await mergeDay(agent, { day, counter }, store) } : {};
  if (!isToMerge) for await (const { bytes } of dayLines(day, store)) counter.addLines(bytes);
  const key = objectKey.corpus(agent, `statistics/${day.day}/${day.hash}.json`);
  return { ...day, ...merged, statistics: await putStatistics(key, counter, store) };
}

async function mergeDay(
  agent: AgentId,
  { day, counter }: { readonly day: Day; readonly counter: Counter },
  store: Store,
): Promise<Segment> {
  const { objects, codec } = store;
  const key = objectKey.corpus(agent, `segments/${day.day}/${day.hash}.ndjson.zst`);
  const hasher = codec.hasher();
  let size = 0;
  // zstd frames one after the other are a zstd stream (RFC 8878 section 3.1)
  const frames = async function* (): AsyncIterable<Uint8Array> {
    for await (const { bytes } of dayLines(day, store)) {
      hasher.update(bytes);
      counter.addLines(bytes);
      const frame = await codec.zstd(bytes);
      size += frame.length;
      yield frame;
    }
    const hash = hasher.hex();
    // thrown into the write: no object of this name appears
    if (hash !== day.hash)
      throw new Error(
        `The segments of ${day.day} make ${hash}, not the ${day.hash} of the manifest.`,
      );
  };
  await objects.write(key, frames(), 'application/zstd');
  return { key, source: '', sha256: day.hash, bytes: size, messages: day.messages };
}

/** The statistics of all days, when each has its own. */
async function total(
  agent: AgentId,
  { version, days }: CorpusManifest,
  store: Compacting,
): Promise<string | undefined> {
  const counter = new Counter();
  for (const { statistics } of days) {
    if (statistics === undefined) return undefined;
    counter.addAll(Statistics.parse(await readDocument(statistics, store.objects)));
  }
  const key = objectKey.corpus(agent, `statistics/${version}.json`);
  return putStatistics(key, counter, store);
}

async function putStatistics(key: string, counter: Counter, { objects }: Store): Promise<string> {
  const text = JSON.stringify(counter.statistics());
  await objects.put(key, encode(text), { contentType: 'application/json' });
  return key;
}
