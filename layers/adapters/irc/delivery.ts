import { foldNick } from '#core/talk/mention.ts';

/**
 * Why the server does not have a line: `lost` when the connection broke or fell silent (it may have it after all), `refused` when
 * the server said no.
 */
export class NotDelivered extends Error {
  readonly because: 'lost' | 'refused';

  constructor(because: 'lost' | 'refused', detail: string) {
    super(`The IRC server has not taken the line: ${detail}`);
    this.because = because;
  }
}

/** Errors of the server about a channel that we speak in; named as irc-framework does. */
const REFUSALS = new Set(['cannot_send_to_channel', 'not_on_channel', 'no_such_channel']);

interface Pending {
  readonly channel: string;
  readonly text: string;
  readonly token: string;
  readonly timers: NodeJS.Timeout[];
  readonly resolve: () => void;
  readonly reject: (error: NotDelivered) => void;
}

/** Milliseconds. */
export interface Patience {
  /** How long to wait for our own line to come back before asking. */
  readonly echo: number;
  /** How long to wait for the answer. */
  readonly pong: number;
}

/**
 * One line at a time over one connection, until the server surely has it: its echo came back
 * (https://ircv3.net/specs/extensions/echo-message), or else a PING sent behind it was answered, since a server handles a
 * client's lines in order.
 */
export class Delivery {
  readonly #raw: (...words: string[]) => void;
  readonly #patience: Patience;
  #pending: Pending | undefined;
  #count = 0;

  constructor(raw: (...words: string[]) => void, patience: Patience) {
    this.#raw = raw;
    this.#patience = patience;
  }

  /** @throws NotDelivered */
  async say(channel: string, text: string, hasEcho: boolean): Promise<void> {
    if (this.#pending !== undefined) throw new Error('One line at a time.');
    this.#count += 1;
    const token = `viva-${this.#count}`;
    const timers: NodeJS.Timeout[] = [];
    try {
      await new Promise<void>((resolve, reject) => {
        this.#pending = { channel: foldNick(channel), text, token, timers, resolve, reject };
        this.#raw('PRIVMSG', channel, text);
        if (hasEcho) this.#later(this.#patience.echo, this.#ask);
        else this.#ask();
      });
    } finally {
      for (const timer of timers) clearTimeout(timer);
      this.#pending = undefined;
    }
  }

  /** We heard ourselves. */
  onEcho(channel: string, text: string): void {
    const pending = this.#pending;
    if (pending?.channel === foldNick(channel) && pending.text === text) pending.resolve();
  }

  onPong(token: string | undefined): void {
    if (this.#pending?.token === token) this.#pending?.resolve();
  }

  onError(error: string, channel: string | undefined): void {
    if (!REFUSALS.has(error) || channel === undefined) return;
    if (this.#pending?.channel !== foldNick(channel)) return;
    this.#pending.reject(new NotDelivered('refused', error));
  }

  /** The connection is gone. */
  abandon(): void {
    this.#pending?.reject(new NotDelivered('lost', 'the connection broke.'));
  }

  readonly #ask = (): void => {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#raw('PING', pending.token);
    this.#later(this.#patience.pong, () => {
      pending.reject(new NotDelivered('lost', 'it has fallen silent.'));
    });
  };

  #later(ms: number, run: () => void): void {
    this.#pending?.timers.push(setTimeout(run, ms));
  }
}
