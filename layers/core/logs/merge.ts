import { identityOf, type RecordLine, tsOf } from './record-line.ts';
import { compare } from './segments.ts';

/** Lines come in batches: one promise for thousands of messages. */
export type Batches = AsyncIterable<readonly RecordLine[]>;

/** One sorted run of a source's messages. Several of one source are given in order of position. */
export interface Run {
  readonly source: string;
  readonly lines: Batches;
}

const BATCH = 2000;

/**
 * The messages of several runs in order (ts, source, position). Copies fall as multisets: among messages of equal
 * (ts, user, text) those of one source stay, the one that has most of them (of several, the first by name); so a burst of equal
 * lines survives and a copied file does not. Holds one batch of each run, and the messages of one second that several sources share.
 */
export async function* merge(runs: readonly Run[]): Batches {
  const cursors = runs
    .map((run) => new Cursor(run))
    .toSorted((a, b) => compare(a.source, b.source));
  try {
    for (const cursor of cursors) await cursor.fill();
    let batch: RecordLine[] = [];
    for (let ts = earliest(cursors); ts !== undefined; ts = earliest(cursors)) {
      await takeSecond(cursors, ts, batch);
      if (batch.length >= BATCH) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  } finally {
    for (const cursor of cursors) await cursor.close();
  }
}

function earliest(cursors: readonly Cursor[]): string | undefined {
  let first: string | undefined;
  for (const { ts } of cursors) {
    if (ts !== undefined && (first === undefined || ts < first)) first = ts;
  }
  return first;
}

async function takeSecond(
  cursors: readonly Cursor[],
  ts: string,
  into: RecordLine[],
): Promise<void> {
  const heads = cursors.filter((cursor) => cursor.ts === ts);
  const isShared = heads.some(({ source }) => source !== heads[0]?.source);
  const bySource = new Map<string, RecordLine[]>();
  for (const cursor of heads) {
    const lines = isShared ? (bySource.get(cursor.source) ?? []) : into;
    if (isShared) bySource.set(cursor.source, lines);
    while (cursor.ts === ts) {
      lines.push(cursor.take());
      if (cursor.isEmpty) await cursor.fill();
    }
  }
  if (isShared) for (const line of withoutCopies(bySource)) into.push(line);
}

/** `bySource` in order of source. */
function* withoutCopies(
  bySource: ReadonlyMap<string, readonly RecordLine[]>,
): Iterable<RecordLine> {
  const keepers = new Map<string, { readonly source: string; readonly count: number }>();
  for (const [source, lines] of bySource) {
    for (const [identity, count] of counted(lines)) {
      if (count > (keepers.get(identity)?.count ?? 0)) keepers.set(identity, { source, count });
    }
  }
  for (const [source, lines] of bySource) {
    yield* lines.filter((line) => keepers.get(identityOf(line))?.source === source);
  }
}

function counted(lines: readonly RecordLine[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const identity = identityOf(line);
    counts.set(identity, (counts.get(identity) ?? 0) + 1);
  }
  return counts;
}

class Cursor {
  readonly source: string;
  /** Of the next line; undefined at the end. */
  ts: string | undefined;
  readonly #batches: AsyncIterator<readonly RecordLine[]>;
  #batch: readonly RecordLine[] = [];
  #next = 0;

  constructor(run: Run) {
    this.source = run.source;
    this.#batches = run.lines[Symbol.asyncIterator]();
  }

  /** Nothing is left of the batch; `fill` before asking for `ts`. */
  get isEmpty(): boolean {
    return this.#next >= this.#batch.length;
  }

  async fill(): Promise<void> {
    while (this.isEmpty) {
      const next = await this.#batches.next();
      if (next.done === true) {
        this.ts = undefined;
        return;
      }
      this.#batch = next.value;
      this.#next = 0;
    }
    this.#look();
  }

  take(): RecordLine {
    const line = this.#batch[this.#next];
    if (line === undefined) throw new Error('Took a line from a run that has ended.');
    this.#next += 1;
    this.#look();
    return line;
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }

  #look(): void {
    const line = this.#batch[this.#next];
    if (line !== undefined) this.ts = tsOf(line);
  }
}
