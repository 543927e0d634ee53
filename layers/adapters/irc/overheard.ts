/** A channel message as one connection heard it. `msgid` where the server gives one. */
export interface Overheard {
  readonly channel: string;
  readonly sender: string;
  readonly text: string;
  readonly ts: Date;
  readonly msgid: string | undefined;
}

/** From irc-framework's `privmsg`. */
export function overheard(event: {
  readonly target: string;
  readonly nick: string;
  readonly message: string;
  readonly time?: number;
  readonly tags: Readonly<Record<string, string>>;
}): Overheard {
  const { target, nick, message, time, tags } = event;
  return {
    channel: target,
    sender: nick,
    text: message,
    ts: new Date(time ?? Date.now()),
    msgid: tags['msgid'],
  };
}
