import type { IrcLine, IrcOrder } from '#contract/irc-line.ts';
import type { QueuedLine, QueuedLines } from '#core/ports/queued-lines.ts';
import { type Bucket, type Pace, takeToken } from '#core/talk/pace.ts';
import { byteLength, oneLine, splitBytes } from '#core/talk/text.ts';
import { NotDelivered } from './delivery.ts';
import { pause } from './pause.ts';
import { readLine } from './read-line.ts';

const MAX_PARTS = 3;
/** How often a line is tried; a line that each time costs us the connection would else stand in its agent's way for ever. */
const MAX_TRIES = 5;
const REMEMBERED = 1000;
/** As long as a queue may be away before the relay gives up altogether. */
const REMOVE_FOR_MS = 15 * 60_000;
/** 512 bytes less CR LF, the longest user@host that a server may put before our line, and `PRIVMSG`: see RFC 2812 section 2.3. */
const ROOM_WITHOUT_NAMES = 512 - 2 - (10 + 63 + 4) - ' PRIVMSG  :'.length;

/** What speaks for one agent. */
export interface Speaker {
  readonly nick: string;
  /** Resolves when the server has it. @throws NotDelivered */
  say(channel: string, text: string, signal: AbortSignal): Promise<void>;
  /** Joins, parts or takes another nick: until the relay starts anew. */
  obey(order: IrcOrder): void;
}

export interface CarrierOptions {
  readonly queue: QueuedLines;
  readonly speakers: ReadonlyMap<string, Speaker>;
  readonly pace: Pace;
  /** Milliseconds after the first refusal of a line until it is tried again; doubled with each further one. */
  readonly retryMs: number;
  /** How long a received message is ours; it is held on while it waits. */
  readonly holdSeconds: number;
  readonly onEvent: (event: string, keys: Readonly<Record<string, string | number>>) => void;
}

interface Held {
  message: QueuedLine;
  isOver: boolean;
}

/**
 * Carries lines from the queue to IRC: each agent's in order, none removed before the server has it. While a connection is away its
 * lines are held on, so that waiting does not use up their receives. What is no line of a known version, or cannot be said, goes to
 * the dead letters with its reason. What is held is bounded: a FIFO queue gives no more of a group while ten of it are out.
 */
export class Carrier {
  readonly #options: CarrierOptions;
  readonly #held = new Map<string, Held>();
  readonly #chains = new Map<string, Promise<void>>();
  readonly #buckets = new Map<string, Bucket>();
  readonly #said = new Set<string>();
  sent = 0;
  buried = 0;
  lastReceive = Date.now();

  constructor(options: CarrierOptions) {
    this.#options = options;
  }

  get held(): number {
    return this.#held.size;
  }

  /** Until the signal; then what is not said is given back. */
  async run(signal: AbortSignal): Promise<void> {
    const holding = setInterval(() => void this.#holdOn(), (this.#options.holdSeconds * 1000) / 3);
    try {
      while (!signal.aborted) await this.#round(signal);
      await Promise.all(this.#chains.values());
    } finally {
      clearInterval(holding);
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    try {
      const messages = await this.#options.queue.receive(signal);
      this.lastReceive = Date.now();
      for (const message of messages) this.#accept(message, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#options.onEvent('queue-away', { error: String(error) });
      await pause(1000, signal);
    }
  }

  #accept(message: QueuedLine, signal: AbortSignal): void {
    const known = this.#held.get(message.id);
    if (known !== undefined) {
      known.message = message;
      return;
    }
    const held: Held = { message, isOver: false };
    this.#held.set(message.id, held);
    this.#after(message.group, () => this.#carry(held, signal));
  }

  #after(group: string, work: () => Promise<void>): void {
    const before = this.#chains.get(group) ?? Promise.resolve();
    const chain = before.then(work).catch((error: unknown) => {
      this.#options.onEvent('failed', { error: String(error) });
    });
    this.#chains.set(group, chain);
    void chain.then(() => {
      if (this.#chains.get(group) === chain) this.#chains.delete(group);
    });
  }

  async #carry(held: Held, signal: AbortSignal): Promise<void> {
    try {
      if (held.isOver) return;
      const asked = readLine(held.message.body);
      if ('line' in asked && this.#said.has(asked.line.id)) await this.#remove(held, signal);
      else if (isOver(signal)) await this.#giveBack(held);
      else if ('line' in asked) await this.#say(asked.line, held, signal);
      else if ('order' in asked) await this.#obey(asked.order, held, signal);
      else await this.#bury(held, asked.flaw);
    } catch (error) {
      // it comes again when its hold runs out, and is then removed if it was said
      this.#options.onEvent('queue-away', { error: String(error) });
    } finally {
      this.#held.delete(held.message.id);
    }
  }

  /** Twice is harmless. */
  async #obey(order: IrcOrder, held: Held, signal: AbortSignal): Promise<void> {
    this.#options.speakers.get(order.agentId)?.obey(order);
    await this.#remove(held, signal);
  }

  /** Until the queue has heard of it: nothing more is said before, so that who dies now has at most one line to say again. */
  async #remove(held: Held, signal: AbortSignal): Promise<void> {
    const end = Date.now() + REMOVE_FOR_MS;
    for (;;) {
      try {
        await this.#options.queue.remove(held.message);
        return;
      } catch (error) {
        if (isOver(signal) || Date.now() > end) throw error;
        this.#options.onEvent('queue-away', { error: String(error) });
        await pause(this.#options.retryMs, signal);
      }
    }
  }

  async #say(line: IrcLine, held: Held, signal: AbortSignal): Promise<void> {
    const flaw = await this.#deliver(line, signal);
    if (flaw === 'stopping') {
      await this.#giveBack(held);
    } else if (flaw !== undefined) {
      await this.#bury(held, flaw);
    } else {
      this.sent += 1;
      this.#remember(line.id);
      await this.#remove(held, signal);
    }
  }

