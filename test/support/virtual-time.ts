/** Sleepers that are due so close together wake together: they race for what they share. */
export const SLICE_MS = 50;

/**
 * Time that passes only while everybody sleeps: whatever the machine's load, an answer takes none of it.
 */
export class VirtualTime {
  #at = Date.UTC(2026, 0, 1);
  #awake = 0;
  #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  readonly now = (): Date => new Date(this.#at);

  readonly sleep = (ms: number): Promise<void> =>
    new Promise((wake) => {
      this.#sleepers.push({ at: this.#at + ms, wake });
      this.#rests();
    });

  /** Lets all of them live until each has ended; only they may sleep. */
  async run(lives: readonly (() => Promise<void>)[]): Promise<void> {
    this.#awake = lives.length;
    await Promise.all(
      lives.map(async (live) => {
        await live();
        this.#rests();
      }),
    );
  }

  #rests(): void {
    this.#awake -= 1;
    const next = Math.min(...this.#sleepers.map(({ at }) => at));
    if (this.#awake > 0 || this.#sleepers.length === 0) return;
    this.#at = Math.max(this.#at, next);
    const due = this.#sleepers.filter(({ at }) => at <= next + SLICE_MS);
    this.#sleepers = this.#sleepers.filter(({ at }) => at > next + SLICE_MS);
    this.#awake = due.length;
    for (const { wake } of due) wake();
  }
}
