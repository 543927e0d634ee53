import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { pause } from './pause.ts';

const CHUNK = 64 * 1024;
const SEGMENT_BYTES = 4 * 1024 * 1024;
const RETRY_MS = { first: 100, longest: 10_000 } as const;

export interface SpoolOptions {
  /** A folder of its own. */
  readonly dir: string;
  /** What lies here at most; what comes beyond it is dropped. */
  readonly maxBytes: number;
  /** After so long, what is refused again and again is given up: it must not stand in the way for ever. */
  readonly giveUpMs: number;
  readonly onEvent: (event: string, keys: Readonly<Record<string, string | number>>) => void;
}

interface Chunk {
  readonly texts: readonly string[];
  readonly bytes: number;
}

/**
 * Lines of text on disk, on their way somewhere that may be away: handed on in order, at least once, none lost when the process dies
 * (the kernel has each by the end of the turn in which it came). Memory holds one chunk of 64 KiB, however many wait.
 */
export class Spool {
  readonly #options: SpoolOptions;
  #pending: string[] = [];
  #isFlushing = false;
  #out: { readonly fd: number; readonly segment: number; bytes: number };
  /** What is handed on next. */
  #next: { readonly segment: number; readonly offset: number };
  #behind: number;
  #wake: () => void = () => undefined;

  constructor(options: SpoolOptions) {
    this.#options = options;
    mkdirSync(options.dir, { recursive: true });
    const segments = this.#segments();
    this.#next = this.#readPosition(segments[0] ?? 1);
    this.#behind = this.#sizeOf(segments) - this.#next.offset;
    // a line that was torn by the end of the last life is never continued
    this.#out = this.#open((segments.at(-1) ?? 0) + 1);
  }

  /** Bytes that wait. */
  get behind(): number {
    return this.#behind;
  }

  /** Takes one line without an end. */
  append(line: string): void {
    if (this.#behind > this.#options.maxBytes) {
      this.#options.onEvent('line-dropped', { because: 'the spool is full' });
      return;
    }
    this.#pending.push(line);
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => {
      this.flush();
    });
  }

  /** Everything to disk. */
  flush(): void {
    this.#isFlushing = false;
    if (this.#pending.length === 0) return;
    const bytes = Buffer.from(`${this.#pending.join('\n')}\n`);
    const count = this.#pending.length;
    this.#pending = [];
    try {
      if (this.#out.bytes > SEGMENT_BYTES) {
        closeSync(this.#out.fd);
        this.#out = this.#open(this.#out.segment + 1);
      }
      writeWhole(this.#out, bytes);
      this.#out.bytes += bytes.length;
      this.#behind += bytes.length;
    } catch (error) {
      this.#options.onEvent('line-dropped', { because: String(error), lines: count });
    }
    this.#wake();
  }

  /** Hands on what there is, as it comes, until the signal. What `take` refuses is offered again. */
  async run(take: (lines: readonly string[]) => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const lines = this.#read();
      if (lines === undefined) await this.#more(signal);
      else if (await this.#offer(lines.texts, take, signal)) this.#confirm(lines.bytes);
    }
  }

  /** Resolves when nothing waits any more, or at the signal. */
  async drained(signal: AbortSignal): Promise<void> {
    this.flush();
    while (this.#behind > 0 && !signal.aborted) await pause(20, signal);
  }

  async #offer(
    lines: readonly string[],
    take: (lines: readonly string[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const giveUp = Date.now() + this.#options.giveUpMs;
    for (let waitMs: number = RETRY_MS.first; !signal.aborted; waitMs *= 2) {
      try {
        await take(lines);
        return true;
      } catch (error) {
        const isHopeless = Date.now() > giveUp;
        const event = isHopeless ? 'line-dropped' : 'away';
        this.#options.onEvent(event, { because: String(error), lines: lines.length });
        if (isHopeless) return true;
        await pause(Math.min(waitMs, RETRY_MS.longest), signal);
      }
    }
    return false;
  }

  /** The whole lines of the next chunk; undefined when there are none yet. */
  #read(): Chunk | undefined {
    const { segment, offset } = this.#next;
    const buffer = Buffer.alloc(CHUNK);
    const fd = openSync(this.#path(segment), 'r');
    const length = readSync(fd, buffer, 0, CHUNK, offset);
    closeSync(fd);
    const end = buffer.subarray(0, length).lastIndexOf(10) + 1;
    if (end === 0) return segment < this.#out.segment ? this.#nextSegment(length) : undefined;
    const texts = buffer.toString('utf8', 0, end - 1).split('\n');
    return { texts, bytes: end };
  }

  /** What is left of the segment is torn. */
  #nextSegment(torn: number): Chunk | undefined {
    rmSync(this.#path(this.#next.segment), { force: true });
    this.#behind -= torn;
    const segment = this.#segments().find((number) => number > this.#next.segment);
    this.#next = { segment: segment ?? this.#out.segment, offset: 0 };
    return this.#read();
  }

  #confirm(bytes: number): void {
    const { segment, offset } = this.#next;
    this.#next = { segment, offset: offset + bytes };
    this.#behind -= bytes;
    try {
      writeFileSync(join(this.#options.dir, 'position'), JSON.stringify(this.#next));
    } catch (error) {
      // a full disk: the next life begins at an earlier line, and twice is harmless
      this.#options.onEvent('away', { because: String(error), lines: 0 });
    }
  }

  async #more(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#wake = done;
      signal.addEventListener('abort', done);
    });
  }

  #open(segment: number): { fd: number; segment: number; bytes: number } {
    return { fd: openSync(this.#path(segment), 'a'), segment, bytes: 0 };
  }

  /** Where the last life was; from the beginning when that is unknown: twice is harmless. */
  #readPosition(first: number): { readonly segment: number; readonly offset: number } {
    try {
      const text = readFileSync(join(this.#options.dir, 'position'), 'utf8');
      const [, segment, offset] = /^\{"segment":(\d+),"offset":(\d+)\}$/.exec(text) ?? [];
      if (Number(segment) === first) return { segment: first, offset: Number(offset) };
    } catch {
      // there is none
    }
    return { segment: first, offset: 0 };
  }

  #segments(): number[] {
    return readdirSync(this.#options.dir)
      .flatMap((name) => /^(\d{8})\.jsonl$/.exec(name)?.[1] ?? [])
      .map(Number)
      .toSorted((a, b) => a - b);
  }

  #sizeOf(segments: readonly number[]): number {
    return segments.reduce((sum, segment) => sum + statSync(this.#path(segment)).size, 0);
  }

  #path(segment: number): string {
    return join(this.#options.dir, `${String(segment).padStart(8, '0')}.jsonl`);
  }
}

/** All of it or nothing: a disk that fills up takes part of it, and a torn line would take the next one with it. */
function writeWhole(
  { fd, bytes: before }: { readonly fd: number; readonly bytes: number },
  bytes: Uint8Array,
): void {
  try {
    if (writeSync(fd, bytes) < bytes.length) throw new Error('the disk is full');
  } catch (error) {
    ftruncateSync(fd, before);
    throw error;
  }
}