  /** Undefined when the server has the whole line, else why it has not. */
  async #deliver(line: IrcLine, signal: AbortSignal): Promise<string | undefined> {
    const speaker = this.#options.speakers.get(line.agentId);
    if (speaker === undefined) return `this relay speaks for no agent "${line.agentId}"`;
    const room = ROOM_WITHOUT_NAMES - byteLength(speaker.nick) - byteLength(line.channel);
    const parts = splitBytes(oneLine(line.text), room, { maxParts: MAX_PARTS, link: line.link });
    for (const text of parts) {
      const flaw = await this.#sayPart({ channel: line.channel, text }, { line, speaker }, signal);
      if (flaw !== undefined) return flaw;
    }
    return undefined;
  }

  async #sayPart(
    part: { readonly channel: string; readonly text: string },
    { line, speaker }: { readonly line: IrcLine; readonly speaker: Speaker },
    signal: AbortSignal,
  ): Promise<string | undefined> {
    for (let tries = 1; ; tries += 1) {
      await this.#pace(line.agentId, signal);
      if (isOver(signal)) return 'stopping';
      const flaw = await attempt(speaker, part, signal);
      if (flaw === undefined) return undefined;
      if (tries >= MAX_TRIES) return `tried ${tries} times: ${flaw.message}`;
      if (flaw.because === 'refused') await pause(this.#options.retryMs * 2 ** (tries - 1), signal);
    }
  }

  /** Something of the relay's own making, said in its turn among the agent's lines and lost when it cannot be said. */
  sayAside(
    agentId: string,
    aside: { readonly channel: string; readonly text: string },
    signal: AbortSignal,
  ): void {
    const speaker = this.#options.speakers.get(agentId);
    if (speaker === undefined) return;
    this.#after(agentId, async () => {
      await this.#pace(agentId, signal);
      if (!isOver(signal)) await attempt(speaker, aside, signal);
    });
  }

  async #pace(agentId: string, signal: AbortSignal): Promise<void> {
    const { pace } = this.#options;
    const now = Date.now();
    const full = { tokens: pace.burst, at: now };
    const { bucket, waitMs } = takeToken(this.#buckets.get(agentId) ?? full, pace, now);
    this.#buckets.set(agentId, bucket);
    if (waitMs > 0) await pause(waitMs, signal);
  }

  async #giveBack(held: Held): Promise<void> {
    held.isOver = true;
    await this.#options.queue.hold(held.message, 0);
  }

  async #bury(held: Held, reason: string): Promise<void> {
    held.isOver = true;
    this.buried += 1;
    this.#options.onEvent('buried', { because: reason, message: held.message.id });
    await this.#options.queue.bury(held.message, reason);
  }

  async #holdOn(): Promise<void> {
    const holding = [...this.#held.values()].filter(({ isOver }) => !isOver);
    await Promise.allSettled(
      holding.map(({ message }) => this.#options.queue.hold(message, this.#options.holdSeconds)),
    );
  }

  #remember(id: string): void {
    this.#said.add(id);
    const [oldest] = this.#said;
    if (this.#said.size > REMEMBERED && oldest !== undefined) this.#said.delete(oldest);
  }
}

async function attempt(
  speaker: Speaker,
  { channel, text }: { readonly channel: string; readonly text: string },
  signal: AbortSignal,
): Promise<NotDelivered | undefined> {
  try {
    await speaker.say(channel, text, signal);
    return undefined;
  } catch (error) {
    if (error instanceof NotDelivered) return error;
    throw error;
  }
}

/** A function, because the compiler takes a flag that was read once for constant. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}
