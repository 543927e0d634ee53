import { randomUUID } from 'node:crypto';
import type { Handler } from './commands.ts';
import type { Network, Room } from './network.ts';
import { type Peer, SERVER_NAME } from './peer.ts';

const CHANNEL = /^#[^\s,\x07]{1,49}$/;
const MAX_JOINED = 50;

/** RFC 2812 section 3.2; every channel is +nt and nobody is its operator. */
export const channels: Readonly<Record<string, Handler>> = {
  JOIN: (network, peer, [names = '']) => {
    if (names === '0') {
      for (const room of network.roomsOf(peer)) part(network, peer, { room, reason: 'Left all' });
      return;
    }
    for (const name of names.split(',').slice(0, MAX_JOINED)) join(network, peer, name);
  },
  PART: (network, peer, [names = '', reason = '']) => {
    for (const name of names.split(',').slice(0, MAX_JOINED)) {
      const room = roomOf(network, peer, name);
      if (room !== undefined) part(network, peer, { room, reason });
    }
  },
  TOPIC: (network, peer, [name = '', topic]) => {
    const room = roomOf(network, peer, name);
    if (room === undefined) return;
    if (topic === undefined) tellTopic(peer, room, true);
    else {
      room.topic = topic.slice(0, 300);
      for (const member of room.members) {
        member.send(peer.mask, `TOPIC ${room.name} :${room.topic}`);
      }
    }
  },
  NAMES: (network, peer, [name = '']) => {
    const room = network.room(name);
    if (room === undefined) peer.reply('366', name.slice(0, 50) || '*', 'End of NAMES list');
    else tellNames(peer, room);
  },
  LIST: (network, peer) => {
    peer.reply('321', 'Channel', 'Users  Name');
    for (const { name, members, topic } of network.rooms()) {
      peer.reply('322', name, String(members.size), topic);
    }
    peer.reply('323', 'End of LIST');
  },
  MODE: (network, peer, [target = '', modes]) => {
    const room = network.room(target);
    if (room !== undefined) tellMode(peer, room, modes);
    else if (network.peer(target) === peer) peer.reply('221', '+i');
    else peer.reply('403', target.slice(0, 50) || '*', 'No such channel');
  },
};

function tellMode(peer: Peer, room: Room, modes: string | undefined): void {
  if (modes === undefined) {
    peer.reply('324', room.name, '+nt');
    peer.reply('329', room.name, String(Math.floor(room.created.getTime() / 1000)));
  } else if (/^\+?b$/.test(modes)) peer.reply('368', room.name, 'End of channel ban list');
  else peer.reply('482', room.name, 'There are no channel operators here');
}

function join(network: Network, peer: Peer, name: string): void {
  if (!CHANNEL.test(name)) {
    peer.reply('403', name.slice(0, 50) || '*', 'No such channel');
    return;
  }
  if (network.room(name)?.members.has(peer) === true) return;
  if (network.roomsOf(peer).length >= MAX_JOINED) {
    peer.reply('405', name, 'You have joined too many channels');
    return;
  }
  const room = network.enter(peer, name);
  if (room === undefined) {
    peer.reply('437', name, 'Too many channels');
    return;
  }
  for (const member of room.members) member.send(peer.mask, `JOIN ${room.name}`);
  tellTopic(peer, room, false);
  tellNames(peer, room);
  tellHistory(network, peer, room);
}

/** As InspIRCd does in channels with mode H, with times cut to the second: https://ircv3.net/specs/batches/chathistory */
function tellHistory(network: Network, peer: Peer, room: Room): void {
  const history = network.historyOf(room);
  if (history.length === 0 || !peer.capabilities.has('batch')) return;
  const batch = randomUUID().slice(0, 8);
  peer.send(SERVER_NAME, `BATCH +${batch} chathistory ${room.name}`);
  for (const { source, line, tags } of history) {
    const time = new Date(Math.floor(tags.time.getTime() / 1000) * 1000);
    peer.send(source, line, { ...tags, time, batch });
  }
  peer.send(SERVER_NAME, `BATCH -${batch}`);
}

function part(
  network: Network,
  peer: Peer,
  { room, reason }: { room: Room; reason: string },
): void {
  for (const member of room.members) member.send(peer.mask, `PART ${room.name} :${reason}`);
  network.leave(peer, room);
}

/** The channel a peer is in; tells it when it is not. */
function roomOf(network: Network, peer: Peer, name: string): Room | undefined {
  const room = network.room(name);
  if (room?.members.has(peer) === true) return room;
  peer.reply(
    room === undefined ? '403' : '442',
    name.slice(0, 50) || '*',
    'You are not on that channel',
  );
  return undefined;
}

function tellTopic(peer: Peer, room: Room, evenWithout: boolean): void {
  if (room.topic !== '') peer.reply('332', room.name, room.topic);
  else if (evenWithout) peer.reply('331', room.name, 'No topic is set');
}

function tellNames(peer: Peer, room: Room): void {
  const nicks = [...room.members].map(({ nick }) => nick);
  // ten nicks of 30 characters fit in one line
  for (let from = 0; from < nicks.length; from += 10) {
    peer.reply('353', '=', room.name, nicks.slice(from, from + 10).join(' '));
  }
  peer.reply('366', room.name, 'End of NAMES list');
}
