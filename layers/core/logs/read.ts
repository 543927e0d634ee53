import type { CorpusManifest, Segment } from '#contract/log-record.ts';
import type { Codec } from '../ports/codec.ts';
import type { Objects } from '../ports/objects.ts';
import { LineArena } from './line-arena.ts';
import { type MergeRoom, merge, type Run } from './merge.ts';
import { inOrder } from './runs.ts';

export interface Store {
  readonly objects: Objects;
  readonly codec: Codec;
}

/** Whole lines of NDJSON, valid until the next are asked for. */
export interface Lines {
  readonly bytes: Uint8Array;
  readonly lines: number;
}

/** Bytes of a day's segments held at once, and as many again. */
const HELD_BYTES = 8_388_608;
const OUT_BYTES = 262_144;
const LF = 0x0a;

/** A whole corpus in order (time, source, position), copies removed: day after day, each day's segments merged. */
export async function* corpusLines(
  manifest: Pick<CorpusManifest, 'days'>,
  store: Store,
): AsyncIterable<Lines> {
  for (const { segments, merged } of manifest.days) {
    yield* dayLines(merged === undefined ? segments : [merged], store);
  }
}

/** One day's messages in order. A day of one segment is that segment. */
export async function* dayLines(segments: readonly Segment[], store: Store): AsyncIterable<Lines> {
  const sources = [...new Set(segments.map(({ source }) => source))];
  const runs = segments.map((segment) =>
    segmentRun(segment, sources.indexOf(segment.source), store),
  );
  const out = new Uint8Array(OUT_BYTES);
  for await (const { arena, keys } of merge(runs, mergeRoom(heldBytes(segments)))) {
    for (const bytes of inOrder(arena, keys, out)) yield { bytes, lines: linesIn(bytes) };
  }
}

/** Room for a merge that holds `heldBytes` of its runs, and as many again. */
export function mergeRoom(heldBytes: number): MergeRoom {
  return { arena: new LineArena(heldBytes), slab: new Uint8Array(heldBytes) };
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
  let last = LF;
  const open = async (): Promise<AsyncIterator<Uint8Array>> => {
    const body = bytes > WHOLE_BYTES ? await objects.open(key) : whole(await objects.read(key));
    if (body === undefined || body === 'changed') {
      throw new Error(`The segment ${key} is missing; upload its source again.`);
    }
    return codec.gunzip(body, tornSegment(key))[Symbol.asyncIterator]();
  };
  return {
    source,
    size: Number.POSITIVE_INFINITY,
    async read(into) {
      chunks ??= await open();
      while (rest.length === 0) {
        const next = await chunks.next();
        if (next.done === true) {
          if (last !== LF) tornSegment(key)('its last line has no end');
          return 0;
        }
        rest = next.value;
      }
      const taken = rest.subarray(0, into.length);
      into.set(taken);
      last = taken.at(-1) ?? last;
      rest = rest.subarray(taken.length);
      return taken.length;
    },
    async close() {
      await chunks?.return?.();
    },
  };
}

function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (const byte of bytes) if (byte === LF) lines += 1;
  return lines;
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
