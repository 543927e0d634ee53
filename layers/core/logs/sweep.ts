import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import { type CorpusManifest, SourceListing, SourceProgress } from '#contract/log-record.ts';
import type { Compacting } from './compact.ts';
import { readDocument } from './documents.ts';
import { readManifest } from './rebuild.ts';

/** How long what nothing names any more stays: longer than any reader, message or continuation may still want it. */
const GRACE_MS = 8 * 24 * 3_600_000;
const SWEPT = [
  'segments/',
  'sources/',
  'manifests/',
  'progress/',
  'plain/',
  'statistics/',
] as const;
const AT_ONCE = 500;

/**
 * Deletes old objects of the corpus that neither its manifest nor a source names; their number. Whoever writes an object anew makes
 * it young, so what is being collected now is safe.
 */
export async function sweep(agent: AgentId, store: Compacting, now: Date): Promise<number> {
  const { objects, isLate = () => false } = store;
  const limit = now.getTime() - GRACE_MS;
  let named: ReadonlySet<string> | undefined;
  let removed = 0;
  for (const part of SWEPT) {
    let old: string[] = [];
    const removeOld = async (): Promise<void> => {
      await objects.remove(old);
      removed += old.length;
      old = [];
    };
    for await (const { key, modified } of objects.list(objectKey.corpus(agent, part))) {
      if (isLate()) break;
      if (modified.getTime() > limit) continue;
      named ??= await namedBy(agent, store);
      if (!named.has(key)) old.push(key);
      if (old.length >= AT_ONCE) await removeOld();
    }
    if (old.length > 0) await removeOld();
  }
  return removed;
}

async function namedBy(agent: AgentId, store: Compacting): Promise<ReadonlySet<string>> {
  const { pointers, objects } = store;
  const named = new Set<string>();
  const pointer = await pointers.pointer(agent);
  if (pointer !== undefined) {
    named.add(pointer.manifestKey);
    const manifest = await readManifest(pointer.manifestKey, objects);
    for (const key of keysIn(manifest)) named.add(key);
  }
  for await (const { listing, progress } of pointers.sources(agent)) {
    if (listing !== undefined) await addNamed(listing, SourceListing, { named, store });
    if (progress !== undefined) {
      const { tail } = (await addNamed(progress, SourceProgress, { named, store })) ?? {};
      if (tail !== undefined) named.add(tail);
    }
  }
  return named;
}

function* keysIn({ days, statistics }: CorpusManifest): Iterable<string> {
  if (statistics !== undefined) yield statistics;
  for (const day of days) {
    for (const { key } of day.segments) yield key;
    if (day.merged !== undefined) yield day.merged.key;
    if (day.statistics !== undefined) yield day.statistics;
  }
}

async function addNamed<Document extends { segments: readonly { key: string }[] }>(
  key: string,
  schema: { parse: (value: unknown) => Document },
  { named, store }: { readonly named: Set<string>; readonly store: Compacting },
): Promise<Document | undefined> {
  named.add(key);
  const found = await readDocument(key, store.objects);
  if (found === undefined) return undefined;
  const document = schema.parse(found);
  for (const segment of document.segments) named.add(segment.key);
  return document;
}
