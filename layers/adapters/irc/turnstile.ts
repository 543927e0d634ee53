/** Lets connections through one after the other, so that a task's many do not come at a server all at once. */
export class Turnstile {
  readonly #gapMs: number;
  #next = 0;

  constructor(gapMs: number) {
    this.#gapMs = gapMs;
  }

  /** Milliseconds to wait at `now` for the next turn, which is then taken. */
  waitMs(now: number): number {
    const turn = Math.max(now, this.#next);
    this.#next = turn + this.#gapMs;
    return turn - now;
  }
}
