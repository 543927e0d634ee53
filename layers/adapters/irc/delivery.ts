import type { Message } from 'irc-framework';
import { foldNick } from '#core/talk/mention.ts';
import { LINE_REFUSALS } from './numerics.ts';

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

const ANY_ERROR = /^[45]\d\d$/;

interface Pending {
  readonly channel: string;
  readonly text: string;
  readonly token: string;
  /** Of the batch in which the server answers with our label, when it has more than one thing to say. */
  batch: string | undefined;
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

/** What a connection has negotiated. */
export interface Talents {
  readonly hasEcho: boolean;
  readonly hasLabels: boolean;
}

/**
 * One line at a time over one connection, until the server surely has it: it answered with our label
 * (https://ircv3.net/specs/extensions/labeled-response), the line's echo came back
 * (https://ircv3.net/specs/extensions/echo-message), or else a PING sent behind it was answered, since a server handles a
 * client's lines in order.
 */
export class Delivery {
  readonly #write: (line: string) => void;
  readonly #patience: Patience;
  #pending: Pending | undefined;
  #count = 0;

  constructor(write: (line: string) => void, patience: Patience) {
    this.#write = write;
    this.#patience = patience;
  }

  /** @throws NotDelivered */
  async say(channel: string, text: string, { hasEcho, hasLabels }: Talents): Promise<void> {
    if (this.#pending !== undefined) throw new Error('One line at a time.');
    this.#count += 1;
    const token = `viva-${this.#count}`;
    const timers: NodeJS.Timeout[] = [];
    try {
      await new Promise<void>((resolve, reject) => {
        const line = { channel: foldNick(channel), text, token, batch: undefined };
        this.#pending = { ...line, timers, resolve, reject };
        this.#write(`${hasLabels ? `@label=${token} ` : ''}PRIVMSG ${channel} :${text}`);
        if (hasEcho || hasLabels) this.#later(this.#patience.echo, this.#ask);
        else this.#ask();
      });
    } finally {
      for (const timer of timers) clearTimeout(timer);
      this.#pending = undefined;
    }
  }

  /** Everything that the server sends; `isOurs` when the connection itself is the sender. */
  onMessage(message: Message, isOurs: boolean): void {
    if (this.#pending === undefined) return;
    if (message.command === 'BATCH') this.#onBatch(message, this.#pending);
    const answer = answerIn(message, { ...this.#pending, isOurs });
    if (answer === 'taken') this.#pending.resolve();
    else if (answer === 'refused') {
      const { command, params } = message;
      const detail = `${command} ${params.at(-1) ?? ''}`.trim();
      this.#pending.reject(new NotDelivered('refused', detail));
    }
  }

  #onBatch({ params: [name = ''], tags }: Message, pending: Pending): void {
    if (tags['label'] === pending.token && name.startsWith('+')) pending.batch = name.slice(1);
  }

  /** The connection is gone. */
  abandon(): void {
    this.#pending?.reject(new NotDelivered('lost', 'the connection broke.'));
  }

  readonly #ask = (): void => {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#write(`PING ${pending.token}`);
    this.#later(this.#patience.pong, () => {
      pending.reject(new NotDelivered('lost', 'it has fallen silent.'));
    });
  };

  #later(ms: number, run: () => void): void {
    this.#pending?.timers.push(setTimeout(run, ms));
  }
}

interface Waiting extends Pick<Pending, 'token' | 'channel' | 'text' | 'batch'> {
  readonly isOurs: boolean;
}

/** What a line of the server says of the one that waits; undefined when nothing. */
function answerIn(message: Message, waiting: Waiting): 'taken' | 'refused' | undefined {
  if (isRefusal(message, waiting)) return 'refused';
  if (isLabelled(message, waiting)) return verdictOf(message);
  return isPong(message, waiting) || isEcho(message, waiting) ? 'taken' : undefined;
}

function isLabelled({ tags }: Message, { token, batch }: Waiting): boolean {
  return tags['label'] === token || (batch !== undefined && tags['batch'] === batch);
}

/** FAIL: https://ircv3.net/specs/extensions/standard-replies; notices and warnings leave it open. */
function verdictOf({ command }: Message): 'taken' | 'refused' | undefined {
  if (command === 'FAIL' || ANY_ERROR.test(command)) return 'refused';
  return command === 'PRIVMSG' || command === 'ACK' ? 'taken' : undefined;
}

function isRefusal({ command, params: [, channel = ''] }: Message, waiting: Waiting): boolean {
  return LINE_REFUSALS.has(command) && foldNick(channel) === waiting.channel;
}

function isPong({ command, params }: Message, { token }: Waiting): boolean {
  return command === 'PONG' && params.at(-1) === token;
}

function isEcho({ command, params: [target = '', text] }: Message, waiting: Waiting): boolean {
  const { isOurs, channel } = waiting;
  return isOurs && command === 'PRIVMSG' && foldNick(target) === channel && text === waiting.text;
}
