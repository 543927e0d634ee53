import type { Socket } from 'node:net';
import { limitMessage } from './wire.ts';

export const SERVER_NAME = 'irc.viva.local';

/** What a client may ask for: https://ircv3.net/irc/#capabilities */
export const CAPABILITIES = ['server-time', 'message-tags', 'echo-message'] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** A client that takes no more of what it is sent than this is dropped. */
const MAX_SEND_QUEUE = 1024 * 1024;

/** Tags of one relayed message; each client gets those it asked for. */
export interface Tags {
  readonly time: Date;
  readonly msgid?: string;
}

/** One connected client, registered once it has nick and user and is not negotiating capabilities. */
export class Peer {
  nick = '*';
  user = '';
  realName = '';
  readonly host = 'localhost';
  readonly capabilities = new Set<Capability>();
  isNegotiating = false;
  isRegistered = false;
  lastHeard = Date.now();
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get mask(): string {
    return `${this.nick}!${this.user}@${this.host}`;
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
    const known = [
      this.capabilities.has('server-time')
        ? `time=${(tags?.time ?? new Date()).toISOString()}`
        : '',
      this.capabilities.has('message-tags') && tags?.msgid !== undefined
        ? `msgid=${tags.msgid}`
        : '',
    ].filter((tag) => tag !== '');
    return known.length === 0 ? '' : `@${known.join(';')} `;
  }
}
