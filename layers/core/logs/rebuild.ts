import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import { CorpusManifest, type CorpusPointer, SourceListing } from '#contract/log-record.ts';
import type { CorpusPointers } from '../ports/corpus-pointers.ts';
import type { Objects } from '../ports/objects.ts';
import { atOnce } from './at-once.ts';
import { encode } from './collect.ts';
import { readDocument } from './documents.ts';
import { changes, exchange, type OpenDay, seal, totals, versionText } from './manifest.ts';
import { dayLines, type Store } from './read.ts';
import { standing } from './standing.ts';

const MAX_TRIES = 20;
/** Compressed, of all segments of a day. */
const SMALL_BYTES = 131_072;

export interface Rebuilt {
  /** Undefined while nothing was ever collected. */
  readonly pointer: CorpusPointer | undefined;
  /** The corpus has other content than before. */
  readonly isNewVersion: boolean;
}

/**
 * Brings the manifest up to the recorded sources and moves the pointer. It compares the two, rather than being told what changed:
 * a collector that died between them is made good by whoever rebuilds next. Reads only days that changed and have several segments;
 * `onDay` is called after each.
 */
export async function rebuild(
  agent: AgentId,
  store: Store & { readonly pointers: CorpusPointers },
  onDay: () => Promise<void> = () => Promise.resolve(),
): Promise<Rebuilt> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const rebuilt = await attempt(agent, store, onDay);
    if (rebuilt !== 'outrun') return rebuilt;
  }
  throw new Error(
    `The corpus pointer of ${agent} was moved by others ${MAX_TRIES} times in a row.`,
  );
}

async function attempt(
  agent: AgentId,
  store: Store & { readonly pointers: CorpusPointers },
  onDay: () => Promise<void>,
): Promise<Rebuilt | 'outrun'> {
  const { objects, codec, pointers } = store;
  // the pointer before the sources: sources read later can only be newer than the manifest
  const pointer = await pointers.pointer(agent);
  const items = standing(await Array.fromAsync(pointers.sources(agent)));
  const before = pointer === undefined ? EMPTY : await readManifest(pointer.manifestKey, objects);
  const changed = changes(before.applied, items);
  if (changed.length === 0) return { pointer, isNewVersion: false };

  const listings = await Promise.all(
    changed.flatMap(({ listing }) =>
      listing === undefined ? [] : [readListing(listing, objects)],
    ),
  );
  const days = exchange(before.days, new Set(changed.map(({ source }) => source)), listings);
  const sealed = await sealAll(days, store, onDay);
  const manifest: CorpusManifest = {
    v: 1,
    version: codec.sha256(versionText(sealed)),
    messages: sealed.reduce((sum, { messages }) => sum + messages, 0),
    ...totals(items),
    days: sealed,
  };
  const published = await publish(agent, { manifest, before: pointer }, store);
  if (published === 'outrun') return 'outrun';
  return { pointer: published, isNewVersion: manifest.version !== pointer?.version };
}

/** Writes the manifest and moves the pointer to it, if that still is what it was `before`. */
export async function publish(
  agent: AgentId,
  {
    manifest,
    before,
  }: { readonly manifest: CorpusManifest; readonly before: CorpusPointer | undefined },
  { objects, codec, pointers }: Store & { readonly pointers: CorpusPointers },
): Promise<CorpusPointer | 'outrun'> {
  const text = JSON.stringify(manifest);
  const key = objectKey.corpus(agent, `manifests/${codec.sha256(text)}.json`);
  await objects.put(key, encode(text), { contentType: 'application/json' });
  const next = pointerTo(manifest, key, (before?.revision ?? 0) + 1);
  return (await pointers.move(agent, next)) ? next : 'outrun';
}

type Day = CorpusManifest['days'][number];

async function sealAll(
  days: readonly (Day | OpenDay)[],
  store: Store,
  onDay: () => Promise<void>,
): Promise<Day[]> {
  const sealed = new Map<string, Day>();
  const one = async (day: OpenDay): Promise<void> => {
    sealed.set(day.day, await sealDay(day, store));
    await onDay();
  };
  const open = days.filter((day) => !('hash' in day));
  await atOnce(open.filter(isSmall), one);
  // a large day being merged holds much of each of its segments
  for (const day of open) if (!isSmall(day)) await one(day);
  return days.flatMap((day) => ('hash' in day ? day : (sealed.get(day.day) ?? [])));
}

function isSmall({ segments }: OpenDay): boolean {
  return segments.reduce((sum, { bytes }) => sum + bytes, 0) <= SMALL_BYTES;
}

/** A day of one segment has that segment's hash: both are of the same lines. */
async function sealDay(day: OpenDay, store: Store): Promise<Day> {
  const [only, ...others] = day.segments;
  if (only !== undefined && others.length === 0) {
    return { ...day, hash: only.sha256, messages: only.messages };
  }
  return seal(day, dayLines(day, store), store.codec.hasher());
}

/** Throws when it is missing or not what this version of the code writes. */
export async function readManifest(key: string, objects: Objects): Promise<CorpusManifest> {
  return CorpusManifest.parse(await readJson(key, objects));
}

async function readListing(key: string, objects: Objects): Promise<SourceListing> {
  return SourceListing.parse(await readJson(key, objects));
}

async function readJson(key: string, objects: Objects): Promise<unknown> {
  const document = await readDocument(key, objects);
  if (document === undefined)
    throw new Error(`The object ${key}, on which the corpus rests, is missing.`);
  return document;
}

function pointerTo(manifest: CorpusManifest, manifestKey: string, revision: number): CorpusPointer {
  return {
    version: manifest.version,
    manifestKey,
    messages: manifest.messages,
    days: manifest.days.length,
    sources: manifest.sources,
    quarantined: manifest.counts.quarantined,
    revision,
  };
}

const EMPTY: Pick<CorpusManifest, 'applied' | 'days'> = { applied: {}, days: [] };
