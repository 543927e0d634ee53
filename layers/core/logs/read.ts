import type { CorpusManifest, Segment } from '#contract/log-record.ts';
import type { Codec } from '../ports/codec.ts';
import type { Objects } from '../ports/objects.ts';
import { type Lines, LineWriter } from './line-writer.ts';
import { MergeRoom, merge, type Run } from './merge.ts';
import { packedLines } from './pack-lines.ts';
import { dayOfName } from './time.ts';
import { unzstdFrames } from './zstd-frames.ts';

export interface Store {
  readonly objects: Objects;
  readonly codec: Codec;
}

/** Bytes of a day's segments held at once, packed. */
const HELD_BYTES = 1_048_576;

/** A whole corpus in order (time, source, position), copies removed: day after day, each day's segments merged. */
export async function* corpusLines(
  manifest: Pick<CorpusManifest, 'days'>,
  store: Store,
): AsyncIterable<Lines> {
  const desk = new Desk();
  for (const { day, segments, merged } of manifest.days) {
    yield* dayLines({ day, segments: merged === undefined ? segments : [merged] }, store, desk);
  }
}

/** What days are read with, one after the other: V8 lets 64 MB of memory outside of its heap pile up before it looks for garbage there. */
class Desk {
  readonly writer = new LineWriter();
  #room = new MergeRoom(new Uint8Array());

  /** Of so many bytes at least. */
  room(bytes: number): MergeRoom {
    if (this.#room.slab.length < bytes) this.#room = new MergeRoom(new Uint8Array(bytes));
    return this.#room;
  }
}

/** One day's messages in order. */
export async function* dayLines(
  { day, segments }: Pick<CorpusManifest['days'][number], 'day' | 'segments'>,
  store: Store,
  desk = new Desk(),
): AsyncIterable<Lines> {
  const sources = [...new Set(segments.map(({ source }) => source))];
  const runs = segments.map((segment) =>
    segmentRun(segment, sources.indexOf(segment.source), store),
  );
  const room = desk.room(heldBytes(segments));
  for await (const part of merge(runs, room)) yield* desk.writer.write(part, dayOfName(day));
}

/** Chat is seldom compressed to less than a sixteenth: a quiet day needs little. */
function heldBytes(segments: readonly Segment[]): number {
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  return Math.min(HELD_BYTES, 4096 * segments.length + 16 * bytes);
}

/** Segments up to this size are fetched whole, so that a day of many sources does not hold as many connections. */
const WHOLE_BYTES = 131_072;

/** Opened at the first read: until then it holds no connection. */
function segmentRun({ key, bytes }: Segment, source: number, store: Store): Run {
  const { objects, codec } = store;
  let chunks: AsyncIterator<Uint8Array> | undefined;
  let rest: Uint8Array = new Uint8Array();
  const open = async (): Promise<AsyncIterator<Uint8Array>> => {
    const body = bytes > WHOLE_BYTES ? await objects.open(key) : whole(await objects.read(key));
    if (body === undefined || body === 'changed') {
      throw new Error(`The segment ${key} is missing; upload its source again.`);
    }
    const torn = tornSegment(key);
    return packedLines(decompressed(key, body, { codec, torn }), torn)[Symbol.asyncIterator]();
  };
  return {
    source,
    size: Number.POSITIVE_INFINITY,
    async read(into) {
      chunks ??= await open();
      while (rest.length === 0) {
        const next = await chunks.next();
        if (next.done === true) return 0;
        rest = next.value;
      }
      const taken = rest.subarray(0, into.length);
      into.set(taken);
      rest = rest.subarray(taken.length);
      return taken.length;
    },
    async close() {
      await chunks?.return?.();
    },
  };
}

/** Segments were gzip before they were zstd. */
function decompressed(
  key: string,
  body: AsyncIterable<Uint8Array>,
  { codec, torn }: { readonly codec: Codec; readonly torn: (reason: string) => void },
): AsyncIterable<Uint8Array> {
  return key.endsWith('.gz') ? codec.gunzip(body, torn) : unzstdFrames(body, codec, torn);
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
