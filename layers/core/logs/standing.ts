import { batchOf, batchSource } from '#contract/keys.ts';
import type { SourceItem } from '#contract/log-record.ts';

const AT_START = `-${'0'.repeat(16)}`;

/**
 * The sources that make the corpus. A growing log may have come both ways: in batches (`full.txt/@<generation>`) and whole
 * (`full.txt`). Of one generation the longer stands, and if both are as long, the whole file: as far as the shorter goes they hold
 * the same bytes. Other generations are other sources, whose copies fall in the merge.
 */
export function standing(items: readonly SourceItem[]): readonly SourceItem[] {
  const known = new Map(items.map((item) => [item.source, item]));
  return items.filter((item) => {
    const rival = rivalOf(item, known);
    if (rival === undefined) return true;
    const [own = 0, other = 0] = [item.bytes, rival.bytes];
    return own > other || (own === other && rival.source.length > item.source.length);
  });
}

/** The same life of the same file, as it came the other way. */
function rivalOf(
  { source, generation, listing }: SourceItem,
  known: ReadonlyMap<string, SourceItem>,
): SourceItem | undefined {
  if (listing === undefined || generation === undefined) return undefined;
  const rival = known.get(
    batchOf(`${source}${AT_START}`)?.source ?? batchSource({ source, generation }),
  );
  const isAlike = rival?.generation === generation && rival.listing !== undefined;
  return isAlike && rival.refused === undefined ? rival : undefined;
}
