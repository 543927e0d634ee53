/** One thing that will happen. */
interface Event {
  readonly at: number;
  readonly run: () => void | Promise<void>;
}

/**
 * Virtual time: things happen one after another, each to its end before the next, and between them no time passes. What one
 * causes is on the line before the next begins, so that the same seed is the same history.
 */
export class Timeline {
  #now: number;
  /** The next one last. */
  readonly #events: Event[] = [];

  constructor(start: Date) {
    this.#now = start.getTime();
  }

  readonly now = (): Date => new Date(this.#now);

  get ms(): number {
    return this.#now;
  }

  /** Of two at the same time the first planned happens first. */
  at(ms: number, run: Event['run']): void {
    const event = { at: Math.max(ms, this.#now), run };
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.at ?? 0) > event.at) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, event);
  }

  /** When the next thing happens; Infinity when nothing will. */
  next(): number {
    return this.#events.at(-1)?.at ?? Number.POSITIVE_INFINITY;
  }

  async runUntil(end: number): Promise<void> {
    while (this.next() <= end) {
      const event = this.#events.pop();
      if (event === undefined) break;
      this.#now = event.at;
      await event.run();
      // whoever waited for this goes on first, and plans what it does next
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#now = end;
  }
}
