import { IrcLine } from '#contract/irc-line.ts';
import type { QueuedLine, QueuedLines } from '#core/ports/queued-lines.ts';
import { type Bucket, type Pace, takeToken } from '#core/talk/pace.ts';
import { byteLength, oneLine, splitBytes } from '#core/talk/text.ts';
import { NotDelivered } from './delivery.ts';

const MAX_PARTS = 3;
const MAX_REFUSALS = 3;
const REMEMBERED = 1000;
/** 512 bytes less CR LF, the longest user@host that a server may put before our line, and `PRIVMSG`: see RFC 2812 section 2.3. */
const ROOM_WITHOUT_NAMES = 512 - 2 - (10 + 63 + 4) - ' PRIVMSG  :'.length;

/** What speaks for one agent. */
export interface Speaker {
  readonly nick: string;
  /** Resolves when the server has it. @throws NotDelivered */
  say(channel: string, text: string, signal: AbortSignal): Promise<void>;
}

export interface CarrierOptions {
  readonly queue: QueuedLines;
  readonly speakers: ReadonlyMap<string, Speaker>;
  readonly pace: Pace;
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
 * lines are held on, so that waiting does not use up their receives; a message that is no line of a known version is given back
 * until the queue puts it into its dead letters.
 */
export class Carrier {
  readonly #options: CarrierOptions;
  readonly #held = new Map<string, Held>();
  readonly #chains = new Map<string, Promise<void>>();
  readonly #buckets = new Map<string, Bucket>();
  readonly #said = new Set<string>();
  sent = 0;
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
    const before = this.#chains.get(message.group) ?? Promise.resolve();
    const chain = before.then(() => this.#carry(held, signal));
    this.#chains.set(message.group, chain);
    void chain.then(() => {
      if (this.#chains.get(message.group) === chain) this.#chains.delete(message.group);
    });
  }

  async #carry(held: Held, signal: AbortSignal): Promise<void> {
    const line = readLine(held.message.body);
    const speaker = line === undefined ? undefined : this.#options.speakers.get(line.agentId);
    try {
      if (held.isOver) return;
      if (line === undefined || speaker === undefined) await this.#giveBack(held, 1, 'unreadable');
      else if (this.#said.has(line.id) || (await this.#deliver(line, speaker, signal))) {
        this.#remember(line.id);
        await this.#options.queue.remove(held.message);
      } else if (signal.aborted) await this.#giveBack(held, 0, 'stopping');
      else await this.#giveBackGroup(held.message.group);
    } catch (error) {
      // it comes again when its hold runs out, and is then removed if it was said
      this.#options.onEvent('queue-away', { error: String(error) });
    } finally {
      this.#held.delete(held.message.id);
    }
  }

  /** True when the server has the whole line; false when it refused it or we are stopping. */
  async #deliver(line: IrcLine, speaker: Speaker, signal: AbortSignal): Promise<boolean> {
    if (isOver(signal)) return false;
    const room = ROOM_WITHOUT_NAMES - byteLength(speaker.nick) - byteLength(line.channel);
    const parts = splitBytes(oneLine(line.text), room, MAX_PARTS);
    let refusals = 0;
    for (let next = 0; next < parts.length; ) {
      const part = parts[next] ?? '';
      await this.#pace(line.agentId, signal);
      const outcome = await attempt(speaker, { channel: line.channel, text: part }, signal);
      if (outcome === 'delivered') next += 1;
      if (outcome === 'refused') refusals += 1;
      if (refusals >= MAX_REFUSALS || (isOver(signal) && outcome !== 'delivered')) return false;
    }
    this.sent += 1;
    return true;
  }

  async #pace(agentId: string, signal: AbortSignal): Promise<void> {
    const { pace } = this.#options;
    const now = Date.now();
    const full = { tokens: pace.burst, at: now };
    const { bucket, waitMs } = takeToken(this.#buckets.get(agentId) ?? full, pace, now);
    this.#buckets.set(agentId, bucket);
    if (waitMs > 0) await pause(waitMs, signal);
  }

  async #giveBack(held: Held, seconds: number, because: string): Promise<void> {
    held.isOver = true;
    this.#options.onEvent('given-back', { because, message: held.message.id });
    await this.#options.queue.hold(held.message, seconds);
  }

  /** A refused line goes back with all that follow it, so that the agent's order stays. */
  async #giveBackGroup(group: string): Promise<void> {
    const all = [...this.#held.values()].filter(({ message }) => message.group === group);
    for (const held of all) await this.#giveBack(held, 1, 'refused');
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
  { channel, text }: { channel: string; text: string },
  signal: AbortSignal,
): Promise<'delivered' | 'lost' | 'refused'> {
  try {
    await speaker.say(channel, text, signal);
    return 'delivered';
  } catch (error) {
    if (error instanceof NotDelivered) return error.because;
    throw error;
  }
}

/** A function, because the compiler takes a flag that was read once for constant. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

function readLine(body: string): IrcLine | undefined {
  try {
    const line = IrcLine.safeParse(JSON.parse(body));
    return line.success && oneLine(line.data.text) !== '' ? line.data : undefined;
  } catch {
    return undefined;
  }
}

/** Sleeps, shorter when the signal comes. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
