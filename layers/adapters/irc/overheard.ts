import type { Message } from 'irc-framework';

/** A channel message as one connection heard it. `msgid` where the server gives one. */
export interface Overheard {
  readonly channel: string;
  readonly sender: string;
  readonly text: string;
  readonly kind: 'message' | 'action' | 'notice';
  /** In whole seconds. */
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
  const { params, tags, nick, ident, hostname } = message;
  const [channel = '', text = ''] = params;
  const utterance = utteranceIn(message.command, text);
  if (!channel.startsWith('#') || hostname === '' || utterance === undefined) return undefined;
  return {
    channel: channel.toWellFormed(),
    sender: nick.toWellFormed(),
    text: utterance.text.toWellFormed(),
    kind: utterance.kind,
    ts: timeOf(tags['time']),
    msgid: tags['msgid'],
    hostmask: `${ident}@${hostname}`.toWellFormed(),
    account: tags['account'],
  };
}

function utteranceIn(command: string, text: string): Pick<Overheard, 'kind' | 'text'> | undefined {
  const action = ACTION.exec(text)?.[1];
  if (action !== undefined) return { kind: 'action', text: action };
  if (text.startsWith('\x01')) return undefined;
  return { kind: command === 'NOTICE' ? 'notice' : 'message', text };
}

/**
 * https://ircv3.net/specs/extensions/server-time, by our own clock where the server's is missing or makes no sense. To the second:
 * InspIRCd repeats a line to who comes later with the same msgid, but with its time cut, and it must be the same line.
 */
function timeOf(tag: string | undefined): Date {
  const said = new Date(tag ?? Date.now()).getTime();
  const time = Number.isNaN(said) ? Date.now() : said;
  return new Date(Math.floor(time / 1000) * 1000);
}
