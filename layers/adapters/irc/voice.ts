import type { IrcOrder } from '#contract/irc-line.ts';
import { NotDelivered } from './delivery.ts';
import { Link } from './link.ts';
import type { LinkEnd, LinkOptions } from './link-options.ts';
import { Returns } from './returns.ts';
import type { Turnstile } from './turnstile.ts';

export interface VoiceOptions extends Omit<LinkOptions, 'server' | 'onUp' | 'onEnd'> {
  readonly turnstile: Turnstile;
}

const MAX_WAITS = 3;

/**
 * One agent on IRC: one connection that comes back by itself while it is wanted, to the next server of the list when one does not let
 * it in or falls silent. irc-framework's own reconnecting gives up after three tries, and at once when dropped within five seconds of registering.
 */
export class Voice {
  readonly #options: VoiceOptions;
  readonly #returns: Returns;
  readonly #waiting = new Set<() => void>();
  readonly #channels: Set<string>;
  #wanted: string;
  #link: Link | undefined;
  #server = 0;
  #isWanted = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: VoiceOptions) {
    this.#options = options;
    this.#wanted = options.nick;
    this.#channels = new Set(options.channels);
    this.#returns = new Returns(options.temper);
  }

  /** The nick it bears now: its own or, after a collision, one with underscores. */
  get nick(): string {
    return this.#link?.nick ?? this.#wanted;
  }

  get isUp(): boolean {
    return this.#link?.isUp ?? false;
  }

  isIn(channel: string): boolean {
    return this.#link?.isIn(channel) ?? false;
  }

  /** Connects, and again whenever it must; harmless when it does already. */
  connect(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#connectIn(0);
  }

  /** Waits until it is in the channel (joining it when need be), says one line, and waits until the server has it. @throws NotDelivered */
  async say(channel: string, text: string, signal: AbortSignal): Promise<void> {
    const link = await this.#enter(channel, signal);
    try {
      await link.say(channel, text);
    } catch (error) {
      // silence: the connection is as good as dead
      if (error instanceof NotDelivered && error.because === 'lost')
        link.hangUp(error.message, 'silent');
      throw error;
    }
  }

  obey(order: IrcOrder): void {
    if (order.order === 'nick') {
      this.#wanted = order.nick;
      this.#link?.want(order.nick);
    } else if (order.order === 'join') {
      this.#channels.add(order.channel);
      this.#link?.join(order.channel);
    } else {
      this.#channels.delete(order.channel);
      this.#link?.part(order.channel);
    }
  }

  /** Says goodbye and stays away until it is told to connect. */
  async stop(reason: string): Promise<void> {
    this.#isWanted = false;
    clearTimeout(this.#timer);
    const link = this.#link;
    this.#link = undefined;
    await link?.quit(reason);
  }

  async #enter(channel: string, signal: AbortSignal): Promise<Link> {
    for (let waits = 0; ; ) {
      const link = this.#link;
      if (link?.isIn(channel) === true) return link;
      if (signal.aborted) throw new NotDelivered('lost', 'the relay is stopping.');
      if (waits >= MAX_WAITS) throw new NotDelivered('refused', 'it does not let us in.');
      if (link?.isUp === true) {
        waits += 1;
        link.join(channel);
      }
      await this.#change(signal);
    }
  }

  #connectIn(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(() => {
        this.#link = this.#open();
      }, this.#options.turnstile.waitMs(Date.now()));
    }, ms);
  }

  #open(): Link {
    const { network, onEvent, onJoined, ...options } = this.#options;
    const { servers } = network;
    let hasBeenUp = false;
    const link: Link = new Link({
      ...options,
      nick: this.#wanted,
      channels: [...this.#channels],
      network,
      onEvent,
      server: servers[this.#server % servers.length] ?? servers[0],
      onUp: (nick) => {
        hasBeenUp = true;
        this.#returns.onUp(Date.now());
        onEvent('connected', { nick });
      },
      onJoined: (channel) => {
        this.#changed();
        onJoined(channel);
      },
      onEnd: (end) => {
        // one that was told to stop has been let go of already
        if (this.#link !== link) return;
        if (!hasBeenUp || end.because !== 'broken') this.#server += 1;
        this.#onEnd(end);
      },
    });
    return link;
  }

  #onEnd({ reason, because }: LinkEnd): void {
    this.#link = undefined;
    const isBanned = because === 'banned';
    const waitMs = this.#returns.onDown(Date.now(), Math.random(), isBanned);
    this.#options.onEvent(isBanned ? 'banned' : 'disconnected', {
      nick: this.#options.nick,
      because: reason.slice(0, 200),
      waitMs,
    });
    this.#connectIn(waitMs);
  }

  #changed(): void {
    for (const wake of this.#waiting) wake();
  }

  /** Until a channel was joined, at most `rejoinMs`. */
  async #change(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, this.#options.temper.rejoinMs);
      this.#waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }
}
