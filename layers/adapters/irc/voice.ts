import ircFramework, { type Client } from 'irc-framework';
import { foldNick } from '#core/talk/mention.ts';
import { Delivery, NotDelivered } from './delivery.ts';
import { type Overheard, overheard } from './overheard.ts';
import { Returns } from './returns.ts';
import type { Server, Temper } from './temper.ts';

export interface VoiceOptions {
  readonly nick: string;
  readonly channels: readonly string[];
  readonly server: Server;
  readonly temper: Temper;
  readonly onLine: (line: Overheard) => void;
  /** One word and its keys for the log. */
  readonly onEvent: (event: string, keys: Readonly<Record<string, string | number>>) => void;
}

const MAX_JOINS = 3;
const MAX_UNDERSCORES = 4;

/**
 * One agent on IRC: one connection that comes back by itself until it is stopped. irc-framework's own reconnecting gives up after
 * three tries, and at once when dropped within five seconds of registering, so each connection is a new client here.
 */
export class Voice {
  readonly #options: VoiceOptions;
  readonly #joined = new Set<string>();
  readonly #returns: Returns;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #waiting = new Set<() => void>();
  #client: Client | undefined;
  #delivery: Delivery | undefined;
  #nick: string;
  #isUp = false;
  #isStopped = false;

  constructor(options: VoiceOptions) {
    this.#options = options;
    this.#nick = options.nick;
    this.#returns = new Returns(options.temper);
  }

  /** The nick it bears now: its own or, after a collision, one with underscores. */
  get nick(): string {
    return this.#nick;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  isIn(channel: string): boolean {
    return this.#joined.has(foldNick(channel));
  }

  connect(): void {
    const { nick, server, temper } = this.#options;
    const client = new ircFramework.Client();
    this.#client = client;
    this.#delivery = new Delivery((...words) => {
      client.raw(...words);
    }, temper.patience);
    this.#listen(client, this.#delivery);
    this.#nick = nick;
    client.connect({
      ...server,
      rejectUnauthorized: true,
      nick,
      username: nick.replace(/^kk-/, '').slice(0, 10),
      gecos: `${nick}, an agent of Economia Viva`,
      version: 'economia-viva',
      auto_reconnect: false,
      enable_echomessage: true,
      ping_interval: temper.pingSeconds,
      ping_timeout: temper.deadSeconds,
    });
  }

  /** Waits until it is in the channel (joining it when need be), says one line, and waits until the server has it. @throws NotDelivered */
  async say(channel: string, text: string, signal: AbortSignal): Promise<void> {
    await this.#enter(channel, signal);
    const hasEcho = this.#client?.network.cap.isEnabled('echo-message') ?? false;
    try {
      await this.#delivery?.say(channel, text, hasEcho);
    } catch (error) {
      if (error instanceof NotDelivered) this.#afterFailure(error, channel);
      throw error;
    }
  }

  async #enter(channel: string, signal: AbortSignal): Promise<void> {
    for (let joins = 0; !this.#isUp || !this.isIn(channel); ) {
      if (signal.aborted) throw new NotDelivered('lost', 'the relay is stopping.');
      if (joins >= MAX_JOINS) throw new NotDelivered('refused', 'it does not let us in.');
      await this.#change(signal);
      if (this.#isUp && !this.isIn(channel)) {
        joins += 1;
        this.#client?.raw('JOIN', channel);
      }
    }
  }

  /** Says goodbye; resolves when the connection is closed, or after a second. */
  async stop(reason: string): Promise<void> {
    this.#isStopped = true;
    const client = this.#client;
    for (const timer of this.#timers) clearTimeout(timer);
    if (client === undefined) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 1000).unref();
      client.on('close', () => {
        resolve();
      });
      client.quit(reason);
    });
  }

  #listen(client: Client, delivery: Delivery): void {
    client.on('registered', ({ nick }) => {
      this.#onRegistered(nick);
    });
    client.on('close', () => {
      this.#onClose(delivery);
    });
    client.on('pong', ({ message }) => {
      delivery.onPong(message);
    });
    client.on('irc error', ({ error, channel }) => {
      delivery.onError(error, channel);
    });
    client.on('privmsg', (event) => {
      if (!event.target.startsWith('#')) return;
      if (this.#isMe(event.nick)) delivery.onEcho(event.target, event.message);
      else this.#options.onLine(overheard(event));
    });
    this.#listenToNicks(client);
    this.#listenToChannels(client);
  }

  #listenToNicks(client: Client): void {
    const wanted = this.#options.nick;
    client.on('nick in use', () => {
      // after registering this answers an attempt to take our nick back: it still is not free
      if (this.#isUp) return;
      this.#nick = `${this.#nick}_`;
      if (this.#nick.length > wanted.length + MAX_UNDERSCORES) this.#hangUp();
      else client.raw('NICK', this.#nick);
    });
    client.on('nick', (event) => {
      if (this.#isMe(event.nick)) this.#nick = event.new_nick;
      else if (foldNick(event.nick) === foldNick(wanted)) this.#reclaim();
    });
    client.on('quit', ({ nick }) => {
      if (foldNick(nick) === foldNick(wanted)) this.#reclaim();
    });
  }

  #listenToChannels(client: Client): void {
    client.on('join', ({ nick, channel }) => {
      if (!this.#isMe(nick)) return;
      this.#joined.add(foldNick(channel));
      this.#changed();
    });
    const left = (nick: string, channel: string): void => {
      if (!this.#isMe(nick)) return;
      this.#joined.delete(foldNick(channel));
      this.#options.onEvent('left', { nick: this.#nick, channel });
      this.#after(this.#options.temper.rejoinMs, () => {
        client.raw('JOIN', channel);
      });
    };
    client.on('part', ({ nick, channel }) => {
      left(nick, channel);
    });
    client.on('kick', ({ kicked, channel }) => {
      left(kicked, channel);
    });
  }

  #onRegistered(nick: string): void {
    const { channels, temper, onEvent } = this.#options;
    this.#isUp = true;
    this.#nick = nick;
    this.#returns.onUp(Date.now());
    onEvent('connected', { nick });
    channels.forEach((channel, index) => {
      this.#after(index * temper.joinGapMs, () => {
        this.#client?.raw('JOIN', channel);
      });
    });
    this.#after(temper.reclaimMs, () => {
      this.#keepReclaiming();
    });
  }

  #onClose(delivery: Delivery): void {
    this.#isUp = false;
    this.#client = undefined;
    this.#joined.clear();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    delivery.abandon();
    if (this.#isStopped) return;
    const waitMs = this.#returns.onDown(Date.now(), Math.random());
    this.#options.onEvent('disconnected', { nick: this.#options.nick, waitMs });
    this.#after(waitMs, () => {
      this.connect();
    });
  }

  /** Silence: the connection is as good as dead. Refused: perhaps no longer in the channel, so join again. */
  #afterFailure({ because }: NotDelivered, channel: string): void {
    if (because === 'refused') this.#joined.delete(foldNick(channel));
    else this.#hangUp();
  }

  #hangUp(): void {
    this.#isUp = false;
    this.#client?.connection.end(null, true);
  }

  #keepReclaiming(): void {
    this.#reclaim();
    this.#after(this.#options.temper.reclaimMs, () => {
      this.#keepReclaiming();
    });
  }

  #reclaim(): void {
    if (this.#isUp && this.#nick !== this.#options.nick) {
      this.#client?.raw('NICK', this.#options.nick);
    }
  }

  #isMe(nick: string): boolean {
    return foldNick(nick) === foldNick(this.#nick);
  }

  #after(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
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
