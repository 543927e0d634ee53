import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import type { Segment } from '#contract/log-record.ts';
import type { Codec } from '../ports/codec.ts';
import type { Objects } from '../ports/objects.ts';
import { dayOf, type RecordLine, tsOf } from './record-line.ts';

export type DaySegment = Segment & { readonly day: string };

/** Characters held before sorted runs are written: what bounds the memory of a source of any size. */
const HELD_CHARS = 4_194_304;

/** Collects one source's messages, in order of position, into sorted immutable segments per UTC day. */
export class SegmentWriter {
  readonly #agent: AgentId;
  readonly #source: string;
  readonly #objects: Objects;
  readonly #codec: Codec;
  readonly #days = new Map<string, RecordLine[]>();
  readonly #written: DaySegment[] = [];
  readonly #heldChars: number;
  #chars = 0;

  constructor(props: {
    readonly agent: AgentId;
    readonly source: string;
    readonly objects: Objects;
    readonly codec: Codec;
    /** @default - 4 Mi characters */
    readonly heldChars?: number;
  }) {
    this.#agent = props.agent;
    this.#source = props.source;
    this.#objects = props.objects;
    this.#codec = props.codec;
    this.#heldChars = props.heldChars ?? HELD_CHARS;
  }

  add(line: RecordLine): void {
    const day = dayOf(line);
    const lines = this.#days.get(day);
    if (lines === undefined) this.#days.set(day, [line]);
    else lines.push(line);
    this.#chars += line.length;
  }

  /** To be awaited after every chunk: writes what is held when it is much. */
  async relieve(): Promise<void> {
    if (this.#chars > this.#heldChars) await this.#write();
  }

  /** Every segment, by day; runs of one day in order of position. */
  async finish(): Promise<readonly DaySegment[]> {
    await this.#write();
    return this.#written.toSorted((a, b) => compare(a.day, b.day));
  }

  async #write(): Promise<void> {
    const days = [...this.#days].toSorted(([a], [b]) => compare(a, b));
    this.#days.clear();
    this.#chars = 0;
    for (const [day, lines] of days) this.#written.push(await this.#segment(day, lines));
  }

  async #segment(day: string, lines: RecordLine[]): Promise<DaySegment> {
    const text = `${sorted(lines).join('\n')}\n`;
    const sha256 = this.#codec.sha256(text);
    const key = objectKey.corpus(this.#agent, `segments/${day}/${sha256}.ndjson.gz`);
    const body = await this.#codec.gzip(text);
    // absent or the same content: a segment is never replaced, so a reader never sees half of one
    await this.#objects.put(key, body, { contentType: 'application/gzip', ifAbsent: true });
    return { day, key, source: this.#source, sha256, bytes: body.length, messages: lines.length };
  }
}

/** By code unit, the same on every machine. */
export function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** By ts; equal ones stay in order of position, because the sort is stable. */
function sorted(lines: RecordLine[]): RecordLine[] {
  const isSorted = lines.every((line, index) => tsOf(lines[index - 1] ?? '') <= tsOf(line));
  return isSorted ? lines : lines.toSorted((a, b) => compare(tsOf(a), tsOf(b)));
}
