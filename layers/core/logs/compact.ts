import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import type { CorpusManifest, Segment } from '#contract/log-record.ts';
import type { CorpusPointers } from '../ports/corpus-pointers.ts';
import { dayLines, type Store } from './read.ts';
import { publish, readManifest } from './rebuild.ts';
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
 * Merges the segments of days that have several into one object each, and deletes what nothing has named for long. The corpus
 * version stays: it is of the content. Readers go by the manifest, which is exchanged whole, so they see all of it or nothing.
 * Stops when it is late; the next one goes on.
 */
export async function compact(agent: AgentId, store: Compacting, now: Date): Promise<Compacted> {
  const days = await mergeDays(agent, store);
  return { days, removed: await sweep(agent, store, now) };
}

async function mergeDays(agent: AgentId, store: Compacting): Promise<number> {
  const { pointers, objects, isLate = () => false } = store;
  const pointer = await pointers.pointer(agent);
  if (pointer === undefined) return 0;
  const manifest = await readManifest(pointer.manifestKey, objects);
  const days: Day[] = [];
  let merged = 0;
  for (const day of manifest.days) {
    const isWanted = day.segments.length > 1 && day.merged === undefined && !isLate();
    days.push(isWanted ? { ...day, merged: await mergeDay(agent, day, store) } : day);
    if (isWanted) merged += 1;
  }
  if (merged === 0) return 0;
  // outrun by an upload: the next compaction merges again what is still to be merged
  const published = await publish(
    agent,
    { manifest: { ...manifest, days }, before: pointer },
    store,
  );
  return published === 'outrun' ? 0 : merged;
}

async function mergeDay(agent: AgentId, day: Day, store: Compacting): Promise<Segment> {
  const { objects, codec } = store;
  const key = objectKey.corpus(agent, `segments/${day.day}/${day.hash}.ndjson.gz`);
  const hasher = codec.hasher();
  let size = 0;
  // gzip members one after the other are gzip again (RFC 1952 section 2.2)
  const members = async function* (): AsyncIterable<Uint8Array> {
    for await (const { bytes } of dayLines(day, store)) {
      hasher.update(bytes);
      const member = await codec.gzip(bytes);
      size += member.length;
      yield member;
    }
    const hash = hasher.hex();
    // thrown into the write: no object of this name appears
    if (hash !== day.hash)
      throw new Error(
        `The segments of ${day.day} make ${hash}, not the ${day.hash} of the manifest.`,
      );
  };
  await objects.write(key, members(), 'application/gzip');
  return { key, source: '', sha256: day.hash, bytes: size, messages: day.messages };
}
