import { withoutCopies } from './copies.ts';
import type { PackedLines } from './line-writer.ts';
import { endOf, HEAD_BYTES, secondOf } from './packed.ts';
import { viewOf } from './sink.ts';
import { Taken } from './taken.ts';

/** A sorted run of one source's packed lines of one day, read from its beginning on. Runs of one source are given in order of position. */
export interface Run {
  /** Place of the source among all: runs are given in its order. */
  readonly source: number;
  /** Bytes in all; Infinity when nobody knows. */
  readonly size: number;
  /** Fills `into`, or less of it; 0 when the run has ended. */
  read(into: Uint8Array): number | Promise<number>;
  /** Called once, also when the merge stops early. */
  close?(): void | Promise<void>;
}

/** Lines in their final order; overwritten by the next part. */
export interface Part extends PackedLines {
  /** Copies that fell. */
  readonly duplicates: number;
}

/** What merges may use, one after the other. */
export class MergeRoom {
  /** For the runs' beginnings. */
  readonly slab: Uint8Array;
  readonly taken = new Taken();

  constructor(slab: Uint8Array) {
    this.slab = slab;
  }
}

const LEAST_SHARE = 4096;

/**
 * The lines of several runs in order (time, source, position). Copies fall as multisets: among messages of equal (ts, user, text)
 * those of one source stay, the one that has most of them (of several, the first); so a burst of equal lines survives and
 * a copied file does not. Holds as much of each run as the room gives it, and at least all messages of one second.
 */
export async function* merge(
  runs: readonly Run[],
  { slab, taken }: MergeRoom,
): AsyncIterable<Part> {
  const beginnings = new Beginnings(runs, slab);
  try {
    for (;;) {
      const horizon = await beginnings.fill();
      taken.clear();
      beginnings.take(taken, horizon);
      if (taken.count > 0) yield part(beginnings.view, taken);
      else if (horizon === Number.POSITIVE_INFINITY) return;
      else beginnings.grow();
    }
  } finally {
    for (const run of runs) await run.close?.();
  }
}

function part(view: DataView, taken: Taken): Part {
  const order = taken.order();
  const kept = taken.isMixed ? withoutCopies({ packed: view, taken, order }) : order.length;
  for (let index = 0; index < kept; index += 1) {
    order[index] = taken.starts[order[index] ?? 0] ?? 0;
  }
  return { view, starts: order.subarray(0, kept), duplicates: order.length - kept };
}

/** What is held of a run: `at` to `end` of the slab, whole lines to `whole`; its share is `from` to `to`. */
interface Held {
  readonly run: Run;
  from: number;
  to: number;
  at: number;
  whole: number;
  end: number;
  /** Where the last whole line begins. */
  last: number;
  read: number;
  hasEnded: boolean;
}

/** The runs' beginnings side by side in one piece of memory. */
class Beginnings {
  view: DataView;
  #slab: Uint8Array;
  readonly #all: readonly Held[];

  constructor(runs: readonly Run[], slab: Uint8Array) {
    const sizes = runs.reduce((sum, { size }) => sum + size, 0);
    const share =
      sizes <= slab.length
        ? slab.length
        : Math.max(LEAST_SHARE, Math.floor(slab.length / runs.length));
    let taken = 0;
    this.#all = runs.map((run) => {
      const from = taken;
      taken += Math.min(run.size, share);
      return { run, from, to: taken, at: from, whole: from, end: from, last: from, ...UNREAD };
    });
    this.#slab = taken <= slab.length ? slab : new Uint8Array(taken);
    this.view = viewOf(this.#slab);
  }

  /** Reads on while there is room. Lines before the second it gives are all here: Infinity when everything is. */
  async fill(): Promise<number> {
    let horizon = Number.POSITIVE_INFINITY;
    for (const held of this.#all) {
      if (held.hasEnded) continue;
      await this.#fill(held);
      horizon = Math.min(horizon, this.#horizon(held));
    }
    return horizon;
  }

  take(taken: Taken, horizon: number): void {
    for (const held of this.#all) {
      if (held.at === held.whole) continue;
      const range = { from: held.at, to: held.whole, horizon };
      held.at = taken.take(this.view, range, held.run.source);
    }
  }

  /** Gives twice the room to all: what they hold is of one second, or no whole line. */
  grow(): void {
    const before = this.#slab;
    const taken = this.#all.reduce((sum, { from, to }) => sum + 2 * (to - from), 0);
    this.#slab = new Uint8Array(taken);
    this.view = viewOf(this.#slab);
    let next = 0;
    for (const held of this.#all) {
      this.#slab.set(before.subarray(held.at, held.end), next);
      const size = 2 * (held.to - held.from);
      this.#move(held, next);
      held.from = next;
      next += size;
      held.to = next;
    }
  }

  async #fill(held: Held): Promise<void> {
    this.#slab.copyWithin(held.from, held.at, held.end);
    this.#move(held, held.from);
    while (held.end < held.to) {
      const read = await held.run.read(this.#slab.subarray(held.end, held.to));
      held.end += read;
      held.read += read;
      if (read === 0 || held.read === held.run.size) break;
    }
    held.hasEnded = held.end < held.to || held.read === held.run.size;
    while (this.#isWhole(held)) {
      held.last = held.whole;
      held.whole = endOf(this.view, held.whole);
    }
  }

  #isWhole({ whole, end }: Held): boolean {
    return whole + HEAD_BYTES <= end && endOf(this.view, whole) <= end;
  }

  #horizon({ hasEnded, at, whole, last }: Held): number {
    if (hasEnded) return Number.POSITIVE_INFINITY;
    return whole === at ? Number.NEGATIVE_INFINITY : secondOf(this.view, last);
  }

  /** What is held begins at `to` now. */
  #move(held: Held, to: number): void {
    const by = to - held.at;
    held.at += by;
    held.whole += by;
    held.end += by;
    held.last += by;
  }
}

const UNREAD = { read: 0, hasEnded: false };
