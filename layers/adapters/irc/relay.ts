import type { Agent } from '#contract/roster.ts';
import type { HeardCommands } from '#core/ports/heard-commands.ts';
import type { Inboxes } from '#core/ports/inboxes.ts';
import type { QueuedLines } from '#core/ports/queued-lines.ts';
import type { WakeUps } from '#core/ports/wake-ups.ts';
import { Carrier } from './carrier.ts';
import { Ears } from './ears.ts';
import type { Server, Temper } from './temper.ts';
import { Voice } from './voice.ts';

export interface RelayOptions {
  readonly roster: readonly Agent[];
  readonly server: Server;
  readonly temper: Temper;
  readonly queue: QueuedLines;
  readonly holdSeconds: number;
  readonly inboxes: Inboxes;
  readonly wakeUps: WakeUps;
  readonly commands: HeardCommands;
  readonly onEvent: (event: string, keys: Readonly<Record<string, string | number>>) => void;
}

export interface RelayHealth {
  readonly agents: number;
  readonly connected: number;
  readonly sent: number;
  readonly held: number;
  readonly heard: number;
  /** Milliseconds since any connection was up, and since the queue answered. */
  readonly silentMs: number;
  readonly queueAwayMs: number;
}

/** Seven voices, one pair of ears, one carrier. */
export class Relay {
  readonly #voices: readonly Voice[];
  readonly #ears: Ears;
  readonly #carrier: Carrier;
  readonly #stopping = new AbortController();
  #carrying: Promise<void> | undefined;
  #lastUp = Date.now();

  constructor(options: RelayOptions) {
    const { roster, server, temper, onEvent } = options;
    this.#ears = new Ears(options);
    this.#voices = roster.map(({ id, channels }) => {
      const voice = new Voice({
        nick: id,
        channels,
        server,
        temper,
        onEvent,
        onLine: (line) => {
          this.#ears.hear(line, this.#observer(line.channel) === voice);
        },
      });
      return voice;
    });
    const speakers = new Map(roster.map(({ id }, index) => [String(id), this.#voices[index]]));
    this.#carrier = new Carrier({ ...options, pace: temper.pace, speakers: defined(speakers) });
  }

  start(): void {
    for (const voice of this.#voices) voice.connect();
    this.#carrying = this.#carrier.run(this.#stopping.signal);
  }

  /** Takes no more lines, finishes those under way, gives the others back, and says goodbye. */
  async stop(reason: string): Promise<void> {
    this.#stopping.abort();
    await this.#carrying;
    await Promise.all(this.#voices.map((voice) => voice.stop(reason)));
    await this.#ears.drain();
  }

  health(now: number): RelayHealth {
    const connected = this.#voices.filter(({ isUp }) => isUp).length;
    if (connected > 0) this.#lastUp = now;
    return {
      agents: this.#voices.length,
      connected,
      sent: this.#carrier.sent,
      held: this.#carrier.held,
      heard: this.#ears.heard,
      silentMs: now - this.#lastUp,
      queueAwayMs: now - this.#carrier.lastReceive,
    };
  }

  /** The first in the roster's order that is in the channel now. */
  #observer(channel: string): Voice | undefined {
    return this.#voices.find((voice) => voice.isUp && voice.isIn(channel));
  }
}

function defined<K, V>(map: ReadonlyMap<K, V | undefined>): Map<K, V> {
  return new Map([...map].flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}
