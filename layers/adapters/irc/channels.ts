import { foldNick } from '#core/talk/mention.ts';

export interface ChannelsOptions {
  /** Which to be in from the beginning, with the gap in milliseconds between two joins. */
  readonly channels: readonly string[];
  readonly joinGapMs: number;
  /** How long to wait before joining again; doubled with each refusal, up to `rejoinMaxMs`. */
  readonly rejoinMs: number;
  readonly rejoinMaxMs: number;
  readonly join: (channel: string) => void;
}

/** Which channels one connection is in, and its way back into those that it was kicked out of or not let into. */
export class Channels {
  readonly #options: ChannelsOptions;
  readonly #joined = new Set<string>();
  readonly #refusals = new Map<string, number>();
  readonly #forgotten = new Set<string>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(options: ChannelsOptions) {
    this.#options = options;
  }

  has(channel: string): boolean {
    return this.#joined.has(foldNick(channel));
  }

  joinAll(): void {
    this.#options.channels.forEach((channel, index) => {
      this.#later(channel, index * this.#options.joinGapMs);
    });
  }

  /** Unless an attempt is under way or planned. */
  join(channel: string): void {
    this.#forgotten.delete(foldNick(channel));
    if (!this.#timers.has(foldNick(channel))) this.#later(channel, 0);
  }

  /** Stays away once it has left. */
  forget(channel: string): void {
    this.#forgotten.add(foldNick(channel));
    this.#clear(foldNick(channel));
  }

  onJoined(channel: string): void {
    const name = foldNick(channel);
    this.#joined.add(name);
    this.#refusals.delete(name);
    this.#clear(name);
  }

  /** Kicked, parted, or found not to be in it after all: back after a while. */
  onLeft(channel: string): void {
    this.#joined.delete(foldNick(channel));
    if (!this.#forgotten.has(foldNick(channel))) this.#later(channel, this.#options.rejoinMs);
  }

  /** Full, banned, by invitation only, ...: the wait doubles. */
  onRefused(channel: string): void {
    const name = foldNick(channel);
    const refusals = this.#refusals.get(name) ?? 0;
    this.#refusals.set(name, refusals + 1);
    const { rejoinMs, rejoinMaxMs } = this.#options;
    this.#later(channel, Math.min(rejoinMaxMs, rejoinMs * 2 ** Math.min(refusals, 20)));
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#joined.clear();
  }

  /** The timer stays after the attempt until it is answered, so that nobody tries in between; a server that never answers is asked again. */
  #later(channel: string, ms: number): void {
    const name = foldNick(channel);
    this.#clear(name);
    this.#timers.set(
      name,
      setTimeout(() => {
        this.#options.join(channel);
        this.#timers.set(
          name,
          setTimeout(() => {
            this.#later(channel, 0);
          }, this.#options.rejoinMaxMs),
        );
      }, ms),
    );
  }

  #clear(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}
