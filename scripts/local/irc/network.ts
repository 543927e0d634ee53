import { foldNick } from '#core/talk/mention.ts';
import type { Peer, Tags } from './peer.ts';

const MAX_CHANNELS = 1000;
/** How many lines of a channel those hear who come later, and how old at most. */
const MAX_HISTORY = 4000;
const HISTORY_MS = 600_000;

/** A line as it was said: whoever joins is told. */
export interface Said {
  readonly source: string;
  readonly line: string;
  readonly tags: Tags;
}

/** One channel; it lives as long as somebody is in it. */
export interface Room {
  readonly name: string;
  readonly created: Date;
  readonly members: Set<Peer>;
  history: Said[];
  topic: string;
}

/** A channel line as it was delivered. */
export interface HeardLine {
  readonly nick: string;
  readonly channel: string;
  readonly text: string;
  readonly ts: Date;
}

/** Who is connected and who is where. Names compare by rfc1459 casemapping. */
export class Network {
  readonly onLine: (line: HeardLine) => void;
  /** Passwords of services accounts: with some, SASL is offered. */
  readonly accounts: ReadonlyMap<string, string>;
  readonly #peers = new Map<string, Peer>();
  readonly #rooms = new Map<string, Room>();

  constructor(
    onLine: (line: HeardLine) => void,
    accounts: ReadonlyMap<string, string> = new Map(),
  ) {
    this.onLine = onLine;
    this.accounts = accounts;
  }

  peer(nick: string): Peer | undefined {
    return this.#peers.get(foldNick(nick));
  }

  peers(): Iterable<Peer> {
    return this.#peers.values();
  }

  /** Gives a peer its nick; false when another holds it. */
  rename(peer: Peer, nick: string): boolean {
    const holder = this.peer(nick);
    if (holder !== undefined && holder !== peer) return false;
    this.#peers.delete(foldNick(peer.nick));
    peer.nick = nick;
    this.#peers.set(foldNick(nick), peer);
    return true;
  }

  room(name: string): Room | undefined {
    return this.#rooms.get(foldNick(name));
  }

  rooms(): Iterable<Room> {
    return this.#rooms.values();
  }

  roomsOf(peer: Peer): Room[] {
    return [...this.#rooms.values()].filter(({ members }) => members.has(peer));
  }

  /** Undefined when there are too many channels. */
  enter(peer: Peer, name: string): Room | undefined {
    const known = this.room(name);
    if (known === undefined && this.#rooms.size >= MAX_CHANNELS) return undefined;
    const room = known ?? {
      name,
      created: new Date(),
      members: new Set<Peer>(),
      history: [],
      topic: '',
    };
    this.#rooms.set(foldNick(name), room);
    room.members.add(peer);
    return room;
  }

  leave(peer: Peer, room: Room): void {
    room.members.delete(peer);
    if (room.members.size === 0) this.#rooms.delete(foldNick(room.name));
  }

  /** Keeps a line for those who join later. */
  remember(room: Room, said: Said): void {
    room.history.push(said);
    // cut now and then, not at every line
    if (room.history.length > 2 * MAX_HISTORY) room.history = this.historyOf(room);
  }

  historyOf({ history }: Room): Said[] {
    const oldest = Date.now() - HISTORY_MS;
    return history.slice(-MAX_HISTORY).filter(({ tags }) => tags.time.getTime() > oldest);
  }

  /** Everybody who shares a channel with a peer, once, without itself. */
  neighbours(peer: Peer): Set<Peer> {
    const all = new Set(this.roomsOf(peer).flatMap(({ members }) => [...members]));
    all.delete(peer);
    return all;
  }

  /** Takes a peer out of everything and tells its neighbours. */
  remove(peer: Peer, reason: string): void {
    if (this.peer(peer.nick) !== peer) return;
    for (const neighbour of this.neighbours(peer)) neighbour.send(peer.mask, `QUIT :${reason}`);
    for (const room of this.roomsOf(peer)) this.leave(peer, room);
    this.#peers.delete(foldNick(peer.nick));
  }
}
