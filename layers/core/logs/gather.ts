import type { CorpusManifest, SourceCounts } from '#contract/log-record.ts';
import type { Codec } from '../ports/codec.ts';
import type { LogFile, LogShelf, Scratch } from '../ports/log-shelf.ts';
import { LineArena } from './line-arena.ts';
import { LineWriter } from './line-writer.ts';
import { addCounts, versionText } from './manifest.ts';
import { MergeRoom, merge, type Run } from './merge.ts';
import { LogParser } from './parse.ts';
import { plain } from './plain.ts';
import { dayRuns, packedBytes } from './runs.ts';
import { compare } from './segments.ts';
import { NO_COUNTS, Tally } from './tally.ts';
import { type Clock, dayName, isoSeconds } from './time.ts';
import { Users } from './users.ts';
import { Window } from './window.ts';

export interface Gathering {
  readonly clock: Clock;
  readonly codec: Codec;
  readonly scratch: Scratch;
  readonly shelf: LogShelf;
  /** @default - 8 MiB: bytes of lines held before they are spilled, and bytes of runs held in a merge */
  readonly heldBytes?: number;
}

export interface Gathered {
  /** Read = stored + duplicates + notMessages + quarantined. */
  readonly counts: SourceCounts & { readonly duplicates: number; readonly stored: number };
  readonly sources: number;
  readonly refused: number;
  readonly days: number;
  readonly users: number;
  /** Hash of the corpus: the same as the collector in the cloud comes to. */
  readonly version: string;
}

const HELD_BYTES = 8_388_608;

/** A run in the scratch room. */
interface Spilled {
  readonly source: number;
  readonly at: number;
  readonly bytes: number;
}

/**
 * Collects whole files into day segments, each the merge of all that the files say about the day, with a manifest, statistics per
 * day and per user, and the quarantine. It begins from nothing: what is on the shelf already is written again.
 */
export async function gather(files: readonly LogFile[], gathering: Gathering): Promise<Gathered> {
  const spiller = new Spiller(gathering);
  let [counts, refused] = [NO_COUNTS, 0];
  for (const file of files.toSorted((a, b) => compare(a.name, b.name))) {
    const tally = await spiller.take(file);
    counts = addCounts(counts, tally.counts);
    if (tally.refused !== undefined) refused += 1;
    if (tally.entries.length > 0) {
      const text = tally.entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      await gathering.shelf.document(`quarantine/${file.name}.ndjson`, text);
    }
  }
  const runs = await spiller.finish();
  const { days, users, duplicates } = await mergeDays(runs, spiller.lines, gathering);
  const version = gathering.codec.sha256(versionText(days));
  const stored = counts.messages - duplicates;
  const manifest = { v: 1, version, messages: stored, sources: files.length, duplicates, counts };
  await gathering.shelf.document('manifest.json', JSON.stringify({ ...manifest, days }));
  return {
    counts: { ...counts, duplicates, stored },
    sources: files.length,
    refused,
    days: days.length,
    users,
    version,
  };
}

/** Parses files into one arena, and spills it by day and source whenever it is full. */
class Spiller {
  readonly lines: LineArena;
  readonly #gathering: Gathering;
  readonly #heldBytes: number;
  readonly #days = new Map<number, Spilled[]>();
  /** The lines in the arena before `#from` are of sources up to the last in `#ends`. */
  #ends: { source: number; end: number }[] = [];
  #source = 0;
  readonly #window = new Window();

  constructor(gathering: Gathering) {
    this.#gathering = gathering;
    this.#heldBytes = gathering.heldBytes ?? HELD_BYTES;
    this.lines = new LineArena(this.#heldBytes + 4_194_304);
  }

  async take(file: LogFile): Promise<Tally> {
    const { clock, codec } = this.#gathering;
    const tally = new Tally(file.name, this.lines, this.#window);
    const parser = new LogParser(file.name, clock, tally);
    for await (const piece of plain(file.open(), codec, tally)) {
      parser.push(piece);
      if (this.lines.isFull(this.#heldBytes)) await this.#spill();
    }
    tally.bytesEnd();
    parser.end();
    this.#ends.push({ source: this.#source, end: this.lines.count });
    this.#source += 1;
    return tally;
  }

  /** The runs by day, each day's in order of source and position. */
  async finish(): Promise<ReadonlyMap<number, readonly Spilled[]>> {
    await this.#spill();
    return this.#days;
  }

  /** The scratch room only grows at its end, so the pieces of a run stand together. */
  async #write(pieces: Iterable<Uint8Array>): Promise<Omit<Spilled, 'source'>> {
    let at = -1;
    let bytes = 0;
    for (const piece of pieces) {
      const begun = await this.#gathering.scratch.write(piece);
      if (at < 0) at = begun;
      bytes += piece.length;
    }
    return { at, bytes };
  }

  async #spill(): Promise<void> {
    let from = 0;
    for (const { source, end } of [
      ...this.#ends,
      { source: this.#source, end: this.lines.count },
    ]) {
      for (const run of dayRuns(this.lines, from, end)) {
        const spilled = { source, ...(await this.#write(packedBytes(this.lines, run))) };
        const before = this.#days.get(run.day);
        if (before === undefined) this.#days.set(run.day, [spilled]);
        else before.push(spilled);
      }
      from = end;
    }
    this.#ends = [];
    this.lines.clear();
  }
}

type Day = Omit<CorpusManifest['days'][number], 'segments'> & {
  readonly key: string;
  readonly bytes: number;
  readonly users: number;
  readonly chars: number;
  /** Messages by hour, UTC. */
  readonly hours: readonly number[];
};

async function mergeDays(
  byDay: ReadonlyMap<number, readonly Spilled[]>,
  arena: LineArena,
  gathering: Gathering,
): Promise<{ days: Day[]; users: number; duplicates: number }> {
  const { shelf, heldBytes = HELD_BYTES } = gathering;
  // the lines in the arena are all spilled
  const room = new MergeRoom(arena.bytes.subarray(0, heldBytes));
  const writer = new LineWriter();
  const users = new Users();
  const days: Day[] = [];
  let duplicates = 0;
  for (const [number, spilled] of [...byDay].toSorted(([a], [b]) => a - b)) {
    const day = dayName(number);
    const runs = spilled.map((run) => scratchRun(run, gathering.scratch));
    const file = await shelf.begin(day);
    const hasher = gathering.codec.hasher();
    let messages = 0;
    users.startDay(number);
    for await (const part of merge(runs, room)) {
      messages += part.starts.length;
      duplicates += part.duplicates;
      users.add(part);
      for (const { bytes } of writer.write(part, number)) {
        hasher.update(bytes);
        await file.write(bytes);
      }
    }
    const hash = hasher.hex();
    const { speakers, chars, hours } = users;
    days.push({ day, hash, messages, ...(await file.seal(hash)), users: speakers, chars, hours });
  }
  const list = users.list();
  await shelf.document('users.ndjson', list.map(userLine).join(''));
  return { days, users: list.length, duplicates };
}

function userLine({ first, last, ...user }: ReturnType<Users['list']>[number]): string {
  return `${JSON.stringify({ ...user, first: isoSeconds(first), last: isoSeconds(last) })}\n`;
}

function scratchRun({ source, at, bytes }: Spilled, scratch: Scratch): Run {
  let done = 0;
  return {
    source,
    size: bytes,
    async read(into) {
      const part = into.subarray(0, bytes - done);
      if (part.length > 0) await scratch.read(at + done, part);
      done += part.length;
      return part.length;
    },
  };
}
