import { foldNick } from '#core/talk/mention.ts';

const MAX_UNDERSCORES = 4;

export interface OwnNickOptions {
  readonly wanted: string;
  readonly reclaimMs: number;
  readonly raw: (...words: string[]) => void;
  /** Every variant is taken: this connection is of no use. */
  readonly onHopeless: () => void;
}

/**
 * The nick of one connection: its own, or while another bears that one, the same with underscores. It takes its own back as soon as it
 * is let go of, and asks for it again and again; where services know us, they are asked to free it.
 */
export class OwnNick {
  readonly #options: OwnNickOptions;
  #wanted: string;
  #nick: string;
  #isRegistered = false;
  #isKnown = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: OwnNickOptions) {
    this.#options = options;
    this.#wanted = options.wanted;
    this.#nick = options.wanted;
  }

  get nick(): string {
    return this.#nick;
  }

  is(nick: string): boolean {
    return foldNick(nick) === foldNick(this.#nick);
  }

  onRegistered(nick: string): void {
    this.#isRegistered = true;
    this.#nick = nick;
    this.#reclaim();
    this.#timer = setInterval(() => {
      this.#reclaim();
    }, this.#options.reclaimMs);
  }

  want(nick: string): void {
    this.#wanted = nick;
    this.#take();
  }

  /** Services have logged us in. */
  onKnown(): void {
    this.#isKnown = true;
  }

  /** 432, 433, 436 or 437. After registering it answers an attempt to take ours back, or to be rid of a forced one: it is not free yet. */
  onRefused(): void {
    if (this.#isRegistered) return;
    this.#nick = `${this.#nick}_`;
    if (this.#nick.length > this.#wanted.length + MAX_UNDERSCORES) this.#options.onHopeless();
    else this.#options.raw('NICK', this.#nick);
  }

  onNick(from: string, to: string): void {
    if (this.is(from)) this.#nick = to;
    else this.onGone(from);
  }

  /** Somebody else has let go of a nick. */
  onGone(nick: string): void {
    if (foldNick(nick) === foldNick(this.#wanted)) this.#take();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #reclaim(): void {
    if (this.#isKnown && this.#nick !== this.#wanted) {
      // the server's own command: a message to whoever calls himself NickServ would tell him
      this.#options.raw('NICKSERV', 'REGAIN', this.#wanted);
    }
    this.#take();
  }

  #take(): void {
    if (this.#isRegistered && this.#nick !== this.#wanted) {
      this.#options.raw('NICK', this.#wanted);
    }
  }
}
