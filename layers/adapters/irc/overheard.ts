import type { Message } from 'irc-framework';

/** A channel message as one connection heard it. `msgid` where the server gives one. */
export interface Overheard {
  readonly channel: string;
  readonly sender: string;
  readonly text: string;
  readonly kind: 'message' | 'action' | 'notice';
  readonly ts: Date;
  readonly msgid: string | undefined;
  /** `user@host`, empty when the server shows none. */
  readonly hostmask: string;
  /** The services account of who speaks, where the server vouches for it. */
  readonly account: string | undefined;
}

/** CTCP ACTION: https://modern.ircdocs.horse/ctcp#action */
const ACTION = /^\x01ACTION (.*?)\x01?$/s;

/** Of a PRIVMSG or NOTICE to a channel; undefined for everything else, and for what clients ask each other (CTCP). */
export function overheard(message: Message): Overheard | undefined {
  const { command, params, tags, nick, ident, hostname } = message;
  const [channel = '', text = ''] = params;
  if (!channel.startsWith('#') || nick === '' || hostname === '') return undefined;
  const action = ACTION.exec(text)?.[1];
  if (action === undefined && text.startsWith('\x01')) return undefined;
  const spoken = command === 'NOTICE' ? 'notice' : 'message';
  return {
    channel: legible(channel),
    sender: legible(nick),
    text: legible(action ?? text),
    kind: action === undefined ? spoken : 'action',
    ts: timeOf(tags['time']),
    msgid: tags['msgid'],
    hostmask: legible(`${ident}@${hostname}`),
    account: tags['account'],
  };
}

/** https://ircv3.net/specs/extensions/server-time; by our own clock where the server's is missing or makes no sense. */
function timeOf(tag: string | undefined): Date {
  const time = new Date(tag ?? Date.now());
  return Number.isNaN(time.getTime()) ? new Date() : time;
}

/** SQS refuses these two even inside JSON, and would refuse the line for ever. */
function legible(text: string): string {
  return text.toWellFormed().replace(/[\uFFFE\uFFFF]/g, '\uFFFD');
}
