import type {
  CorpusManifest,
  SourceCounts,
  SourceItem,
  SourceListing,
} from '#contract/log-record.ts';
import type { Hasher } from '../ports/codec.ts';
import type { Lines } from './line-writer.ts';
import { compare, type DaySegment } from './segments.ts';
import { NO_COUNTS } from './tally.ts';

type Day = CorpusManifest['days'][number];
/** A day whose segments changed: its hash is to be made anew. */
export type OpenDay = Pick<Day, 'day' | 'segments'>;

/** Sources whose listing is not the one in the manifest: `listing` is undefined for those that are to leave it. */
export interface Change {
  readonly source: string;
  readonly listing: string | undefined;
}

/** What stands between a manifest and the sources as they are recorded. */
export function changes(
  applied: Readonly<Record<string, string>>,
  items: readonly SourceItem[],
): readonly Change[] {
  const wanted = new Map(items.map(({ source, listing }) => [source, listing]));
  const gone = Object.keys(applied).filter((source) => !wanted.has(source));
  return [
    ...gone.map((source) => ({ source, listing: undefined })),
    ...[...wanted]
      .filter(([source, listing]) => applied[source] !== listing)
      .map(([source, listing]) => ({ source, listing })),
  ];
}

/** The days after the changed sources' segments were exchanged: those untouched keep their hash. Ascending. */
export function exchange(
  days: readonly Day[],
  changed: ReadonlySet<string>,
  listings: readonly SourceListing[],
): readonly (Day | OpenDay)[] {
  const added = Map.groupBy(
    listings.flatMap(({ segments }) => segments),
    ({ day }) => day,
  );
  const kept = days.map((day) => without(day, changed));
  const untouched = kept.filter(({ day }) => !added.has(day));
  const touched = [...added].map(([day, segments]): OpenDay => {
    const others = kept.find((other) => other.day === day)?.segments ?? [];
    return { day, segments: bySource([...others, ...segments.map(withoutDay)]) };
  });
  return [...untouched, ...touched]
    .filter(({ segments }) => segments.length > 0)
    .toSorted((a, b) => compare(a.day, b.day));
}

/** Hash and number of a day's merged messages. */
export async function seal(
  open: OpenDay,
  lines: AsyncIterable<Lines>,
  hasher: Hasher,
): Promise<Day> {
  let messages = 0;
  for await (const part of lines) {
    messages += part.lines;
    hasher.update(part.bytes);
  }
  return { ...open, hash: hasher.hex(), messages };
}

/** The text whose sha256 is the corpus version. */
export function versionText(days: readonly Pick<Day, 'day' | 'hash'>[]): string {
  return days.map(({ day, hash }) => `${day} ${hash}\n`).join('');
}

/** Totals over the sources that are in. */
export function totals(
  items: readonly SourceItem[],
): Pick<CorpusManifest, 'sources' | 'quarantinedSources' | 'counts' | 'applied'> {
  const live = items.filter(({ listing }) => listing !== undefined);
  return {
    sources: live.length,
    quarantinedSources: live.filter(({ refused }) => refused !== undefined).length,
    counts: live.reduce((sum, { counts }) => addCounts(sum, counts), NO_COUNTS),
    applied: Object.fromEntries(live.map(({ source, listing }) => [source, listing ?? ''])),
  };
}

export function addCounts(a: SourceCounts, b: SourceCounts): SourceCounts {
  return {
    read: a.read + b.read,
    messages: a.messages + b.messages,
    notMessages: a.notMessages + b.notMessages,
    quarantined: a.quarantined + b.quarantined,
    cut: a.cut + b.cut,
    reencoded: a.reencoded + b.reencoded,
  };
}

/** What `now` has more than `before`. */
export function difference(now: SourceCounts, before: SourceCounts): SourceCounts {
  return {
    read: now.read - before.read,
    messages: now.messages - before.messages,
    notMessages: now.notMessages - before.notMessages,
    quarantined: now.quarantined - before.quarantined,
    cut: now.cut - before.cut,
    reencoded: now.reencoded - before.reencoded,
  };
}

function without(day: Day, changed: ReadonlySet<string>): Day | OpenDay {
  const segments = day.segments.filter(({ source }) => !changed.has(source));
  return segments.length === day.segments.length ? day : { day: day.day, segments };
}

/** Stable, so runs of one source stay in order of position. */
function bySource(segments: readonly Day['segments'][number][]): Day['segments'] {
  return segments.toSorted((a, b) => compare(a.source, b.source));
}

function withoutDay({ key, source, sha256, bytes, messages }: DaySegment): Day['segments'][number] {
  return { key, source, sha256, bytes, messages };
}
