import type { CorpusManifest, Segment } from '#contract/log-record.ts';
import type { Codec } from '../ports/codec.ts';
import type { Objects } from '../ports/objects.ts';
import { type Batches, merge } from './merge.ts';

export interface Store {
  readonly objects: Objects;
  readonly codec: Codec;
}

/** A whole corpus in order (time, source, position), copies removed: day after day, each day's segments merged. */
export async function* corpusLines(manifest: CorpusManifest, store: Store): Batches {
  for (const { segments } of manifest.days) yield* dayLines(segments, store);
}

/** One day's messages in order. A day of one segment is that segment. */
export function dayLines(segments: readonly Segment[], store: Store): Batches {
  const [only, ...others] = segments;
  if (only !== undefined && others.length === 0) return segmentLines(only, store);
  return merge(
    segments.map((segment) => ({ source: segment.source, lines: segmentLines(segment, store) })),
  );
}

/** Segments up to this size are fetched whole, so that a day of many sources does not hold as many connections. */
const WHOLE_BYTES = 131_072;

async function* segmentLines({ key, bytes }: Segment, { objects, codec }: Store): Batches {
  const body = bytes > WHOLE_BYTES ? await objects.open(key) : whole(await objects.read(key));
  if (body === undefined || body === 'changed') {
    throw new Error(`The segment ${key} is missing; upload its source again.`);
  }
  const text = new TextDecoder();
  let rest = '';
  for await (const chunk of codec.gunzip(body, tornSegment(key))) {
    const lines = (rest + text.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield lines;
  }
  if (rest !== '') tornSegment(key)('its last line has no end');
}

function whole(bytes: Uint8Array | undefined): AsyncIterable<Uint8Array> | undefined {
  if (bytes === undefined) return undefined;
  return (async function* () {
    yield await Promise.resolve(bytes);
  })();
}

function tornSegment(key: string): (reason: string) => void {
  return (reason) => {
    throw new Error(`The segment ${key} is damaged (${reason}); upload its source again.`);
  };
}
