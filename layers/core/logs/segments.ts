import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import type { Segment } from '#contract/log-record.ts';
import type { Codec } from '../ports/codec.ts';
import type { Objects } from '../ports/objects.ts';
import { LineArena } from './line-arena.ts';
import { LineWriter } from './line-writer.ts';
import { join } from './lines.ts';
import { dayRuns } from './runs.ts';
import { dayName } from './time.ts';

export type DaySegment = Segment & { readonly day: string };

/** Bytes held before sorted runs are written: what bounds the memory of a source of any size. */
const HELD_BYTES = 8_388_608;
const FIRST_BYTES = 262_144;

/** Collects one source's messages, in order of position, into sorted immutable segments per UTC day. */
export class SegmentWriter {
  /** Where the messages are to be written. */
  readonly lines = new LineArena(FIRST_BYTES);
  readonly #agent: AgentId;
  readonly #source: string;
  readonly #objects: Objects;
  readonly #codec: Codec;
  readonly #written: DaySegment[] = [];
  readonly #heldBytes: number;
  readonly #writer = new LineWriter();

  constructor(props: {
    readonly agent: AgentId;
    readonly source: string;
    readonly objects: Objects;
    readonly codec: Codec;
    /** @default - 8 MiB */
    readonly heldBytes?: number;
  }) {
    this.#agent = props.agent;
    this.#source = props.source;
    this.#objects = props.objects;
    this.#codec = props.codec;
    this.#heldBytes = props.heldBytes ?? HELD_BYTES;
  }

  /** To be awaited after every piece: writes what is held when it is much. */
  async relieve(): Promise<void> {
    if (this.lines.isFull(this.#heldBytes)) await this.#write();
  }

  /** Every segment, by day; runs of one day in order of position. */
  async finish(): Promise<readonly DaySegment[]> {
    await this.#write();
    return this.#written.toSorted((a, b) => compare(a.day, b.day));
  }

  async #write(): Promise<void> {
    for (const run of dayRuns(this.lines, 0, this.lines.count)) {
      const { view, starts } = this.lines;
      const ordered = Uint32Array.from(run.keys, (key) => starts[this.lines.lineOf(key)] ?? 0);
      const written = this.#writer.write({ view, starts: ordered }, run.day);
      const bytes = join(Array.from(written, (lines) => lines.bytes.slice()));
      const day = dayName(run.day);
      const sha256 = this.#codec.sha256(bytes);
      const key = objectKey.corpus(this.#agent, `segments/${day}/${sha256}.ndjson.zst`);
      const body = await this.#codec.zstd(bytes);
      // absent or the same content; written again it is young again, and compaction leaves it alone
      await this.#objects.put(key, body, { contentType: 'application/zstd' });
      this.#written.push({
        day,
        key,
        source: this.#source,
        sha256,
        bytes: body.length,
        messages: ordered.length,
      });
    }
    this.lines.clear();
  }
}

/** By code unit, the same on every machine. */
export function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
