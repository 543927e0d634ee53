/** How long to wait before connecting again: doubling from the least to the most, with jitter so that not all come back at once. */
export class Returns {
  readonly #limits: {
    readonly returnMinMs: number;
    readonly returnMaxMs: number;
    readonly stableMs: number;
  };
  #attempts = 0;
  /** Until we are let in again: a server turns away whom it has banned without a word, before there is a connection to say it on. */
  #isBanned = false;
  #upSince: number | undefined;

  constructor(limits: {
    readonly returnMinMs: number;
    readonly returnMaxMs: number;
    readonly stableMs: number;
  }) {
    this.#limits = limits;
  }

  onUp(now: number): void {
    this.#upSince = now;
    this.#isBanned = false;
  }

  /**
   * Milliseconds until the next attempt. A server that lets us in only to throw us out does not reset the wait; one that has banned us
   * is asked as rarely as can be.
   */
  onDown(now: number, dice: number, isBanned = false): number {
    const { returnMinMs, returnMaxMs, stableMs } = this.#limits;
    if (this.#upSince !== undefined && now - this.#upSince >= stableMs) this.#attempts = 0;
    this.#upSince = undefined;
    const doubled = returnMinMs * 2 ** Math.min(this.#attempts, 20);
    this.#isBanned ||= isBanned;
    const wait = this.#isBanned ? returnMaxMs : Math.min(returnMaxMs, doubled);
    this.#attempts += 1;
    return Math.round(wait * (0.75 + dice * 0.5));
  }
}
