/** A channel message as one connection heard it. `msgid` where the server gives one. */
export interface Overheard {
  readonly channel: string;
  readonly sender: string;
  readonly text: string;
  readonly ts: Date;
  readonly msgid: string | undefined;
  /** `user@host`, empty when the server shows none. */
  readonly hostmask: string;
  /** The services account of who speaks, where the server vouches for it. */
  readonly account: string | undefined;
}

/** From irc-framework's `privmsg`. */
export function overheard(event: {
  readonly target: string;
  readonly nick: string;
  readonly ident: string;
  readonly hostname: string;
  readonly message: string;
  readonly time?: number;
  readonly tags: Readonly<Record<string, string>>;
}): Overheard {
  const { target, nick, ident, hostname, message, time, tags } = event;
  return {
    channel: target,
    sender: nick,
    text: message,
    ts: new Date(time ?? Date.now()),
    msgid: tags['msgid'],
    hostmask: hostname === '' ? '' : `${ident}@${hostname}`,
    account: tags['account'],
  };
}
