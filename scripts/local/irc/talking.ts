import { randomUUID } from 'node:crypto';
import type { Handler } from './commands.ts';
import type { Network, Room } from './network.ts';
import type { Peer, Tags } from './peer.ts';

const MAX_TARGETS = 4;

/** RFC 2812 section 3.3 and https://ircv3.net/specs/extensions/echo-message */
export const talking: Readonly<Record<string, Handler>> = {
  PRIVMSG: (network, peer, params) => {
    relay(network, peer, { command: 'PRIVMSG', params });
  },
  NOTICE: (network, peer, params) => {
    relay(network, peer, { command: 'NOTICE', params });
  },
};

interface Speech {
  readonly command: 'PRIVMSG' | 'NOTICE';
  readonly params: readonly string[];
}

function relay(network: Network, peer: Peer, { command, params }: Speech): void {
  const [targets = '', text = ''] = params;
  // a NOTICE is never answered, not even with an error (RFC 2812 section 3.3.2)
  const refuse = (...reply: [string, ...string[]]): void => {
    if (command === 'PRIVMSG') peer.reply(...reply);
  };
  if (targets === '') refuse('411', 'No recipient given');
  else if (text === '') refuse('412', 'No text to send');
  else {
    for (const target of targets.split(',').slice(0, MAX_TARGETS)) {
      const error = speak(network, peer, { command, target, text });
      if (error !== undefined) refuse(error, target.slice(0, 50), 'Cannot send there');
    }
  }
}

/** The error's numeric when it cannot be said there. */
function speak(
  network: Network,
  peer: Peer,
  { command, target, text }: { command: string; target: string; text: string },
): string | undefined {
  const tags: Tags = {
    time: new Date(),
    msgid: randomUUID(),
    ...(peer.account !== undefined && { account: peer.account }),
  };
  if (!target.startsWith('#')) {
    const receiver = network.peer(target);
    if (receiver?.isRegistered !== true) return '401';
    toPeer(peer, receiver, { line: `${command} ${receiver.nick} :${text}`, tags });
    return undefined;
  }
  const room = network.room(target);
  if (room === undefined) return '403';
  if (!room.members.has(peer)) return '404';
  const line = `${command} ${room.name} :${text}`;
  toRoom(peer, room, { line, tags });
  network.remember(room, { source: peer.mask, line, tags });
  if (command === 'PRIVMSG') {
    network.onLine({ nick: peer.nick, channel: room.name, text, ts: tags.time });
  }
  return undefined;
}

interface Relayed {
  readonly line: string;
  readonly tags: Tags;
}

function toRoom(peer: Peer, room: Room, { line, tags }: Relayed): void {
  for (const member of room.members) {
    if (member !== peer || peer.capabilities.has('echo-message'))
      member.send(peer.mask, line, tags);
  }
}

function toPeer(peer: Peer, receiver: Peer, { line, tags }: Relayed): void {
  receiver.send(peer.mask, line, tags);
  if (receiver !== peer && peer.capabilities.has('echo-message')) peer.send(peer.mask, line, tags);
}
