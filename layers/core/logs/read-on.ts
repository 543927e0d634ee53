import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import { SourceProgress } from '#contract/log-record.ts';
import { encode, type PartRead, readPart } from './collect.ts';
import { readDocument } from './documents.ts';
import { addCounts } from './manifest.ts';
import { ENGINE } from './parse.ts';
import { type PartEnd, Parts } from './parts.ts';
import type { Store } from './read.ts';
import { NO_COUNTS } from './tally.ts';
import type { Clock } from './time.ts';

/** What reading needs; `isLate` says that little of the invocation's time is left. */
export type Reading = Store & {
  readonly clock: Clock;
  readonly isLate?: () => boolean;
  /** @default - 4 MiB */
  readonly partBytes?: number;
};

/** Details kept of one source's quarantine; beyond, pieces are counted only. */
const MAX_ENTRIES = 10_000;
const WHOLE_STREAM = { torn: undefined };

export interface Source {
  readonly agent: AgentId;
  readonly source: string;
  /** File name for the parsers. */
  readonly name: string;
}

export interface ReadSoFar {
  /** Everything up to the last border. */
  readonly closed: SourceProgress;
  /** With the open part after it, as if the file ended here; undefined when time ran out before the bytes did. */
  readonly whole: (SourceProgress & { readonly refused?: string }) | undefined;
  /** The open part's bytes; only when asked for. */
  readonly tail: readonly Uint8Array[];
}

export function noProgress(source: string): SourceProgress {
  const nothing = { offset: 0, lines: 0, counts: NO_COUNTS, segments: [], entries: [] };
  return { v: 1, source, engine: ENGINE, ...nothing };
}

/**
 * Reads a file on from where `from` ends, part by part, each by a fresh parser: what a part holds depends on its own bytes alone.
 * `bytes` begin at `from.offset`. Throws what the bytes throw; then nothing has happened but that some segments were written.
 */
export async function readOn(
  { agent, source, name }: Source,
  {
    from,
    bytes,
    stream = WHOLE_STREAM,
    keepsTail = false,
  }: {
    readonly from: SourceProgress;
    readonly bytes: AsyncIterable<Uint8Array>;
    /** Says why the bytes ended before the file did. */
    readonly stream?: { readonly torn: string | undefined };
    readonly keepsTail?: boolean;
  },
  { isLate = () => false, partBytes, ...store }: Reading,
): Promise<ReadSoFar> {
  const parts = new Parts(bytes, { isFirst: from.offset === 0, border: from.border }, partBytes);
  const begin = new Beginning(from.generation);
  let closed = from;
  let tail: Uint8Array[] = [];
  try {
    for (;;) {
      tail = [];
      const { read, end } = await parts.next(
        (part) => readPart({ agent, source, name, bytes: part }, store, stream),
        (seen) => {
          begin.see(seen);
          if (keepsTail) tail.push(seen.slice());
        },
      );
      const known = { ...closed, ...begin.generation(store), ...borderIn(parts) };
      const next = addPart(known, read, end);
      // a file in no known format is refused once, not once a part
      const refused = closed.offset === 0 ? read.refused : undefined;
      if (!end.isClosed || refused !== undefined)
        return { closed: known, whole: withReason(next, refused), tail };
      closed = next;
      if (isLate()) return { closed, whole: undefined, tail: [] };
    }
  } finally {
    await parts.close();
  }
}

function withReason(progress: SourceProgress, refused: string | undefined) {
  return refused === undefined ? progress : { ...progress, refused };
}

function borderIn({ border }: Parts): Pick<SourceProgress, 'border'> {
  return border === undefined ? {} : { border };
}

/** Progress after a part; what is counted within the part is made to count from the file's beginning. */
function addPart(before: SourceProgress, read: PartRead, end: PartEnd): SourceProgress {
  const moved = read.entries.map((entry) => ({
    ...entry,
    offset: Math.max(0, entry.offset - end.shift) + before.offset,
    line: entry.line + before.lines,
  }));
  return {
    ...before,
    offset: before.offset + end.bytes,
    lines: before.lines + end.lines,
    counts: addCounts(before.counts, read.counts),
    segments: [...before.segments, ...read.segments].toSorted(byDay),
    entries: [...before.entries, ...moved].slice(0, MAX_ENTRIES),
  };
}

/** Stable: runs of one day stay in order of position. */
function byDay(a: { readonly day: string }, b: { readonly day: string }): number {
  if (a.day === b.day) return 0;
  return a.day < b.day ? -1 : 1;
}

/** Content-addressed, so that two who read the same have the same. */
export async function putProgress(
  agent: AgentId,
  progress: SourceProgress,
  { objects, codec }: Store,
): Promise<string> {
  const text = JSON.stringify(progress);
  const key = objectKey.corpus(agent, `progress/${codec.sha256(text)}.json`);
  await objects.put(key, encode(text), { contentType: 'application/json' });
  return key;
}

/** Undefined when it was written by other parsers, or was cleared away: reading begins anew then. */
export async function readProgress(
  key: string | undefined,
  { objects }: Pick<Store, 'objects'>,
): Promise<SourceProgress | undefined> {
  const document = key === undefined ? undefined : await readDocument(key, objects);
  const progress = document === undefined ? undefined : SourceProgress.parse(document);
  return progress?.engine === ENGINE ? progress : undefined;
}

const LF = 0x0a;
/** No more of a first line counts. */
const FIRST_BYTES = 1024;

/** Which life of a file begins with this line (given without its end): 16 hex digits. */
export function generationOf(firstLine: Uint8Array, { codec }: Pick<Store, 'codec'>): string {
  const text = new TextDecoder('latin1').decode(firstLine.subarray(0, FIRST_BYTES));
  return codec.sha256(text).slice(0, 16);
}

/** Watches a file's first line go by. */
class Beginning {
  readonly #known: string | undefined;
  #bytes: number[] = [];
  #isWhole: boolean;

  constructor(known: string | undefined) {
    this.#known = known;
    this.#isWhole = known !== undefined;
  }

  see(bytes: Uint8Array): void {
    if (this.#isWhole) return;
    const lf = bytes.indexOf(LF);
    this.#bytes.push(...bytes.subarray(0, lf < 0 ? FIRST_BYTES : Math.min(lf, FIRST_BYTES)));
    this.#isWhole = lf >= 0 || this.#bytes.length >= FIRST_BYTES;
  }

  /** None while the first line is not complete. */
  generation(store: Pick<Store, 'codec'>): Pick<SourceProgress, 'generation'> {
    if (this.#known !== undefined) return { generation: this.#known };
    return this.#isWhole ? { generation: generationOf(Uint8Array.from(this.#bytes), store) } : {};
  }
}
