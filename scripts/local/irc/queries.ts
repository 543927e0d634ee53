import type { Handler } from './commands.ts';
import { type Peer, SERVER_NAME } from './peer.ts';

/** RFC 2812 sections 3.4 to 3.6 and 4.9: what clients ask on their own. */
export const queries: Readonly<Record<string, Handler>> = {
  WHO: (network, peer, [target = '*']) => {
    const room = network.room(target);
    const single = network.peer(target);
    const found =
      room === undefined ? [single].filter((one) => one !== undefined) : [...room.members];
    for (const { user, host, nick, realName } of found) {
      peer.reply('352', room?.name ?? '*', user, host, SERVER_NAME, nick, 'H', `0 ${realName}`);
    }
    peer.reply('315', target.slice(0, 50), 'End of WHO list');
  },
  WHOIS: (network, peer, params) => {
    const nick = params.at(-1) ?? '';
    const found = network.peer(nick);
    if (found?.isRegistered !== true) peer.reply('401', nick.slice(0, 40) || '*', 'No such nick');
    else
      tellWhois(
        peer,
        found,
        network.roomsOf(found).map(({ name }) => name),
      );
    peer.reply('318', nick.slice(0, 40) || '*', 'End of WHOIS list');
  },
  ISON: (network, peer, params) => {
    const here = params.flatMap((list) => list.split(' ')).filter((nick) => network.peer(nick));
    peer.reply('303', here.join(' '));
  },
  USERHOST: (network, peer, params) => {
    const here = params.flatMap((nick) => network.peer(nick) ?? []);
    peer.reply('302', here.map(({ nick, user, host }) => `${nick}=+${user}@${host}`).join(' '));
  },
  MOTD: (_, peer) => {
    peer.reply('422', 'No message of the day');
  },
  LUSERS: (network, peer) => {
    peer.reply('251', `There are ${[...network.peers()].length} users on 1 server`);
  },
  AWAY: (_, peer, [message = '']) => {
    if (message === '') peer.reply('305', 'You are no longer marked as away');
    else peer.reply('306', 'You have been marked as away');
  },
};

function tellWhois(peer: Peer, found: Peer, rooms: readonly string[]): void {
  peer.reply('311', found.nick, found.user, found.host, '*', found.realName);
  if (rooms.length > 0) peer.reply('319', found.nick, rooms.join(' '));
  peer.reply('312', found.nick, SERVER_NAME, 'the local economy');
}
