import type { Socket } from 'node:net';
import { limitMessage } from './wire.ts';

export const SERVER_NAME = 'irc.viva.local';

/** What a client may ask for: https://ircv3.net/irc/#capabilities */
export const CAPABILITIES = [
  'server-time',
  'message-tags',
  'echo-message',
  'batch',
  'labeled-response',
  'account-tag',
  'sasl',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** A client that takes no more of what it is sent than this is dropped. */
const MAX_SEND_QUEUE = 1024 * 1024;

/** Tags of one relayed message; each client gets those it asked for. */
export interface Tags {
  readonly time: Date;
  readonly msgid?: string;
  readonly account?: string;
  readonly batch?: string;
}

/** One connected client, registered once it has nick and user and is not negotiating capabilities. */
export class Peer {
  nick = '*';
  user = '';
  realName = '';
  readonly host = 'localhost';
  readonly capabilities = new Set<Capability>();
  /** Whom SASL has made sure it is. */
  account: string | undefined;
  isNegotiating = false;
  isRegistered = false;
  lastHeard = Date.now();
  readonly #socket: Socket;
  #label: string | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get mask(): string {
    return `${this.nick}!${this.user}@${this.host}`;
  }

  /** What is sent to it first while `answer` runs carries its label; when nothing is, it is told so much. */
  labelled(label: string | undefined, answer: () => void): void {
    this.#label = this.capabilities.has('labeled-response') ? label : undefined;
    answer();
    if (this.#label !== undefined) this.send(SERVER_NAME, 'ACK');
  }

  /** A line from `source` with the tags that this client knows. */
  send(source: string, line: string, tags?: Tags): void {
    if (this.#socket.writableLength > MAX_SEND_QUEUE) {
      this.#socket.destroy();
      return;
    }
    const message = limitMessage(`:${source} ${line}`);
    this.#socket.write(`${this.#tagsFor(tags)}${message}\r\n`);
  }

  reply(numeric: string, ...params: string[]): void {
    const last = params.at(-1) ?? '';
    const middle = [numeric, this.nick, ...params.slice(0, -1)].join(' ');
    this.send(SERVER_NAME, `${middle} :${last}`);
  }

  /** Says why and hangs up. */
  close(reason: string): void {
    this.#socket.end(`ERROR :Closing link: ${reason}\r\n`);
    this.#socket.destroySoon();
  }

  #tagsFor(tags: Tags | undefined): string {
    const all: readonly [Capability, string, string | undefined][] = [
      ['server-time', 'time', (tags?.time ?? new Date()).toISOString()],
      ['message-tags', 'msgid', tags?.msgid],
      ['account-tag', 'account', tags?.account],
      ['batch', 'batch', tags?.batch],
      ['labeled-response', 'label', this.#label],
    ];
    this.#label = undefined;
    const known = all.flatMap(([capability, name, value]) =>
      value !== undefined && this.capabilities.has(capability) ? [`${name}=${value}`] : [],
    );
    return known.length === 0 ? '' : `@${known.join(';')} `;
  }
}
