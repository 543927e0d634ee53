import ircFramework, { type Client, type Message } from 'irc-framework';
import { Channels } from './channels.ts';
import { Delivery } from './delivery.ts';
import { Handlers } from './handlers.ts';
import { Histories } from './histories.ts';
import { clientOptions, type LinkEnd, type LinkOptions } from './link-options.ts';
import { BAN, JOIN_REFUSALS, NICK_REFUSALS } from './numerics.ts';
import { overheard } from './overheard.ts';
import { OwnNick } from './own-nick.ts';
import { Pulse } from './pulse.ts';

/** One connection to one server, from its first byte to its last: never reconnects, so that no state of an old one is ever met. */
export class Link {
  readonly #options: LinkOptions;
  readonly #client: Client = new ircFramework.Client();
  readonly #delivery: Delivery;
  readonly #nick: OwnNick;
  readonly #channels: Channels;
  readonly #pulse: Pulse;
  readonly #histories = new Histories();
  readonly #handlers = new Handlers();
  #isUp = false;
  #because: LinkEnd['because'] = 'broken';
  #reason = 'the connection broke';

  constructor(options: LinkOptions) {
    const { nick, temper, channels } = options;
    this.#options = options;
    const raw = (...words: string[]): void => {
      this.#client.raw(...words);
    };
    this.#delivery = new Delivery((line) => {
      this.#client.connection.write(line);
    }, temper.patience);
    this.#nick = new OwnNick({
      wanted: nick,
      reclaimMs: temper.reclaimMs,
      raw,
      onHopeless: () => {
        this.hangUp('every nick like ours is taken');
      },
    });
    this.#channels = new Channels({
      ...temper,
      channels,
      join: (channel) => {
        raw('JOIN', channel);
      },
    });
    this.#pulse = new Pulse({
      ...temper,
      ask: (token) => {
        raw('PING', token);
      },
      onDead: () => {
        this.hangUp('the server does not answer', 'silent');
      },
    });
    this.#handle();
    this.#connect();
  }

  get nick(): string {
    return this.#nick.nick;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  isIn(channel: string): boolean {
    return this.#isUp && this.#channels.has(channel);
  }

  join(channel: string): void {
    this.#channels.join(channel);
  }

  part(channel: string): void {
    this.#channels.forget(channel);
    this.#client.raw('PART', channel);
  }

  /** Takes another nick for its own. */
  want(nick: string): void {
    this.#nick.want(nick);
  }

  /** @throws NotDelivered */
  say(channel: string, text: string): Promise<void> {
    const { cap } = this.#client.network;
    return this.#delivery.say(channel, text, {
      hasEcho: cap.isEnabled('echo-message'),
      hasLabels: cap.isEnabled('labeled-response') && cap.isEnabled('echo-message'),
    });
  }

  /** Says goodbye; resolves when the connection is closed, or after a second. */
  async quit(reason: string): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.hangUp(reason);
        resolve();
      }, 1000);
      this.#client.on('close', () => {
        clearTimeout(timer);
        resolve();
      });
      this.#client.quit(reason);
    });
  }

  hangUp(reason: string, because: LinkEnd['because'] = 'broken'): void {
    this.#reason = reason;
    if (this.#because !== 'banned') this.#because = because;
    this.#isUp = false;
    this.#client.connection.end(null, true);
  }

  #connect(): void {
    const { nick, server, onEvent } = this.#options;
    this.#client.on('close', () => {
      this.#onClose();
    });
    this.#client.on('sasl failed', ({ reason }) => {
      onEvent('sasl-failed', { nick, because: reason });
    });
    this.#client.connection.on('message', (message) => {
      this.#handlers.handle(message);
      this.#delivery.onMessage(message, this.#isOurs(message));
    });
    this.#client.requestCap(['labeled-response']);
    this.#pulse.start();
    this.#client.connect(
      clientOptions(this.#options, ({ message }) => {
        this.#reason = message;
      }),
    );
    onEvent('connecting', { nick, host: server.host, port: server.port });
  }

  #handle(): void {
    const on = this.#handlers.on.bind(this.#handlers);
    on(['001'], ({ params: [nick = ''] }) => {
      this.#onRegistered(nick);
    });
    on(['900'], () => {
      this.#nick.onKnown();
    });
    on(['465'], () => {
      this.#because = 'banned';
    });
    on(['ERROR'], ({ params: [reason = ''] }) => {
      this.#reason = reason;
      if (BAN.test(reason)) this.#because = 'banned';
    });
    on(['PONG'], ({ params }) => {
      this.#pulse.onPong(params.at(-1) ?? '');
    });
    on(['BATCH'], (message) => {
      this.#histories.onBatch(message);
    });
    on(['PRIVMSG', 'NOTICE'], (message) => {
      this.#onSpoken(message);
    });
    this.#handleNicks();
    this.#handleChannels();
  }

  #handleNicks(): void {
    const on = this.#handlers.on.bind(this.#handlers);
    on(NICK_REFUSALS, ({ params: [, subject = ''] }) => {
      if (!subject.startsWith('#')) this.#nick.onRefused();
    });
    on(['NICK'], ({ nick, params: [next = ''] }) => {
      this.#nick.onNick(nick, next);
    });
    on(['QUIT'], ({ nick }) => {
      this.#nick.onGone(nick);
    });
  }

  #handleChannels(): void {
    const on = this.#handlers.on.bind(this.#handlers);
    const left = (nick: string, channel: string, because: string): void => {
      if (!this.#nick.is(nick)) return;
      this.#options.onEvent('left', { nick: this.nick, channel, because });
      this.#channels.onLeft(channel);
    };
    on(['JOIN'], ({ nick, params: [channel = ''] }) => {
      if (!this.#nick.is(nick)) return;
      this.#channels.onJoined(channel);
      this.#options.onJoined(channel);
    });
    on(['PART'], ({ nick, params: [channel = ''] }) => {
      left(nick, channel, 'part');
    });
    on(['KICK'], ({ params: [channel = '', nick = '', reason = ''] }) => {
      left(nick, channel, reason);
    });
    on(['442'], ({ params: [, channel = ''] }) => {
      if (this.#channels.has(channel)) this.#channels.onLeft(channel);
    });
    on(JOIN_REFUSALS, ({ command, params: [, channel = ''] }) => {
      if (!channel.startsWith('#') || this.#channels.has(channel)) return;
      this.#options.onEvent('not-let-in', { nick: this.nick, channel, numeric: command });
      this.#channels.onRefused(channel);
    });
  }

  #onRegistered(nick: string): void {
    this.#isUp = true;
    this.#nick.onRegistered(nick);
    this.#pulse.onRegistered();
    this.#channels.joinAll();
    this.#options.onUp(nick);
  }

  #onSpoken(message: Message): void {
    if (this.#isOurs(message)) return;
    const line = overheard(message);
    if (line !== undefined) this.#options.onLine(line);
  }

  /** What we said before we came is no echo of what we say. */
  #isOurs(message: Message): boolean {
    return this.#nick.is(message.nick) && !this.#histories.has(message);
  }

  #onClose(): void {
    this.#isUp = false;
    this.#nick.stop();
    this.#channels.stop();
    this.#pulse.stop();
    this.#delivery.abandon();
    this.#options.onEnd({ reason: this.#reason, because: this.#because });
  }
}
